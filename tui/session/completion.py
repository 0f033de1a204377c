"""What Tab puts into the prompt: paths of pictures, and behind `@` pictures by part of their names.

Nothing here changes a text: a word is read, and what may stand in its place is returned.
"""

import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import islice, takewhile
from pathlib import Path
from typing import Final, NamedTuple

from ...core.excerpt import path_of
from ...core.formats.kinds import is_picture_name

_MOST_ENTRIES: Final = 20_000
"""Of a folder that are looked at."""

_WORD: Final = re.compile(
    r"(?<!\S)(?:(?P<quote>['\"])(?P<quoted>(?:(?!(?P=quote)).)*)|(?P<plain>(?:\\.|[^\s\\])*\\?))$"
)
_SPECIAL: Final = re.compile(r"([\s'\"\\()\[\]<>&;|*?$`!#])")


class Word(NamedTuple):
    """The word in front of the cursor."""

    start: int
    """Its first column, that of its quote if it has one."""
    text: str
    """What it means: without quote and backslashes."""
    quote: str = ""


class Choice(NamedTuple):
    """Something that may stand in a word's place."""

    name: str
    """As it is shown."""
    text: str
    """As it is put into the prompt."""
    picture: Path | None = None
    """What is to be attached with it."""

    @property
    def is_folder(self) -> bool:
        """Whether more of a path follows."""
        return self.name.endswith("/")


def word_before(line: str, column: int) -> Word | None:
    """Returns the word that ends at a column; None where there is none."""
    match = _WORD.search(line[:column])
    if match is None or match.start() == column:
        return None
    if match["quote"]:
        return Word(match.start(), match["quoted"], match["quote"])
    return Word(match.start(), re.sub(r"\\(.)", r"\1", match["plain"]))


def find_choices(
    word: Word, names: Sequence[str], folder: Path, cwd: Path | None = None
) -> list[Choice]:
    """Returns what a word can be completed to, in the order to offer it. Asks the disk: may block.

    Args:
        word: a path, the start of a name in the working directory, or `@` and part of a name.
        names: of pictures in the conversation, the newest first.
        folder: further pictures that `@` finds; they are attached with their names.
        cwd: what relative paths start from; by default the working directory.
    """
    if word.text.startswith("@"):
        return _find_mentions(word.text[1:], names, folder)
    return _find_paths(word, cwd or Path())


def common_start(word: Word, choices: Sequence[Choice]) -> str:
    """Returns the text that all the choices begin with, such that more of it can be completed."""
    first, last = min(choice.text for choice in choices), max(choice.text for choice in choices)
    same = takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    start = "".join(one for one, _ in same)
    if not word.text.startswith("@"):
        return start
    return "" if " " in start else "@" + start


def _find_mentions(part: str, names: Sequence[str], folder: Path) -> list[Choice]:
    found = {name: Choice(name, name) for name in names}
    for name in sorted(_pictures_in(folder)):
        found.setdefault(name, Choice(name, name, folder / name))
    wanted = _plain(part)
    fitting = [choice for name, choice in found.items() if wanted in _plain(name)]
    return sorted(fitting, key=lambda choice: not _plain(choice.name).startswith(wanted))


def _pictures_in(folder: Path) -> Iterator[str]:
    return (entry.name for entry in _entries(folder) if _is_picture(entry.name))


def _find_paths(word: Word, cwd: Path) -> list[Choice]:
    before, slash, start = word.text.rpartition("/")
    if not slash and start == "~":
        return [Choice("~/", "~/")]
    try:
        folder = cwd / Path(before + slash).expanduser()
    except RuntimeError:
        return []
    entries = [it for it in _entries(folder) if start.startswith(".") or it.name[0] != "."]
    fitting = [it for it in entries if it.name.startswith(start)] or [
        it for it in entries if _plain(it.name).startswith(_plain(start))
    ]
    choices = []
    for entry in sorted(fitting, key=lambda it: it.name):
        if _is_folder(entry):
            choices.append(_path_choice(word, before + slash, entry.name + "/"))
        elif _is_picture(entry.name):
            choices.append(_path_choice(word, before + slash, entry.name))
    return choices


def _path_choice(word: Word, folder: str, name: str) -> Choice:
    path = folder + name
    if word.quote and word.quote not in path:
        return Choice(name, word.quote + path + ("" if name.endswith("/") else word.quote))
    return Choice(name, _SPECIAL.sub(r"\\\1", path))


def _entries(folder: Path) -> list["os.DirEntry[str]"]:
    """Returns what lies in a folder; nothing where that can't be told."""
    try:
        with os.scandir(folder) as entries:
            return list(islice(entries, _MOST_ENTRIES))
    except (OSError, ValueError):
        return []


def _is_picture(name: str) -> bool:
    """Whether a file may be a picture, one that is called like an excerpt included."""
    return is_picture_name(path_of(name))


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _plain(name: str) -> str:
    """Returns a name without regard to case and Unicode form."""
    return unicodedata.normalize("NFC", name).casefold()

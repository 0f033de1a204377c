"""Paths of pictures in a text that name no file here, as a drag over SSH pastes the laptop's.

A model that gets such a path as text answers about nothing. What counts is what is clearly meant as
a picture's path: one in a folder where people keep files, one whose folder exists here, a `file:`
URL, or anything with a picture's suffix in a message that holds nothing else. Code, commands,
addresses and bare names in a sentence do not count.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from msgspec import Struct

from ...core.excerpt import notation_end, path_of, paths_of
from ...core.formats.kinds import is_picture_name
from .attach_paths import MAX_TEXT, TRAILING, path_of_url, shell_word

_ALSO_SEEN: Final = frozenset({".pdf", ".svg", ".jxl"})
"""Suffixes of what people drop to have it looked at, though it can't be read."""

_MAX_PATH: Final = 4096
_MAX_TRAILING: Final = 4
_MAX_STARTS: Final = 200
"""Places in a line where a path is looked for."""

_START: Final = re.compile(
    r"(?<![^\s(\[<])(?<![\w\])][(\[<])['\"]?(?:file:/|~[\w.-]*/|\.{0,2}/|[A-Za-z]:[\\/])",
    re.IGNORECASE,
)
"""How a path begins in a sentence; not behind a name and a bracket, as in calls and links."""

_DRIVE: Final = re.compile(r"['\"]?[A-Za-z]:[\\/]")

_QUOTED_OR_WORD: Final = re.compile(r"(?P<quote>['\"])(?P<quoted>.*?)(?P=quote)|(?P<word>\S+)")

_OF_PEOPLE: Final = re.compile(
    r"~|/(?:Users|home|Volumes|root|media|mnt|cygdrive|tmp|private|var/folders|run/media)/"
    r"|[A-Za-z]:[\\/]"
)
"""Where people keep pictures, and where systems put screenshots."""

_PLACEHOLDER: Final = re.compile(r"[*<>{}$|]|/path/to/|\.\.\.|…")

_CODE: Final = re.compile(
    r" {4}|\t|\s*[$%#>] |\s*(?:cp|mv|rm|scp|rsync|sips|magick|ffmpeg|curl|wget|sudo|git|docker"
    r"|chmod|python3?)\s|.*(?:\s--?[A-Za-z]|\w+Error\b|\bErrno\b|No such file or directory|\w\s=\s"
    r"|\bimport\s.*\bfrom\s|\w\":\s)"
)
"""Lines of code, shell commands and error messages."""

_WRITES: Final = re.compile(
    r"\b(?:sav(?:e[sd]?|ing)|writ(?:es?|ing)|exports?|outputs?|converts?|renames?|cop(?:y|ies)"
    r"|moves?|puts?|downloads?)\b.*\s(?:to|into|as)\s+\W*$",
    re.IGNORECASE,
)
"""Before a path that something is to be written to."""

_SUFFIX: Final = re.compile(r"\.[A-Za-z0-9]{2,5}(?![A-Za-z0-9])")
_INLINE_CODE: Final = re.compile(r"`+[^`]+`+")
_FENCE: Final = re.compile(r"\s*(?:```|~~~)")


class _Named(NamedTuple):
    """A picture's path in a line."""

    written: str
    """As it stands there."""
    path: str
    """What it means."""
    before: str
    """The line in front of it."""


class MissingPictures(Struct, frozen=True):
    """Pictures that a text names but that are not on this machine."""

    written: tuple[str, ...]
    """The paths as they stand in the text."""
    names: tuple[str, ...]
    """The files' names."""
    is_held: bool = False
    """Whether the text was to be sent and was kept back: the next time it goes out as it is."""

    @property
    def sentence(self) -> str:
        """What is wrong and what can be done; keys stand in it as `fill_keys` fills them in."""
        is_one = len(self.names) == 1
        it, path = ("it", "the path") if is_one else ("them", "the paths")
        here = f"{_enumerate(self.names)} {'is' if is_one else 'are'} not on this machine"
        if self.is_held:
            return (
                f"Not sent: {here}. Copy {it} over, as with scp, and paste {path} here; or press "
                f"{{prompt.send}} again to send {path} as text."
            )
        return f"{here}: copy {it} over, as with scp; {{prompt.send}} twice sends {path} as text."

    def are_in(self, text: str) -> bool:
        """Whether a text names one of them."""
        return any(written in text for written in self.written)

    def permits(self, other: "MissingPictures") -> bool:
        """Whether a text that names these others may go out, since the user was told of them."""
        return self.is_held and set(other.written) <= set(self.written)


def find_missing(text: str, cwd: Path | None = None) -> MissingPictures | None:
    """Returns the pictures that a text clearly means but that are not here; None if there are none.

    Asks the disk, so it may block.

    Args:
        text: what is to be sent, without the paths of pictures that exist.
        cwd: what relative paths start from; by default the working directory.
    """
    if len(text) > MAX_TEXT or not any(
        _is_seen("_" + match[0]) for match in _SUFFIX.finditer(text)
    ):
        return None
    folder = cwd or Path()
    alone = _read_alone(text)
    named = alone or [it for it in _read_lines(text) if _is_meant(it, folder)]
    missing = {it.written: it.path for it in named if _is_missing(it.path, folder)}
    if not missing:
        return None
    return MissingPictures(tuple(missing), tuple(map(_last_part, missing.values())))


def _read_alone(text: str) -> list[_Named]:
    """Returns the paths of a text that holds nothing but paths of pictures; else none."""
    named: list[_Named] = []
    for line in text.splitlines():
        words = list(_words(line))
        if words and all(_is_seen(it.path) and not _is_address(it.path) for it in words):
            named += words
        elif words and _START.match(line.strip()) and _is_seen(line.strip()):
            named.append(_Named(line.strip(), line.strip(), ""))
        elif words:
            return []
    return named


def _words(line: str) -> Iterator[_Named]:
    """Yields a line's words as a shell reads them."""
    position = 0
    while position < len(line):
        if line[position].isspace():
            position += 1
            continue
        word, end = _read_word(line, position)
        yield _Named(line[position:end], _path(word), line[:position])
        position = end


def _read_lines(text: str) -> Iterator[_Named]:
    """Yields the paths of pictures in prose."""
    is_fenced = False
    for line in text.splitlines():
        if _FENCE.match(line):
            is_fenced = not is_fenced
        elif not is_fenced and not _CODE.match(line):
            yield from _read_line(_INLINE_CODE.sub(lambda code: "`" * len(code[0]), line))


def _read_line(line: str) -> Iterator[_Named]:
    end = 0
    for match in islice(_START.finditer(line), _MAX_STARTS):
        if match.start() < end:
            continue
        named = _word(line, match.start())
        if not _is_seen(named.path) and not line[: match.start()].strip():
            named = _with_spaces(line, match.start()) or named
        if _is_seen(named.path) and not _PLACEHOLDER.search(named.path):
            yield named
            end = match.start() + len(named.written)


def _word(line: str, start: int) -> _Named:
    """Returns the word from here on, without what a sentence puts behind it."""
    word, end = _read_word(line, start)
    for _ in range(_MAX_TRAILING):
        if _is_seen(word) or end <= start + 1 or line[end - 1] not in TRAILING:
            break
        end -= 1
        word = word.removesuffix(line[end])
    return _Named(line[start:end], _path(word), line[:start])


def _read_word(line: str, start: int) -> tuple[str, int]:
    """Returns the word from here on and where it ends; behind a drive backslashes are plain."""
    drive = _DRIVE.match(line, start)
    if drive is None:
        return shell_word(line, start, min(len(line), start + _MAX_PATH))
    found = _QUOTED_OR_WORD.match(line, start)
    return ((found["quoted"] or found["word"]), found.end()) if found else ("", start + 1)


def _path(word: str) -> str:
    return path_of_url(word) if word[:5].lower() == "file:" else word


def _with_spaces(line: str, start: int) -> _Named | None:
    """Returns the path from here to the nearest suffix of a picture, spaces included."""
    ends = (it.end() for it in _SUFFIX.finditer(line, start) if _is_seen("_" + it[0]))
    end = next(ends, None)
    if end is None or not _OF_PEOPLE.match(line, start):
        return None
    end = notation_end(line, end)
    return _Named(line[start:end], line[start:end], line[:start])


def _is_meant(named: _Named, cwd: Path) -> bool:
    if _WRITES.search(named.before):
        return False
    if named.written.lstrip("'\"")[:5].lower() == "file:" or _OF_PEOPLE.match(named.path):
        return True
    try:
        parent = (cwd / named.path).parent
        return parent != Path("/") and parent.is_dir()
    except (OSError, ValueError):
        return False


def _is_missing(path: str, cwd: Path) -> bool:
    """Whether there is nothing at a path, nor the file that it names an excerpt of.

    What may not be looked at is not missing.
    """
    return not any(_may_exist(cwd, it) for it in paths_of(path))


def _may_exist(cwd: Path, path: str) -> bool:
    try:
        (cwd / Path(path).expanduser()).stat()
    except PermissionError:
        return True
    except (OSError, RuntimeError, ValueError):
        return False
    return True


def _is_seen(name: str) -> bool:
    """Whether a name is one of a file, or an excerpt of one, that people want to be looked at."""
    file = path_of(name)
    return is_picture_name(file) or Path(file).suffix.lower() in _ALSO_SEEN


def _is_address(word: str) -> bool:
    return "://" in word


def _last_part(path: str) -> str:
    return re.split(r"[\\/]" if _DRIVE.match(path) else "/", path)[-1]


def _enumerate(names: Iterable[str]) -> str:
    first, *more = names
    if len(more) > 1:
        return f"{first} and {len(more)} more"
    return " and ".join((first, *more))

"""Paths of pictures in text that was pasted or typed into the prompt."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import unquote

from ...core.errors import ImageError
from ...core.excerpt import Excerpt, notation_end, path_of, paths_of, read_named
from ...core.formats.kinds import is_picture_file, is_picture_name
from .draft import DraftPicture
from .picture_addresses import address_at

MAX_TEXT: Final = 32 * 1024
"""Longer texts are no list of paths and are not searched."""

_MAX_TRAILING: Final = 4

_MAX_PATH: Final = 4096
_MAX_SUFFIXES: Final = 3
"""Picture suffixes that a name which nobody quoted may hold, its own one included."""

_MAX_LOOKS: Final = 2000
"""Times that the disk is asked for one text."""

_MAX_READ: Final = 8 * MAX_TEXT
"""Characters read in one text: a name may begin at any bracket and reach far behind it."""

TRAILING: Final = ".,;:!?)]}>'\""
"""What a sentence may put behind a path."""

_PATH_START: Final = re.compile(r"(?<![^\s(\[<'\"])(?:file:/|~|\.{0,2}/)", re.IGNORECASE)
"""How a path begins that needs no picture's suffix: the file's first bytes tell."""

_SUFFIX: Final = re.compile(r"\.[A-Za-z0-9]{2,5}(?![A-Za-z0-9])")


class FoundPictures(NamedTuple):
    """Pictures named in a text, in its order, and the text to send with them."""

    pictures: list[DraftPicture]
    """To be checked; one whose notation makes no sense is refused already."""
    rest: str
    """The text without them; in the middle of a sentence a path leaves its file's name."""


def find_pictures(text: str, cwd: Path | None = None) -> FoundPictures:
    """Returns the existing pictures that a text names, and what is left of it.

    Understands what terminals paste when files are dropped on them and what people type: `~`,
    quotes, backslashes, `file://` with percent signs, several paths a line, bare names with
    spaces, paths of pictures whose names do not say so, and names whose Unicode form or U+202F a
    copy has changed; behind each of them `#` and pages, `@` and a rectangle, as `core.excerpt`
    says. `http(s)` addresses of pictures count too. Asks the disk, so it may block.

    Args:
        text: what was pasted or typed.
        cwd: what relative paths start from; by default the working directory.
    """
    suffix_ends = [
        match.end() for match in _SUFFIX.finditer(text) if is_picture_name("_" + match[0])
    ]
    if len(text) > MAX_TEXT or not (suffix_ends or _PATH_START.search(text)):
        return FoundPictures([], text)
    try:
        folder = cwd or Path.cwd()
    except FileNotFoundError:
        # It was deleted: nothing is found from there.
        folder = Path()
    reader = _Reader(text, suffix_ends, folder)
    pictures: dict[tuple[str, Path, Excerpt], DraftPicture] = {}
    rest: list[str] = []
    position = 0
    while position < len(text):
        named = reader.named_at(position) if _is_word_start(text, position) else None
        if named is None:
            rest.append(text[position])
            position += 1
            continue
        position = named.end
        for picture in named.pictures:
            pictures.setdefault((picture.address, picture.path, picture.excerpt), picture)
        line = "".join(rest).rpartition("\n")[2]
        rest.append(named.label if line.strip() else "")
    return FoundPictures(list(pictures.values()), _tidy("".join(rest)) if pictures else text)


class _Named(NamedTuple):
    """A file that a text names, and what of it."""

    pictures: list[DraftPicture]
    label: str
    """Stands for them in a sentence."""
    end: int
    """Where the name ends."""


class _Reader:
    """Reads names in a text and asks the disk for them."""

    def __init__(self, text: str, suffix_ends: list[int], cwd: Path) -> None:
        self._text = text
        self._suffix_ends = suffix_ends
        self._disk = _Disk(cwd)
        self._read = 0
        """Characters so far."""

    def named_at(self, start: int) -> _Named | None:
        """Returns what is named from here on; None if that is no picture."""
        if self._disk.is_spent or self._read > _MAX_READ:
            return None
        if (address := address_at(self._text, start)) is not None:
            return _Named(*address)
        for name, end in self._readings(start):
            for file in paths_of(name):
                path = self._disk.find(file)
                if path is not None:
                    label = path.name + name.removeprefix(file)
                    return _Named(_excerpts(path, label), label, end)
        return None

    def _readings(self, start: int) -> Iterator[tuple[str, int]]:
        """Yields ways to read a name from here on, the likeliest first, with where each ends."""
        last = min(len(self._text), start + _MAX_PATH)
        word, end = shell_word(self._text, start, last)
        self._read += end - start
        yield from _meanings(word, end)
        for shorter in range(end - 1, max(end - 1 - _MAX_TRAILING, start), -1):
            if self._text[shorter] not in TRAILING:
                break
            self._read += shorter - start
            yield from _meanings(shell_word(self._text, start, shorter)[0], shorter)
        yield from self._bare_names(start)

    def _bare_names(self, start: int) -> Iterator[tuple[str, int]]:
        """Yields names with spaces that nobody quoted, the longest first; none spans two lines."""
        line_end = self._text.find("\n", start)
        last = min(line_end if line_end >= 0 else len(self._text), start + _MAX_PATH)
        ends = self._suffix_ends
        nearest = ends[bisect_right(ends, start) : bisect_right(ends, last)][:_MAX_SUFFIXES]
        for end in reversed(nearest):
            last = notation_end(self._text, end)
            if last > end:
                yield self._text[start:last], last
            yield self._text[start:end], end


def _excerpts(path: Path, label: str) -> list[DraftPicture]:
    """Returns what a label, the file's name and a notation, says of a file.

    If that makes no sense it is a file of the label's name, which is not there.
    """
    try:
        named = read_named(label, path.name.__eq__)
    except ImageError as error:
        return [DraftPicture(path.with_name(label), error=str(error))]
    return [DraftPicture(path, excerpt=it.excerpt) for it in named]


class _Disk:
    """Asks the disk for files, at most so many times."""

    def __init__(self, cwd: Path) -> None:
        self._cwd = cwd
        self._looks = 0
        self._names: dict[Path, dict[str, str]] = {}

    @property
    def is_spent(self) -> bool:
        """Whether the disk was asked often enough."""
        return self._looks >= _MAX_LOOKS

    def find(self, name: str) -> Path | None:
        """Returns the file of that name, or of one that differs only in its Unicode form."""
        # A file may be called like an excerpt of a picture.
        is_named = is_picture_name(path_of(name))
        if "\0" in name or len(name) > _MAX_PATH or not (is_named or _PATH_START.match(name)):
            return None
        self._looks += 1
        try:
            path = self._cwd / Path(name).expanduser()
            if not path.is_file():
                if name.isascii() and " " not in name:
                    return None
                same = self._siblings(path.parent).get(_plain(path.name))
                if same is None:
                    return None
                path = path.parent / same
            is_picture = path.is_file() if is_named else is_picture_file(path)
        except PermissionError:
            # The core tells why; as text the path would say nothing.
            return path if is_named and path.is_absolute() and _PATH_START.match(name) else None
        except (OSError, RuntimeError, ValueError):
            return None
        return path if is_picture else None

    def _siblings(self, folder: Path) -> dict[str, str]:
        if folder not in self._names:
            names = [item.name for item in folder.iterdir()] if folder.is_dir() else []
            self._names[folder] = {_plain(name): name for name in names}
        return self._names[folder]


def shell_word(text: str, start: int, last: int) -> tuple[str, int]:
    """Returns the word that a shell would read from here on, and where it ends."""
    word: list[str] = []
    quote = ""
    position = start
    while position < last:
        char = text[position]
        following = text[position + 1 : min(position + 2, last)]
        if char == "\\" and _is_escape(following, quote):
            word.append(following)
            position += 1
        elif char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
        elif not quote and char in " \t\r\n":
            break
        else:
            word.append(char)
        position += 1
    return "".join(word), position


def _is_escape(following: str, quote: str) -> bool:
    if quote:
        return quote == '"' and following != "" and following in '"\\$`'
    return following not in {"", "\n"}


def _meanings(word: str, end: int) -> Iterator[tuple[str, int]]:
    """Yields the names that a word may be, with where it ends."""
    if word[:5].lower() == "file:":
        yield path_of_url(word), end
    yield word, end


def path_of_url(url: str) -> str:
    """Returns the path of a `file:` URL of this machine."""
    path = re.sub(r"^file:(//[^/]*)?", "", url, flags=re.IGNORECASE)
    return unquote(path)


def _is_word_start(text: str, position: int) -> bool:
    return not text[position].isspace() and (position == 0 or text[position - 1] in " \t\r\n([<")


def _plain(name: str) -> str:
    """Returns a name as it looks: composed, with every kind of space as a space."""
    composed = unicodedata.normalize("NFC", name)
    return "".join(" " if char.isspace() else char for char in composed)


def _tidy(rest: str) -> str:
    """Returns what is left without the gaps that the paths left behind."""
    lines = (re.sub(r"[ \t]{2,}", " ", line).strip() for line in rest.split("\n"))
    return "\n".join(lines).strip()

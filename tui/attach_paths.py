"""Paths of pictures in text that was pasted or typed into the prompt."""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import unquote

from ..core.images import is_picture_name

_MAX_TEXT: Final = 64 * 1024
"""Longer texts are no list of paths and are not searched."""

_MAX_PATH: Final = 4096
_MAX_LOOKS: Final = 2000
"""Times that the disk is asked for one text."""

_TRAILING: Final = ".,;:!?)]}>'\""
"""What a sentence may put behind a path."""

_SUFFIX_END: Final = re.compile(r"\.[A-Za-z0-9]{2,5}(?![A-Za-z0-9])")


class FoundPictures(NamedTuple):
    """Pictures named in a text, in its order, and the text without them."""

    paths: list[Path]
    rest: str


def find_pictures(text: str, cwd: Path | None = None) -> FoundPictures:
    """Returns the existing pictures that a text names, and what is left of it.

    Understands what terminals paste when files are dropped on them and what people type: `~`,
    quotes, backslashes, `file://` with percent signs, several paths a line, bare names with
    spaces, and names whose Unicode form or U+202F a copy has changed.

    Args:
        text: what was pasted or typed.
        cwd: what relative paths start from; by default the working directory.
    """
    if len(text) > _MAX_TEXT:
        return FoundPictures([], text)
    disk = _Disk(cwd or Path.cwd())
    paths: list[Path] = []
    rest: list[str] = []
    position = 0
    while position < len(text):
        match = _picture_at(text, position, disk) if _is_word_start(text, position) else None
        if match is None:
            rest.append(text[position])
            position += 1
        else:
            path, position = match
            if path not in paths:
                paths.append(path)
    return FoundPictures(paths, _tidy("".join(rest)) if paths else text)


def picture_paths(text: str, cwd: Path | None = None) -> list[Path]:
    """Returns the pictures that a text names, if it holds nothing else; else none."""
    found = find_pictures(text, cwd)
    return [] if found.rest.strip() else found.paths


class _Disk:
    """Asks the disk for files, at most so many times."""

    def __init__(self, cwd: Path) -> None:
        self._cwd = cwd
        self._looks = 0
        self._names: dict[Path, dict[str, str]] = {}

    def find(self, name: str) -> Path | None:
        """Returns the file of that name, or of one that differs only in its Unicode form."""
        self._looks += 1
        is_hopeless = not name or len(name) > _MAX_PATH or "\0" in name
        if is_hopeless or self._looks > _MAX_LOOKS or not is_picture_name(name.rstrip("/")):
            return None
        try:
            path = self._cwd / Path(name).expanduser()
            if path.is_file():
                return path
            same = self._siblings(path.parent).get(_plain(path.name))
        except (OSError, RuntimeError, ValueError):
            return None
        found = path.parent / same if same is not None else None
        return found if found is not None and found.is_file() else None

    def _siblings(self, folder: Path) -> dict[str, str]:
        if folder not in self._names:
            names = [item.name for item in folder.iterdir()] if folder.is_dir() else []
            self._names[folder] = {_plain(name): name for name in names}
        return self._names[folder]


def _picture_at(text: str, start: int, disk: _Disk) -> tuple[Path, int] | None:
    """Returns the picture named from here on and where its name ends."""
    for name, end in _readings(text, start):
        path = disk.find(name)
        if path is not None:
            return path, end
    return None


def _readings(text: str, start: int) -> Iterator[tuple[str, int]]:
    """Yields ways to read a name from here on, the likeliest first, with where each ends."""
    word, end = _shell_word(text, start)
    if word.lower().startswith("file:"):
        yield _from_url(word), end
    yield word, end
    bare_end = end
    while bare_end > start and text[bare_end - 1] in _TRAILING:
        bare_end -= 1
        yield _shell_word(text[:bare_end], start)[0], bare_end
    yield from _bare_names(text, start)


def _bare_names(text: str, start: int) -> Iterator[tuple[str, int]]:
    """Yields names with spaces that nobody quoted, the longest first; a path stays on its line."""
    line_end = text.find("\n", start)
    line = text[start : line_end if line_end >= 0 else len(text)]
    ends = [match.end() for match in _SUFFIX_END.finditer(line)]
    for end in reversed(ends):
        yield line[:end], start + end


def _shell_word(text: str, start: int) -> tuple[str, int]:
    """Returns the word that a shell would read from here on, and where it ends."""
    word: list[str] = []
    quote = ""
    position = start
    while position < len(text):
        char = text[position]
        following = text[position + 1 : position + 2]
        if char == "\\" and quote != "'" and following and _is_escape(following, quote):
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
    return following in '"\\$`' if quote else following != "\n"


def _from_url(url: str) -> str:
    """Returns the path of a `file:` URL of this machine."""
    path = re.sub(r"^file:(//[^/]*)?", "", url, flags=re.IGNORECASE)
    return unquote(path)


def _is_word_start(text: str, position: int) -> bool:
    return not text[position].isspace() and (position == 0 or text[position - 1] in " \t\r\n([<")


def _plain(name: str) -> str:
    """Returns a name as it looks: composed, with every kind of space as a space."""
    return "".join(" " if char.isspace() else char for char in unicodedata.normalize("NFC", name))


def _tidy(rest: str) -> str:
    """Returns what is left without the gaps that the paths left behind."""
    lines = (re.sub(r"[ \t]{2,}", " ", line).strip() for line in rest.split("\n"))
    return "\n".join(lines).strip()

"""Folders as the picker lists them: subfolders and pictures, read off the interface's loop."""

import errno
import os
import re
import stat
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from ...core.formats.kinds import is_picture_file, is_picture_name
from ...core.regular_files import MACOS_PRIVACY

_LONGEST_SECONDS: Final = 3.0
"""That files are opened to see what they are."""

_DATALESS: Final = 0x40000000
"""macOS' flag of a file whose content is not on the disk."""

_NUMBERS: Final = re.compile(r"([0-9]+)")


class FolderUnreadable(Exception):
    """A folder can't be listed; the text says why and what to do."""


class Entry(NamedTuple):
    """A subfolder or a picture."""

    name: str
    is_folder: bool
    key: str
    """What the filter looks in."""
    size_bytes: int = 0
    """0 for folders and for what can't be looked at."""
    modified: float = 0.0
    """Seconds since the epoch; 0 as above."""
    page: int = 0
    """Of the file that is looked into, from 1; 0 for what lies in a folder."""

    @property
    def is_hidden(self) -> bool:
        """Whether the name begins with a dot."""
        return self.name.startswith(".")


def read_folder(folder: Path) -> tuple[Entry, ...]:
    """Returns subfolders, then pictures, each in the order of their names; blocks.

    Raises:
        FolderUnreadable: it is gone, no folder, or may not be read.
    """
    try:
        with os.scandir(folder) as items:
            entries = [entry for item in items if (entry := _entry(item)) is not None]
    except OSError as error:
        raise FolderUnreadable(_reason(error)) from error
    return put_in_order(entries)


def find_unnamed(folder: Path, is_wanted: Callable[[], bool]) -> tuple[Entry, ...]:
    """Returns pictures whose names do not say that they are; blocks.

    Their first bytes tell, which takes long where many files lie or the disk is slow: it ends after
    a time, or once it is not wanted any more. Hidden files are passed over, and those that iCloud
    would have to fetch.
    """
    ends_at = time.monotonic() + _LONGEST_SECONDS
    found: list[Entry] = []
    with suppress(OSError), os.scandir(folder) as items:
        for item in items:
            if not is_wanted() or time.monotonic() > ends_at:
                break
            if not item.name.startswith(".") and not is_picture_name(item.name):
                found += _unnamed(item)
    return tuple(found)


def put_in_order(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Returns folders, then pictures, each in the order of their names."""
    return tuple(sorted(entries, key=lambda entry: (not entry.is_folder, _order(entry.name))))


def put_names_in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Returns names in the order in which entries stand."""
    return tuple(sorted(names, key=_order))


def filter_entries(entries: Iterable[Entry], typed: str, *, with_hidden: bool) -> tuple[Entry, ...]:
    """Returns the entries whose names contain what was typed.

    Where there are none, those whose names hold its letters in this order, the closest first.
    """
    wanted = filter_key(typed)
    with_hidden = with_hidden or wanted.startswith(".")
    seen = [entry for entry in entries if with_hidden or not entry.is_hidden]
    containing = tuple(entry for entry in seen if wanted in entry.key)
    if containing:
        return containing
    spread = [(width, entry) for entry in seen if (width := _spread(wanted, entry.key))]
    return tuple(entry for _, entry in sorted(spread, key=lambda it: it[0]))


def page_entries(pages: int) -> tuple[Entry, ...]:
    """Returns the pages of a file, by the notation that names each of them."""
    return tuple(Entry(f"#{page}", False, str(page), page=page) for page in range(1, pages + 1))


def put_newest_first(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Returns pictures from the newest to the oldest, then folders."""
    return tuple(sorted(entries, key=lambda entry: -entry.modified))


def filter_key(text: str) -> str:
    """Returns the text without case, white space (U+202F too) and Unicode's ways to compose."""
    return "".join(unicodedata.normalize("NFC", text).casefold().split())


def _spread(wanted: str, key: str) -> int:
    """Returns over how many characters the letters wanted are spread; 0 if one is missing.

    Counted from the first place where they all have come, so that a name takes one walk.
    """
    end = -1
    for letter in wanted:
        end = key.find(letter, end + 1)
        if end < 0:
            return 0
    start = end + 1
    for letter in reversed(wanted):
        start = key.rfind(letter, 0, start)
    return end + 1 - start


def _entry(item: os.DirEntry[str]) -> Entry | None:
    try:
        is_folder = item.is_dir()
    except OSError:
        is_folder = False
    key = filter_key(item.name)
    if is_folder:
        return Entry(item.name, is_folder, key)
    if not is_picture_name(item.name):
        return None
    try:
        status = item.stat()
    except OSError:
        return Entry(item.name, is_folder, key)
    return Entry(item.name, is_folder, key, status.st_size, status.st_mtime)


def _unnamed(item: os.DirEntry[str]) -> Iterator[Entry]:
    """Yields the file if it begins like a picture."""
    with suppress(OSError):
        status = item.stat()
        is_elsewhere = getattr(status, "st_flags", 0) & _DATALESS
        if stat.S_ISREG(status.st_mode) and not is_elsewhere and is_picture_file(Path(item.path)):
            yield Entry(item.name, False, filter_key(item.name), status.st_size, status.st_mtime)


def _order(name: str) -> tuple[tuple[int, str], ...]:
    """Returns a key that puts `shot 9` before `shot 10`, ignoring case."""
    parts = _NUMBERS.split(unicodedata.normalize("NFC", name).casefold())
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in parts if part)


def _reason(error: OSError) -> str:
    if error.errno == errno.EPERM:
        return MACOS_PRIVACY
    if error.errno == errno.EACCES:
        return "This folder may not be read; change its permissions or go elsewhere."
    if error.errno == errno.ENOENT:
        return "This folder is gone; go up or elsewhere."
    if error.errno == errno.ENOTDIR:
        return "Not a folder; go up or elsewhere."
    return f"This folder can't be read: {error.strerror}."

"""Folders as the picker lists them: subfolders and pictures, read off the interface's loop."""

import errno
import os
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

from ...core.formats.kinds import is_picture_name

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
    return tuple(sorted(entries, key=lambda entry: (not entry.is_folder, _order(entry.name))))


def filter_entries(entries: Iterable[Entry], typed: str, *, with_hidden: bool) -> tuple[Entry, ...]:
    """Returns the entries whose names contain what was typed."""
    wanted = filter_key(typed)
    return tuple(
        entry
        for entry in entries
        if wanted in entry.key and (with_hidden or wanted.startswith(".") or not entry.is_hidden)
    )


def put_newest_first(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Returns pictures from the newest to the oldest, then folders."""
    return tuple(sorted(entries, key=lambda entry: -entry.modified))


def filter_key(text: str) -> str:
    """Returns the text without case, white space (U+202F too) and Unicode's ways to compose."""
    return "".join(unicodedata.normalize("NFC", text).casefold().split())


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


def _order(name: str) -> tuple[tuple[int, str], ...]:
    """Returns a key that puts `shot 9` before `shot 10`, ignoring case."""
    parts = _NUMBERS.split(unicodedata.normalize("NFC", name).casefold())
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in parts if part)


def _reason(error: OSError) -> str:
    if error.errno == errno.EPERM:
        return (
            "macOS keeps this folder from remote logins; allow full disk access for remote "
            "users in System Settings, General, Sharing, Remote Login."
        )
    if error.errno == errno.EACCES:
        return "This folder may not be read; change its permissions or go elsewhere."
    if error.errno == errno.ENOENT:
        return "This folder is gone; go up or elsewhere."
    if error.errno == errno.ENOTDIR:
        return "This is no folder; go up or elsewhere."
    return f"This folder can't be read: {error.strerror}."

"""The journals on disk: a folder for each window, locked while it lives, a file for each entry.

Below the folder of all journals:

    WINDOW/lock         held (flock) by the window for as long as it lives
    WINDOW/ENTRY.json   one entry, replaced as a whole; ENTRY is its id
    left/ENTRY.json     one that a living window has put down again, for any other
    lock                held for the moment in which a window makes, empties or removes folders

A window is dead when nobody holds its lock. Another one inherits an entry of it by moving the
file into its own folder: that is one step for the disk, so that an entry is always in one place
only, whatever ends a program meanwhile, and two windows that start together can't have it both.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final
from uuid import uuid4

from msgspec import Struct

from ...core.private_files import make_private_folder, open_private, replace_private

_LOCK: Final = "lock"
_LEFT: Final = "left"
_ENTRY: Final = ".json"
_UNFINISHED: Final = ".new"
_PATIENCE: Final = 1.0
"""Seconds to wait for another window that is in the midst of inheriting."""
_PAUSE: Final = 0.005


class JournalsBusy(OSError):
    """Another program holds the lock of all journals and does not let go of it."""


class LeftEntry(Struct, frozen=True):
    """An entry of a dead window, which nobody else can reach meanwhile."""

    id: str
    content: bytes
    changed_at: float
    """Seconds since the epoch."""
    _path: Path
    _heir: "JournalFolder"

    def inherit(self) -> None:
        """Moves it into the folder of the window that looks.

        Raises:
            OSError: it can't be moved; it stays where it is.
        """
        self._path.rename(self._heir.path_of(self.id))

    def replace(self, content: bytes) -> None:
        """Changes it where it is; raises `OSError` if the disk does not take it."""
        replace_private(self._path, content)

    def delete(self) -> None:
        """Removes it for good; raises `OSError` if the disk does not let it go."""
        self._path.unlink()


class JournalFolder:
    """One window's folder among those of all windows; made when there is something to keep."""

    def __init__(self, root: Path) -> None:
        """Names a window.

        Args:
            root: the folder of all journals.
        """
        self._root = root
        self._own = root / uuid4().hex
        self._lock: int | None = None

    def path_of(self, entry: str) -> Path:
        """Returns where an entry of this window lies."""
        return self._own / f"{entry}{_ENTRY}"

    def make(self) -> None:
        """Makes the folder and locks it, unless that is done.

        Raises:
            OSError: the disk does not let it.
        """
        if self._is_in_place():
            return
        make_private_folder(self._root)
        with self._alone():
            self._release()
            make_private_folder(self._own)
            self._lock = open_private(self._own / _LOCK, os.O_RDWR)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def write(self, entry: str, content: bytes) -> None:
        """Keeps an entry in place of what it was before, whole or not at all.

        Raises:
            OSError: the disk does not take it; what it was before stays.
        """
        self.make()
        replace_private(self.path_of(entry), content)

    def remove(self, entry: str) -> None:
        """Keeps an entry no longer.

        Raises:
            OSError: the disk does not let it go.
        """
        self.path_of(entry).unlink(missing_ok=True)

    def leave(self, entry: str) -> None:
        """Puts an entry down for the next window that wants it.

        Raises:
            OSError: it stays this window's.
        """
        with self._alone():
            make_private_folder(self._root / _LEFT)
            self.path_of(entry).rename(self._root / _LEFT / f"{entry}{_ENTRY}")

    @contextmanager
    def left_entries(self) -> Iterator[list[list[LeftEntry]]]:
        """Gives what each dead window has left, the oldest first; nobody else has it meanwhile.

        Raises:
            OSError: nobody can look now.
        """
        if not self._other_windows():
            yield []
            return
        self.make()
        with self._alone(), ExitStack() as locks:
            dead = [it for it in self._other_windows() if locks.enter_context(_locked(it))]
            yield [self._read(window) for window in dead]
            for window in dead:
                _remove_if_empty(window)

    def close(self) -> None:
        """Lets the next window inherit what is here."""
        if self._lock is not None:
            _remove_if_empty(self._own)
            self._release()

    def _other_windows(self) -> list[Path]:
        try:
            return [it for it in self._root.iterdir() if it.is_dir() and it != self._own]
        except FileNotFoundError:
            return []

    def _read(self, window: Path) -> list[LeftEntry]:
        found: list[LeftEntry] = []
        for path in window.glob(f"*{_ENTRY}"):
            # One that can't be read is left to a window that can.
            with suppress(OSError):
                content, changed_at = path.read_bytes(), path.stat().st_mtime
                found.append(LeftEntry(path.stem, content, changed_at, path, self))
        return sorted(found, key=lambda entry: entry.changed_at)

    def _is_in_place(self) -> bool:
        """Whether the folder is locked, and still the one that other windows find."""
        if self._lock is None:
            return False
        try:
            return os.path.samestat((self._own / _LOCK).stat(), os.fstat(self._lock))
        except OSError:
            return False

    def _release(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keeps other windows from making, emptying and removing folders.

        Raises:
            OSError: the disk does not let it, or another window does not come to an end.
        """
        descriptor = open_private(self._root / _LOCK, os.O_RDWR)
        try:
            give_up_at = time.monotonic() + _PATIENCE
            while not _try_lock(descriptor):
                if time.monotonic() > give_up_at:
                    raise JournalsBusy(f"{self._root / _LOCK} is held by another program")
                time.sleep(_PAUSE)
            yield
        finally:
            os.close(descriptor)


@contextmanager
def _locked(window: Path) -> Iterator[bool]:
    """Holds the lock of a window, if that is dead; gives whether it is."""
    try:
        descriptor = open_private(window / _LOCK, os.O_RDWR)
    except OSError:
        yield False
        return
    try:
        yield _try_lock(descriptor)
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        # Also where the disk knows no locks: then no window counts as dead.
        return False
    return True


def _remove_if_empty(window: Path) -> None:
    """Removes a locked folder in which no entry is left, with leftovers of interrupted writes."""
    with suppress(OSError):
        left = list(window.iterdir())
        if all(path.name == _LOCK or path.name.endswith(_UNFINISHED) for path in left):
            for path in left:
                path.unlink()
            window.rmdir()

"""One dated copy of the database a week, made and checked beside its use."""

import asyncio
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from ..errors import StoreError
from ..private_files import open_private
from ..settings import Paths
from .backups import WEEKLY, date_of_name, delete_older_backups, list_backups
from .database import errors_as_sentences
from .migrations import find_damage

_WEEK: Final = 7 * 86_400.0

_UNFINISHED: Final = "conversations.unfinished-weekly"
"""The copy until it is checked; what a crash leaves of it is written over."""

_PAGES_AT_ONCE: Final = 256
"""Pages, of 4 KiB each, that are copied in one step."""

_REST: Final = 0.005
"""Seconds between two steps, in which the disk is the answers'."""

_ROOM: Final = 1.5
"""Of the database's size, what must be free on the disk."""

_INSTRUCTIONS_BETWEEN_LOOKS: Final = 100_000
"""Instructions of SQLite's machine after which a check asks whether it is wanted still."""


class WeeklyBackup:
    """Copies the database of one data folder on a thread and a connection of its own."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths

    def is_due(self, began_at: float) -> bool:
        """Whether a week has gone since the newest backup, or since a database without one began.

        Args:
            began_at: when the database began, in seconds since the epoch.
        """
        now = time.time()
        moments = [began_at, *(it.stat().st_mtime for it in list_backups(self._paths))]
        # One of tomorrow is of a clock that was set wrong.
        return not any(now - _WEEK < it <= now for it in moments)

    async def make(self, is_wanted: Callable[[], bool]) -> Path | None:
        """Makes a copy of this moment and deletes the oldest weekly one; nobody waits for it.

        Args:
            is_wanted: asked again and again, on another thread; the copy is given up at a no.

        Returns:
            the backup; None if it was given up.

        Raises:
            StoreError: there is too little room, the database is damaged or can't be read; older
                backups stay.
        """
        has_ended = threading.Event()
        try:
            return await asyncio.to_thread(
                self._make, lambda: is_wanted() and not has_ended.is_set()
            )
        finally:
            has_ended.set()

    def _make(self, is_wanted: Callable[[], bool]) -> Path | None:
        with errors_as_sentences(self._paths):
            self._check_room()
            unfinished = self._paths.data_dir / _UNFINISHED
            os.close(open_private(unfinished, os.O_WRONLY | os.O_TRUNC))
            try:
                if not self._copy(unfinished, is_wanted):
                    return None
                backup = self._paths.data_dir / f"conversations-{date_of_name()}-weekly.sqlite"
                unfinished.replace(backup)
            finally:
                unfinished.unlink(missing_ok=True)
            delete_older_backups(self._paths, WEEKLY)
            return backup

    def _check_room(self) -> None:
        needed = _ROOM * self._paths.database.stat().st_size
        free = shutil.disk_usage(self._paths.data_dir).free
        if free < needed:
            raise StoreError(
                f"The weekly backup of the conversations needs {needed / 1e6:,.0f} MB on the disk, "
                f"and {free / 1e6:,.0f} MB are free: free some space."
            )

    def _copy(self, place: Path, is_wanted: Callable[[], bool]) -> bool:
        """Copies the database as it is now into a file, and checks that; returns whether it did."""
        uri = f"{self._paths.database.as_uri()}?mode=ro"
        with (
            closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as database,
            closing(sqlite3.connect(place)) as copy,
        ):
            # One moment of the database: otherwise each save would let the copy begin again.
            database.execute("BEGIN")
            database.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            copy.execute("PRAGMA journal_mode = OFF")
            copy.set_progress_handler(lambda: not is_wanted(), _INSTRUCTIONS_BETWEEN_LOOKS)
            try:
                database.backup(copy, pages=_PAGES_AT_ONCE, progress=_rest_if(is_wanted))
                # One file that needs no other beside it.
                copy.execute("PRAGMA journal_mode = DELETE")
                damage = find_damage(copy)
            except _GivenUp:
                return False
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                    return False
                raise
        if damage:
            raise StoreError(
                f"The conversations in {self._paths.database} are damaged ({damage}), so no weekly "
                "backup was kept of them: run `seeshell doctor`."
            )
        return True


class _GivenUp(Exception):
    """A copy that nobody wants any more."""


def _rest_if(is_wanted: Callable[[], bool]) -> Callable[[int, int, int], None]:
    """Returns what is called between two steps of a copy."""

    def rest(*_progress: int) -> None:
        if not is_wanted():
            raise _GivenUp
        time.sleep(_REST)

    return rest

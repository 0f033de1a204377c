"""Reading what is stored while the store's own thread writes: a connection and thread for that."""

import asyncio
import math
import sqlite3
import threading
import time
from collections.abc import Callable
from typing import Final, TypeVar

from ..errors import StoreError
from .database import Database, errors_as_sentences
from .store_thread import StoreThread

_INSTRUCTIONS_BETWEEN_LOOKS: Final = 1_000
"""Instructions of SQLite's machine between two looks at the clock, well below a millisecond."""

_STOPPED: Final = "The search was ended, since another one has taken its place."

_Result = TypeVar("_Result")


class Reader:
    """Shows one state of what is committed to each piece of work, one after the other.

    A save never waits for it: in WAL mode a reader and the writer don't meet.
    """

    def __init__(
        self, thread: StoreThread, database: Database, connection: sqlite3.Connection
    ) -> None:
        """To be called on the thread; see `open` and `within`."""
        self._thread = thread
        self._paths = database.paths
        self._files = database.files
        self._connection = connection
        with errors_as_sentences(self._paths):
            connection.create_function("folded", 1, str.casefold, deterministic=True)

    @classmethod
    def within(cls, thread: StoreThread, database: Database) -> "Reader":
        """Returns a reader that shares thread and connection with a database's own changes.

        For a database in memory, which no second connection reaches; to be called on the thread.
        """
        return cls(thread, database, database.connection)

    @classmethod
    async def open(cls, database: Database, name: str) -> "Reader":
        """Returns a reader of an open database; `name` is its thread's."""
        thread = StoreThread(name)
        try:
            connection = await thread.run(_connect, database)
            return await thread.run(cls, thread, database, connection)
        except BaseException:
            thread.close()
            raise

    async def close(self) -> None:
        """Ends the use of the database; to be called before the store does."""
        await self._thread.run(self._connection.close)
        await asyncio.to_thread(self._thread.close)

    async def read(
        self,
        work: Callable[[sqlite3.Connection], _Result],
        seconds: float = math.inf,
        stop: threading.Event | None = None,
    ) -> _Result:
        """Returns what the work, done on the reader's thread, returns.

        Args:
            work: reads from the connection, in which `folded(text)` is a text without case.
            seconds: how long it may take.
            stop: ends the work when it is set, before it begins too.

        Raises:
            StoreError: the disk or the file does not let it work, it took too long, or it was
                stopped.
        """
        return await self._thread.run(self._read, work, seconds, stop or threading.Event())

    def _read(
        self, work: Callable[[sqlite3.Connection], _Result], seconds: float, stop: threading.Event
    ) -> _Result:
        end = time.monotonic() + seconds
        if stop.is_set():
            raise StoreError(_STOPPED)
        self._connection.set_progress_handler(
            lambda: stop.is_set() or time.monotonic() > end, _INSTRUCTIONS_BETWEEN_LOOKS
        )
        try:
            with errors_as_sentences(self._paths), self._connection:
                self._connection.execute("BEGIN")
                self._files.check()
                return work(self._connection)
        except StoreError as error:
            if _was_interrupted(error):
                if stop.is_set():
                    raise StoreError(_STOPPED) from error
                raise StoreError(
                    f"The search was given up after {seconds:g} s: search for longer words."
                ) from error
            raise
        finally:
            self._connection.set_progress_handler(None, 0)


def _connect(database: Database) -> sqlite3.Connection:
    """Returns a second connection to a database on disk, which only reads."""
    with errors_as_sentences(database.paths):
        connection = sqlite3.connect(
            f"{database.paths.database.as_uri()}?mode=ro", uri=True, isolation_level=None
        )
        connection.row_factory = sqlite3.Row
        # What is searched for touches no other disk.
        connection.execute("PRAGMA temp_store = MEMORY")
        return connection


def _was_interrupted(error: StoreError) -> bool:
    cause = error.__cause__
    code = getattr(cause, "sqlite_errorcode", 0)
    return code == sqlite3.SQLITE_INTERRUPT

"""Opening the SQLite file, and its errors as sentences."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import NotStored, StoreError
from ..private_files import make_private_folder
from ..settings import Paths
from .migrations import migrate

_CAUSES = {
    sqlite3.SQLITE_FULL: "the disk is full. Free some space, then try again",
    sqlite3.SQLITE_READONLY: "they are on a disk or in a file that can only be read",
    sqlite3.SQLITE_CORRUPT: "the file is damaged. Restore it from a backup or move it away",
    sqlite3.SQLITE_NOTADB: "the file is no database. Restore it from a backup or move it away",
    sqlite3.SQLITE_CANTOPEN: "the file can't be opened. Check that you may write in its folder",
    sqlite3.SQLITE_BUSY: "another program holds the file. Close it, then try again",
}
"""Primary result codes. Source: https://sqlite.org/rescode.html"""


@contextmanager
def errors_as_sentences(paths: Paths) -> Iterator[None]:
    """Turns SQLite's and the system's errors into `StoreError`s that name file and cause."""
    try:
        yield
    except OverflowError as error:
        # SQLite numbers what it holds in 64 bits.
        raise NotStored("There is nothing of that number: check the ID.") from error
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        cause = _CAUSES.get(code, f"SQLite says: {error}")
        sentence = f"The conversations in {paths.database} can't be used: {cause}."
        raise StoreError(sentence) from error
    except OSError as error:
        place = error.filename or paths.data_dir
        raise StoreError(f"{place} can't be used: {error.strerror}.") from error


def open_database(paths: Paths) -> sqlite3.Connection:
    """Returns the database, made or brought to the newest version, 0600 in a 0700 folder.

    With `synchronous = FULL` a message is there after a power cut too; a turn costs one sync and
    an open answer two a second, all beside the core's loop.

    Raises:
        StoreError, sqlite3.Error, OSError: the file can't be used.
    """
    make_private_folder(paths.data_dir)
    database = sqlite3.connect(paths.database, isolation_level=None)
    try:
        paths.database.chmod(0o600)
        database.row_factory = sqlite3.Row
        database.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
        )
        migrate(database)
    except BaseException:
        database.close()
        raise
    return database

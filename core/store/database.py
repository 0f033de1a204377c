"""The SQLite file: opened, checked to be in its place, and its errors as sentences."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ..errors import NotStored, StoreError
from ..private_files import make_private_folder
from ..settings import Paths
from .backups import SAVE_WHAT_CAN_BE_READ, migrate_with_backup

_CAUSES = {
    sqlite3.SQLITE_FULL: "the disk is full. Free some space, then try again",
    sqlite3.SQLITE_READONLY: "they are on a disk or in a file that can only be read",
    sqlite3.SQLITE_IOERR: "the disk does not let them be read or written. See whether it is full",
    sqlite3.SQLITE_CORRUPT: f"the file is damaged. {SAVE_WHAT_CAN_BE_READ}",
    sqlite3.SQLITE_NOTADB: f"the file is no database. {SAVE_WHAT_CAN_BE_READ}",
    sqlite3.SQLITE_CANTOPEN: "the file can't be opened. Check that you may write in its folder",
    sqlite3.SQLITE_BUSY: "another program holds the file. Close it, then try again",
}
"""Primary result codes. Source: https://sqlite.org/rescode.html"""

_SUFFIXES: Final = ("", "-wal")
"""The files that hold what is stored; SQLite makes `-shm` again from these."""


class Database:
    """The store's connection, which writes.

    Raises:
        StoreError: from every method, when the disk or the file does not let it work.
    """

    def __init__(self, paths: Paths) -> None:
        self.paths = paths
        with errors_as_sentences(paths):
            self.connection = _open(paths)
            self.files = OpenFiles(paths)
            """The files that the connection writes to."""

    def close(self) -> None:
        """Ends the use of the database."""
        with errors_as_sentences(self.paths):
            self.connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Makes what is changed in the block one change, on disk when it ends, or none at all."""
        with errors_as_sentences(self.paths), self.connection:
            self.connection.execute("BEGIN IMMEDIATE")
            self.files.check()
            yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Shows the block one state of the database."""
        with errors_as_sentences(self.paths), self.connection:
            self.connection.execute("BEGIN")
            self.files.check()
            yield


class OpenFiles:
    """The files of an open database, by what they are and not only by their names.

    An open file that was deleted, moved or replaced is still written to, and what is stored in it
    is lost with the process.
    """

    def __init__(self, paths: Paths) -> None:
        self._opened = {
            path: _identity(path) for path in (Path(f"{paths.database}{it}") for it in _SUFFIXES)
        }

    def check(self) -> None:
        """Returns if the files are in their place.

        Raises:
            StoreError: they are not.
        """
        for path, identity in self._opened.items():
            if _identity(path) != identity:
                raise StoreError(
                    f"{path} was deleted, moved or replaced while seeshell was using it, so "
                    "nothing can be stored: put it back, or run `seeshell stop` and start again."
                )


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


def _open(paths: Paths) -> sqlite3.Connection:
    """Returns the database, made or brought to the newest version, 0600 in a 0700 folder.

    With `synchronous = FULL` a message is there after a power cut too; a turn costs one sync and
    an open answer two a second, all beside the core's loop.

    Raises:
        StoreError, sqlite3.Error, OSError: the file can't be used.
    """
    make_private_folder(paths.data_dir)
    if rescued_file(paths).exists():
        raise StoreError(
            "A repair of the conversations was interrupted: run `seeshell doctor --repair` to end "
            "it."
        )
    database = sqlite3.connect(paths.database, isolation_level=None)
    try:
        paths.database.chmod(0o600)
        database.row_factory = sqlite3.Row
        database.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
        )
        migrate_with_backup(database, paths)
    except BaseException:
        database.close()
        raise
    return database


def rescued_file(paths: Paths) -> Path:
    """Returns where a rescued database waits to take the damaged one's place."""
    return paths.data_dir / "conversations-rescued.sqlite"


def _identity(path: Path) -> tuple[int, int] | None:
    """Returns what a file is, whatever its name; None if there is none."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_dev, found.st_ino

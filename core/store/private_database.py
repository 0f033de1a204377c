"""The tables of the store in memory, for what never touches the disk."""

import sqlite3
from typing import Final

from ..private_ids import first_private_id
from ..settings import Paths
from .database import Database, OpenFiles, errors_as_sentences
from .migrations import migrate

_NUMBERED: Final = ("conversation", "message")


class PrivateDatabase(Database):
    """A database without a file; gone when it is closed, or its process ends.

    Its ids are none that the database on disk has.
    """

    def __init__(self, paths: Paths) -> None:
        """Makes it empty; `paths` are those of the store beside which it is."""
        self.paths = paths
        with errors_as_sentences(paths):
            self.connection = _open()
        self.files = _NoFiles()


class _NoFiles(OpenFiles):
    """What there is to check of a database without files."""

    def __init__(self) -> None:
        """Notes none."""

    def check(self) -> None:
        """Returns: nobody can move it."""


def _open() -> sqlite3.Connection:
    database = sqlite3.connect(":memory:", isolation_level=None)
    database.row_factory = sqlite3.Row
    # What SQLite sorts would go to a file of its own otherwise.
    database.executescript("PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = ON;")
    migrate(database)
    # Lists show what is pinned first.
    database.execute(
        "CREATE TEMP TRIGGER pinned AFTER INSERT ON main.conversation "
        "BEGIN UPDATE conversation SET is_pinned = 1 WHERE id = new.id; END"
    )
    first = first_private_id()
    database.executemany(
        "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", [(it, first) for it in _NUMBERED]
    )
    return database

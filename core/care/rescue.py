"""What can be read of a damaged database, as a whole one.

What lies on a damaged page is taken from the newest backup where that has it. Of a table that can't
be read wholly, rows to which SQLite finds no way are read page by page. What then hangs in the air
is kept too, see `joined`.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Final, NamedTuple

from ..store.migrations import MIGRATIONS, migrate, upgrade
from .condition import counted
from .copied_rows import copy_readable, insert, open_to_read
from .from_backup import take_missing
from .joined import join, place_by_index
from .raw_pages import MAGIC, RawPages, RawRow
from .readable_rows import ReadableRows
from .stored_tables import StoredTable, stored_tables

_VERSION_PLACE: Final = slice(60, 64)
"""Where a file's header has the version of its schema."""


class Rescued(NamedTuple):
    """What came of a rescue."""

    messages: int
    """How many there are now."""
    from_backup: int
    """Conversations, messages and rolls that only a backup had still."""


def rescue(damaged: Path, backups: Sequence[Path], target: Path) -> Rescued:
    """Writes a whole database with all that can be read of a damaged one.

    Args:
        damaged: the damaged one; what its `-wal` beside it holds counts.
        backups: of earlier times, oldest first.
        target: must not exist.

    Raises:
        sqlite3.Error: the new one can't be written, or nothing at all can be read.
    """
    with closing(sqlite3.connect(target, isolation_level=None)) as new:
        _fold_in(damaged)
        migrate(new, MIGRATIONS[: _read_version(damaged)])
        new.execute("PRAGMA foreign_keys = OFF")
        with closing(open_to_read(damaged)) as old:
            read = _take(damaged, old, new)
            from_backup = 0
            if not all(it.is_whole for it in read.values()):
                from_backup = sum(take_missing(it, new, read) for it in reversed(backups))
                place_by_index(old, new)
        join(new)
        messages: int = new.execute("SELECT count(*) FROM message").fetchone()[0]
        if new.execute("PRAGMA foreign_key_check").fetchone():
            raise sqlite3.DatabaseError("what could be read does not fit together")
    return Rescued(messages, from_backup)


def _fold_in(damaged: Path) -> None:
    """Brings what the `-wal` of a copy holds into the copy itself, as far as that can be read."""
    with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(damaged)) as database:
        database.execute("PRAGMA wal_checkpoint(PASSIVE)")


def _read_version(damaged: Path) -> int:
    """Returns the version of a file's schema; the newest where its first page can't tell."""
    with damaged.open("rb") as file:
        header = file.read(_VERSION_PLACE.stop)
    version = int.from_bytes(header[_VERSION_PLACE], "big")
    is_told = header.startswith(MAGIC) and 0 < version <= len(MIGRATIONS)
    return version if is_told else len(MIGRATIONS)


def _take(
    damaged: Path, old: sqlite3.Connection, new: sqlite3.Connection
) -> dict[str, ReadableRows]:
    """Copies what can be read, and brings it to the newest version; returns it by table."""
    new.execute("BEGIN IMMEDIATE")
    tables = stored_tables(new)
    read = {it.name: copy_readable(old, new, it.name) for it in tables}
    _take_raw(damaged, new, tables, {name for name, rows in read.items() if not rows.is_whole})
    _take_beginnings(old, new)
    new.execute("COMMIT")
    upgrade(new)
    new.execute("COMMIT")
    return read


def _take_raw(
    damaged: Path, new: sqlite3.Connection, tables: Sequence[StoredTable], cut: set[str]
) -> None:
    """Copies rows to which SQLite finds no way, as far as they lie on whole pages."""
    if not cut:
        return
    for row in RawPages(damaged).rows():
        table = _table_of(row, tables)
        if table is not None and table.name in cut:
            values = table.values(row.number, row.values)
            # What no row of the table may be was none.
            with suppress(sqlite3.Error):
                insert(new, table.name, [f'"{it}"' for it in values], [(*values.values(),)])


def _table_of(row: RawRow, tables: Sequence[StoredTable]) -> StoredTable | None:
    """Returns the table that a row looks as if it were of."""
    for table in tables:
        if table.is_numbered == row.is_numbered and table.fits(row.values):
            return table
    return None


def _take_beginnings(old: sqlite3.Connection, new: sqlite3.Connection) -> None:
    """Copies when the database began, and which numbers were given out: none is used again."""
    with suppress(sqlite3.DatabaseError):
        row = old.execute("SELECT min(began_at) FROM origin").fetchone()
        if row and row[0]:
            new.execute("UPDATE origin SET began_at = ?", (row[0],))
    with suppress(sqlite3.DatabaseError):
        for name, last in old.execute("SELECT name, seq FROM sqlite_sequence").fetchall():
            new.execute("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", (last, name))
            new.execute(
                "INSERT INTO sqlite_sequence (name, seq) SELECT ?1, ?2 WHERE ?1 NOT IN "
                "(SELECT name FROM sqlite_sequence)",
                (name, last),
            )


def describe(rescued: Rescued) -> str:
    """Returns what came of it, as a phrase."""
    told = f"{counted(rescued.messages, 'message')} could be kept"
    return f"{told}, some from a backup" if rescued.from_backup else told

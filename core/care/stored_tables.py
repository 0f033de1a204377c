"""The tables that hold what can't be made again, and what their rows look like.

Both are read off the schema, so that a table that is new is among them.
"""

import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

Value = None | int | float | str | bytes

DERIVED: Final = frozenset({"unindexed"})
"""What is made anew; the tables of searches are told by their kind."""

APART: Final = frozenset({"origin", "sqlite_sequence"})
"""What every database begins with, and so takes over as a value."""

_KINDS: Final[Mapping[str, tuple[type, ...]]] = {
    "INTEGER": (int,),
    "REAL": (int, float),
    "TEXT": (str,),
}
"""SQLite stores a whole number of a REAL column as an integer."""

_KEY: Final = re.compile(r"[0-9a-f]{64}(?:[#@][0-9#@,]*)?")


def _is_picture_note(row: Sequence[Value]) -> bool:
    """Tells one from an entry of an index: of pictures by their file, of claims by picture."""
    key, note = str(row[0]), str(row[1])
    is_name = re.fullmatch(r"[0-9A-Za-z_-]+", note)
    return _KEY.fullmatch(key) is not None and not is_name and not _KEY.fullmatch(note)


_TELLS: Final[Mapping[str, Callable[[Sequence[Value]], bool]]] = {"picture_note": _is_picture_note}
"""For tables whose rows have the types of something else's."""


class _Column(NamedTuple):
    name: str
    kinds: tuple[type, ...]
    may_be_null: bool
    is_number: bool
    """Whether it is the row's number, which is not stored with the others."""

    def fits(self, value: Value) -> bool:
        if value is None:
            return self.may_be_null or self.is_number
        return not self.is_number and isinstance(value, self.kinds)


class StoredTable(NamedTuple):
    """A table."""

    name: str
    columns: tuple[_Column, ...]
    """As they lie in a row."""
    least: int
    """Values of a row: those of columns that were added later may be missing."""
    is_numbered: bool
    """Whether its rows have numbers; those of others lie as an index does."""

    def fits(self, row: Sequence[Value]) -> bool:
        """Whether a row may be one of the table."""
        if not self.least <= len(row) <= len(self.columns):
            return False
        if not all(column.fits(it) for column, it in zip(self.columns, row, strict=False)):
            return False
        tell = _TELLS.get(self.name)
        return tell is None or tell(row)

    def values(self, number: int, row: Sequence[Value]) -> dict[str, Value]:
        """Returns a row's values by column."""
        pairs = zip(self.columns, row, strict=False)
        return {column.name: number if column.is_number else it for column, it in pairs}


def stored_tables(database: sqlite3.Connection) -> list[StoredTable]:
    """Returns all tables of a database that hold what can't be made again."""
    rows = database.execute(
        "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table' "
        "AND name NOT LIKE 'sqlite_%' ORDER BY name"
    ).fetchall()
    left_out = DERIVED | APART
    return [_read_table(database, name, not wr) for name, wr in rows if name not in left_out]


def _read_table(database: sqlite3.Connection, name: str, is_numbered: bool) -> StoredTable:
    # Not `table_info`: that leaves out columns that are computed, which are not stored.
    rows = database.execute(f"PRAGMA table_xinfo({name})").fetchall()
    stored = [row for row in rows if not row[6]]
    if not is_numbered:
        stored.sort(key=lambda row: row[5] or len(rows))
    needed = [place for place, row in enumerate(stored, 1) if row[3] and row[4] is None]
    is_numbering = is_numbered and sum(bool(row[5]) for row in stored) == 1
    columns = tuple(_read_column(row, is_numbering=is_numbering) for row in stored)
    return StoredTable(name, columns, max(needed, default=1), is_numbered)


def _read_column(row: tuple[object, ...], *, is_numbering: bool) -> _Column:
    """Returns a column; one that is the whole key and an integer is the row's number."""
    name, kind, is_key = str(row[1]), str(row[2]), bool(row[5])
    is_number = is_numbering and is_key and kind == "INTEGER"
    return _Column(name, _KINDS[kind], may_be_null=not row[3], is_number=is_number)

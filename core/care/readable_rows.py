"""The rows of a table that can be read, those beside a damaged page too."""

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

_MOST_LOST: Final = 10_000
"""Row ids that are tried one by one and found damaged, at most: a page holds far fewer, and what
lies behind more of them is read page by page."""

_PROBES: Final = 64
"""Row ids that are tried before a table is given up."""

_FALLBACK_LAST: Final = 2**20
"""Up to which row id is looked where the last one can't be told."""

Row = tuple[object, ...]


class ReadableRows:
    """Reads a table at once; where that fails, half of its ids at a time, down to single ones."""

    def __init__(self, database: sqlite3.Connection, table: str, columns: str) -> None:
        """Reads nothing yet.

        Args:
            database: to be read; damaged perhaps.
            table: its name.
            columns: their names, joined by commas.
        """
        self._database = database
        self._select = f"SELECT {columns} FROM {table} NOT INDEXED"  # noqa: S608 - our own names
        self._table = table
        self.lost_ids: set[int] = set()
        """Row ids at which nothing could be read, of a table that has them."""
        self.is_cut = False
        """Whether the rest of a table could not be read."""

    def __iter__(self) -> Iterator[Row]:
        try:
            rows = self._database.execute(self._select).fetchall()
        except sqlite3.DatabaseError:
            yield from self._by_ids()
        else:
            yield from rows

    @property
    def is_whole(self) -> bool:
        """Whether nothing is known to be missing, once all rows were read."""
        return not self.lost_ids and not self.is_cut

    def _by_ids(self) -> Iterator[Row]:
        last = self._last_id()
        if last is not None and self._can_read_any(last):
            yield from self._between(1, last)
            return
        # Without row ids it is read as far as it goes.
        try:
            yield from self._database.execute(self._select)
        except sqlite3.DatabaseError:
            self.is_cut = True

    def _can_read_any(self, last: int) -> bool:
        """Whether some row ids can be looked up: where the table's root is damaged, none can."""
        statement = f"{self._select} WHERE rowid = ?"
        for probe in range(1, last + 1, max(1, last // _PROBES)):
            with suppress(sqlite3.DatabaseError):
                self._database.execute(statement, (probe,)).fetchall()
                return True
        return False

    def _last_id(self) -> int | None:
        """Returns the largest row id; None for a table without any."""
        statement = f"SELECT max(rowid) FROM {self._table}"  # noqa: S608
        try:
            return int(self._database.execute(statement).fetchone()[0] or 0)
        except sqlite3.OperationalError:
            return None
        except sqlite3.DatabaseError:
            return self._last_number()

    def _last_number(self) -> int:
        try:
            row = self._database.execute(
                "SELECT seq FROM sqlite_sequence WHERE name = ?", (self._table,)
            ).fetchone()
        except sqlite3.DatabaseError:
            return _FALLBACK_LAST
        return int(row[0]) if row else _FALLBACK_LAST

    def _between(self, first: int, last: int) -> Iterator[Row]:
        if first > last:
            return
        if len(self.lost_ids) >= _MOST_LOST:
            self.is_cut = True
            return
        statement = f"{self._select} WHERE rowid BETWEEN ? AND ?"
        try:
            rows = self._database.execute(statement, (first, last)).fetchall()
        except sqlite3.DatabaseError:
            if first == last:
                self.lost_ids.add(first)
                return
            middle = (first + last) // 2
            yield from self._between(first, middle)
            yield from self._between(middle + 1, last)
        else:
            yield from rows

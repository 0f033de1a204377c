"""Rows on their way from one database to another one, whose schema may be newer."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

from .readable_rows import ReadableRows, Row


def open_to_read(path: Path, more: str = "") -> sqlite3.Connection:
    """Returns a database, damaged perhaps, that is only read; `more` is for its address."""
    database = sqlite3.connect(f"{path.as_uri()}?mode=ro{more}", uri=True)
    # What is no text any more is still shown.
    database.text_factory = lambda raw: raw.decode("utf-8", "replace")
    return database


def copy_readable(old: sqlite3.Connection, new: sqlite3.Connection, table: str) -> ReadableRows:
    """Copies the rows that can be read; returns them with what could not be."""
    columns = shared_columns(old, new, table)
    readable = ReadableRows(old, table, ", ".join(columns) or "rowid")
    if columns:
        insert(new, table, columns, readable)
    readable.is_cut |= not columns
    return readable


def copy_by_key(
    old: sqlite3.Connection,
    new: sqlite3.Connection,
    table: str,
    key: str,
    wanted: AbstractSet[object],
) -> None:
    """Copies the rows that have one of the keys; those that are there stay as they are."""
    columns = shared_columns(old, new, table)
    if columns:
        names = ", ".join(columns)
        select = f"SELECT {names} FROM {table} WHERE {key} IN (SELECT value FROM json_each(?))"  # noqa: S608
        insert(new, table, columns, old.execute(select, (json.dumps([*wanted]),)).fetchall())


def insert(
    new: sqlite3.Connection, table: str, columns: Sequence[str], rows: Iterable[Row]
) -> None:
    """Adds rows where none has their key."""
    marks = ", ".join("?" * len(columns))
    statement = f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608
    new.executemany(statement, rows)


def shared_columns(old: sqlite3.Connection, new: sqlite3.Connection, table: str) -> list[str]:
    """Returns the columns that both have and that can be written."""
    try:
        had = {row[1] for row in old.execute(f"PRAGMA table_info({table})")}
    except sqlite3.DatabaseError:
        return []
    wanted = [row[1] for row in new.execute(f"PRAGMA table_info({table})")]
    return [f'"{it}"' for it in wanted if it in had]

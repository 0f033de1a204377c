"""SQLite databases of other programs, read without being changed."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from ....core.errors import TransferError

_DAMAGE: Final = (sqlite3.Error, OverflowError, UnicodeDecodeError)
"""What is raised at a damaged file; the last where SQLite tells of bytes that are no text."""

_SECONDS: Final = 5.0
"""How long to wait for a program that is writing."""


class Row(dict[str, Any]):
    """A row by the names of its columns; one that its version of the program lacks is None."""

    def __missing__(self, name: str) -> None:
        return None


@contextmanager
def opened_database(path: Path) -> Iterator[sqlite3.Connection]:
    """Gives the database, opened for reading only, with each row as a `Row`.

    Raises:
        TransferError: it can't be read, now or while it is used.
    """
    try:
        address = f"file:{quote(str(path.absolute()))}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=_SECONDS)) as database:
            database.row_factory = _read_row
            # A schema may be made to call functions; none of those that reach out is called.
            database.execute("PRAGMA trusted_schema = OFF")
            database.text_factory = _as_text
            yield database
    except _DAMAGE as error:
        told = " ".join(str(error).split())
        raise TransferError(f"{path} can't be read as a database ({told}).") from error


def columns_of(database: sqlite3.Connection) -> dict[str, set[str]]:
    """Returns the names of all tables, each with those of its columns."""
    rows = database.execute(
        "SELECT tables.name AS name, columns.name AS column_name FROM sqlite_master AS tables, "
        "pragma_table_info(tables.name) AS columns WHERE tables.type = 'table'"
    )
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["name"], set()).add(row["column_name"])
    return found


def _read_row(cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> Row:
    return Row(zip((it[0] for it in cursor.description), values, strict=True))


def _as_text(content: bytes) -> str:
    return content.decode(errors="replace")

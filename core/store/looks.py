"""Which stored pictures look alike: their looks differ in few bits."""

import sqlite3
from collections.abc import Sequence

from ..look import looks_alike


def looks_of(database: sqlite3.Connection, picture: str) -> list[int]:
    """Returns the looks of a picture, by its key, or of all of a file, by its sha256."""
    rows = database.execute(
        "SELECT look FROM picture WHERE look IS NOT NULL AND (key = :it OR sha256 = :it)",
        {"it": picture},
    )
    return [row["look"] for row in rows]


def find_alike(database: sqlite3.Connection, looks: Sequence[int]) -> list[str]:
    """Returns the keys of the pictures that look like one of these, the newest first."""
    rows = database.execute(
        "SELECT key, look FROM picture WHERE look IS NOT NULL ORDER BY attached_at DESC"
    )
    return [row["key"] for row in rows if any(looks_alike(row["look"], look) for look in looks)]

"""Which window has which unsent pictures, in SQLite; used within the store's transactions."""

import sqlite3
import time
from collections.abc import Iterable


class ClaimTable:
    """One row per window and picture.

    Raises:
        sqlite3.Error: from every method.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def add(self, window: str, keys: Iterable[str]) -> None:
        """Claims those of the pictures that are in the store, and renews all of the window's."""
        now = time.time()
        self._database.execute("UPDATE claim SET claimed_at = ? WHERE window = ?", (now, window))
        self._database.executemany(
            "INSERT OR REPLACE INTO claim SELECT ?, key, ? FROM picture WHERE key = ?",
            [(window, now, key) for key in keys],
        )

    def replace(self, window: str, keys: Iterable[str]) -> None:
        """Claims these pictures in place of all that the window claimed before."""
        self._database.execute("DELETE FROM claim WHERE window = ?", (window,))
        self.add(window, keys)

    def expire(self, renewed_before: float) -> None:
        """Removes the claims that were renewed before that time, and not since."""
        self._database.execute("DELETE FROM claim WHERE claimed_at < ?", (renewed_before,))

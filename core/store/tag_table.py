"""The tags of conversations, in SQLite; used within the store's transactions."""

import json
import sqlite3
from collections.abc import Iterable


class TagTable:
    """One row per conversation and tag.

    Raises:
        sqlite3.Error: from every method.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def add(self, conversations: Iterable[int], tags: Iterable[str]) -> None:
        """Gives conversations tags; those that they have stay."""
        numbers = json.dumps(list(conversations))
        self._database.executemany(
            "INSERT OR IGNORE INTO tag SELECT value, ? FROM json_each(?)",
            [(tag, numbers) for tag in tags],
        )

    def remove(self, conversations: Iterable[int], tags: Iterable[str]) -> None:
        """Takes tags from conversations; those that they don't have don't matter."""
        numbers = json.dumps(list(conversations))
        self._database.executemany(
            "DELETE FROM tag WHERE name = ? "
            "AND conversation_id IN (SELECT value FROM json_each(?))",
            [(tag, numbers) for tag in tags],
        )

    def count(self) -> tuple[tuple[str, int], ...]:
        """Returns all tags, the most used first, with how many conversations have each."""
        rows = self._database.execute(
            "SELECT name, count(*) AS uses FROM tag JOIN conversation ON id = conversation_id "
            "WHERE deleted_at IS NULL GROUP BY name ORDER BY uses DESC, name"
        )
        return tuple((row["name"], row["uses"]) for row in rows)

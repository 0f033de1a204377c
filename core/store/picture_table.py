"""The pictures that have a copy on disk, in SQLite; used within the store's transactions."""

import sqlite3
import time
from collections.abc import Iterable

from ..conversation import Attachment
from ..errors import NotStored
from ..excerpt import read_key
from .looks import find_alike


class PictureTable:
    """One row a picture.

    Raises:
        sqlite3.Error: from every method.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def add(self, picture: Attachment, look: int | None = None) -> None:
        """Records a picture, or its newest name and note.

        Args:
            picture: its file is there.
            look: what it looks like; None if that is not known yet.
        """
        self._database.execute(
            "INSERT INTO picture (key, name, width, height, attached_at, look) "
            "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET name = excluded.name, "
            "attached_at = excluded.attached_at, look = coalesce(excluded.look, look)",
            (picture.key, picture.name, picture.width, picture.height, time.time(), look),
        )
        self._database.execute("DELETE FROM picture_note WHERE picture_key = ?", (picture.key,))
        if picture.note:
            self._database.execute(
                "INSERT INTO picture_note VALUES (?, ?)", (picture.key, picture.note)
            )

    def find(self, key: str) -> Attachment:
        """Returns a picture under the name it was attached with last.

        Raises:
            NotStored: there is no such picture.
        """
        row = self._database.execute(
            "SELECT sha256, name, width, height, coalesce(note, '') AS note FROM picture "
            "LEFT JOIN picture_note ON picture_key = key WHERE key = ?",
            (key,),
        ).fetchone()
        if row is None:
            raise NotStored("That picture is not in the store any more: attach it again.")
        _, excerpt = read_key(key)
        return Attachment(**row, excerpt=excerpt)

    def is_recorded(self, key: str) -> bool:
        """Whether there is such a picture."""
        found = self._database.execute("SELECT 1 FROM picture WHERE key = ?", (key,))
        return found.fetchone() is not None

    def find_alike(self, key: str) -> list[str]:
        """Returns the keys of pictures that look like one, without its own, the newest first."""
        query = "SELECT look FROM picture WHERE key = ? AND look IS NOT NULL"
        looks = [row["look"] for row in self._database.execute(query, (key,))]
        return [it for it in find_alike(self._database, looks) if it != key]

    def find_without_look(self, after: str) -> Attachment | None:
        """Returns the first picture behind a key whose look is not known; None if none is left."""
        row = self._database.execute(
            "SELECT key FROM picture WHERE look IS NULL AND key > ? ORDER BY key LIMIT 1", (after,)
        ).fetchone()
        return None if row is None else self.find(row["key"])

    def note_look(self, key: str, look: int) -> None:
        """Records what a picture looks like; does nothing if it is gone."""
        self._database.execute("UPDATE picture SET look = ? WHERE key = ?", (look, key))

    def refresh(self, keys: Iterable[str]) -> None:
        """Lets pictures count as attached now."""
        self._database.executemany(
            "UPDATE picture SET attached_at = ? WHERE key = ?",
            [(time.time(), key) for key in keys],
        )

    def forget_unheld(self, attached_before: float, limit: int) -> list[str]:
        """Removes pictures that no message, no roll and no claim holds; returns the files of them.

        A picture of the same file may be left: see `is_known`.

        Args:
            attached_before: newer ones stay.
            limit: most pictures to remove.
        """
        rows = self._database.execute(
            "DELETE FROM picture WHERE key IN (SELECT key FROM picture "
            "WHERE attached_at < ? "
            "AND NOT EXISTS (SELECT 1 FROM part WHERE picture_key = key) "
            "AND NOT EXISTS (SELECT 1 FROM roll_row WHERE picture_key = key) "
            "AND NOT EXISTS (SELECT 1 FROM claim WHERE picture_key = key) LIMIT ?) "
            "RETURNING sha256",
            (attached_before, limit),
        )
        return [row["sha256"] for row in rows.fetchall()]

    def is_known(self, sha256: str) -> bool:
        """Whether there is a picture of that file."""
        found = self._database.execute("SELECT 1 FROM picture WHERE sha256 = ?", (sha256,))
        return found.fetchone() is not None

    def began_at(self) -> float:
        """Returns when the database began, in seconds since the epoch."""
        moment: float = self._database.execute("SELECT began_at FROM origin").fetchone()[0]
        return moment

"""The pictures that have a copy on disk, in SQLite; used within the store's transactions."""

import sqlite3
import time
from collections.abc import Iterable

from ..conversation import Attachment
from ..errors import NotStored


class PictureTable:
    """One row a picture.

    Raises:
        sqlite3.Error: from every method.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def add(self, picture: Attachment) -> None:
        """Records a picture, or its newest name and note."""
        self._database.execute(
            "INSERT INTO picture VALUES (?, ?, ?, ?, ?) ON CONFLICT (sha256) "
            "DO UPDATE SET name = excluded.name, attached_at = excluded.attached_at",
            (picture.sha256, picture.name, picture.width, picture.height, time.time()),
        )
        self._database.execute("DELETE FROM picture_note WHERE sha256 = ?", (picture.sha256,))
        if picture.note:
            self._database.execute(
                "INSERT INTO picture_note VALUES (?, ?)", (picture.sha256, picture.note)
            )

    def find(self, sha256: str) -> Attachment:
        """Returns a picture under the name it was attached with last.

        Raises:
            NotStored: there is no such picture.
        """
        row = self._database.execute(
            "SELECT sha256, name, width, height, coalesce(note, '') AS note FROM picture "
            "LEFT JOIN picture_note USING (sha256) WHERE sha256 = ?",
            (sha256,),
        ).fetchone()
        if row is None:
            raise NotStored("That picture is not in the store any more: attach it again.")
        return Attachment(**row)

    def refresh(self, hashes: Iterable[str]) -> None:
        """Lets pictures count as attached now."""
        self._database.executemany(
            "UPDATE picture SET attached_at = ? WHERE sha256 = ?",
            [(time.time(), sha256) for sha256 in hashes],
        )

    def forget_unheld(self, attached_before: float, limit: int) -> list[str]:
        """Removes pictures that no message and no claim holds; returns them.

        Args:
            attached_before: newer ones stay.
            limit: most pictures to remove.
        """
        rows = self._database.execute(
            "DELETE FROM picture WHERE sha256 IN (SELECT sha256 FROM picture "
            "WHERE attached_at < ? "
            "AND NOT EXISTS (SELECT 1 FROM part WHERE part.sha256 = picture.sha256) "
            "AND NOT EXISTS (SELECT 1 FROM claim WHERE claim.sha256 = picture.sha256) LIMIT ?) "
            "RETURNING sha256",
            (attached_before, limit),
        )
        return [row["sha256"] for row in rows.fetchall()]

    def is_known(self, sha256: str) -> bool:
        """Whether there is such a picture."""
        found = self._database.execute("SELECT 1 FROM picture WHERE sha256 = ?", (sha256,))
        return found.fetchone() is not None

    def began_at(self) -> float:
        """Returns when the database began, in seconds since the epoch."""
        moment: float = self._database.execute("SELECT began_at FROM origin").fetchone()[0]
        return moment

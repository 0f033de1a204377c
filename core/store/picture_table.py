"""The pictures that have a copy on disk, in SQLite; used within the store's transactions."""

import sqlite3
import time

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
        """Records a picture, or its newest name."""
        self._database.execute(
            "INSERT INTO picture VALUES (?, ?, ?, ?, ?) ON CONFLICT (sha256) "
            "DO UPDATE SET name = excluded.name, attached_at = excluded.attached_at",
            (picture.sha256, picture.name, picture.width, picture.height, time.time()),
        )

    def find(self, sha256: str) -> Attachment:
        """Returns a picture under the name it was attached with last.

        Raises:
            NotStored: there is no such picture.
        """
        row = self._database.execute(
            "SELECT sha256, name, width, height FROM picture WHERE sha256 = ?", (sha256,)
        ).fetchone()
        if row is None:
            raise NotStored("That picture is not in the store any more: attach it again.")
        return Attachment(**row)

    def list_of_conversation(self, conversation: int) -> list[str]:
        """Returns the sha256 of each picture in any branch."""
        rows = self._database.execute(
            "SELECT DISTINCT sha256 FROM attachment JOIN message ON message.id = message_id "
            "WHERE conversation_id = ?",
            (conversation,),
        )
        return [row["sha256"] for row in rows]

    def list_attached_before(self, moment: float) -> list[str]:
        """Returns the sha256 of each picture that was attached before that time."""
        rows = self._database.execute("SELECT sha256 FROM picture WHERE attached_at < ?", (moment,))
        return [row["sha256"] for row in rows]

    def forget_unsent(self, pictures: list[str]) -> list[str]:
        """Removes those of the pictures that no message holds; returns them."""
        return [sha256 for sha256 in pictures if self._forget(sha256)]

    def _forget(self, sha256: str) -> bool:
        forgotten = self._database.execute(
            "DELETE FROM picture WHERE sha256 = ? "
            "AND NOT EXISTS (SELECT 1 FROM attachment WHERE attachment.sha256 = picture.sha256)",
            (sha256,),
        )
        return forgotten.rowcount == 1

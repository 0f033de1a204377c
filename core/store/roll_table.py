"""Rolls and their rows, in SQLite; used within the store's transactions."""

import sqlite3
import time
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from ..conversation import Attachment
from ..errors import NotStored
from ..roll import RollPicture, RollQuestion, RollRow, RollSummary, RowAnswer

_SUMMARY: Final = """
SELECT id, question, created_at,
    (SELECT count(*) FROM roll_row WHERE roll_id = roll.id) AS rows,
    (SELECT count(*) FROM roll_row WHERE roll_id = roll.id AND state = 'done') AS done,
    (SELECT count(*) FROM roll_row WHERE roll_id = roll.id AND state = 'failed') AS failed
FROM roll
"""


class RollTable:
    """One row per roll, and one per picture of it.

    Raises:
        sqlite3.Error: from every method.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def find_known(self, uuid: str) -> int | None:
        """Returns the roll that was stored under this name; None if none was."""
        row = self._database.execute("SELECT id FROM roll WHERE uuid = ?", (uuid,)).fetchone()
        return None if row is None else row["id"]

    def add(self, uuid: str, question: RollQuestion, pictures: Sequence[RollPicture]) -> int:
        """Adds a roll whose rows all wait; returns its id."""
        roll: int = self._database.execute(
            "INSERT INTO roll (uuid, question, created_at) VALUES (?, ?, ?) RETURNING id",
            (uuid, _as_json(question), time.time()),
        ).fetchone()["id"]
        self._database.executemany(
            "INSERT INTO roll_row (roll_id, position, source) VALUES (?, ?, ?)",
            [(roll, position, _as_json(it)) for position, it in enumerate(pictures)],
        )
        return roll

    def list_all(self) -> list[RollSummary]:
        """Returns all rolls, newest first."""
        rows = self._database.execute(_SUMMARY + "ORDER BY id DESC")
        return [_read_summary(row) for row in rows]

    def find(self, roll: int) -> RollSummary:
        """Returns a roll.

        Raises:
            NotStored: there is no such roll.
        """
        row = self._database.execute(_SUMMARY + "WHERE id = ?", (roll,)).fetchone()
        if row is None:
            raise NotStored(f"There is no roll {roll}: it may have been deleted.")
        return _read_summary(row)

    def put_question(self, roll: int, question: RollQuestion) -> None:
        """Replaces what is asked, or how."""
        self._database.execute(
            "UPDATE roll SET question = ? WHERE id = ?", (_as_json(question), roll)
        )

    def read_rows(self, roll: int) -> list[RollRow]:
        """Returns all rows of a roll, in order."""
        rows = self._database.execute(
            "SELECT * FROM roll_row WHERE roll_id = ? ORDER BY position", (roll,)
        )
        return [_read_row(row) for row in rows]

    def read_row(self, roll: int, position: int) -> RollRow:
        """Returns one row.

        Raises:
            NotStored: there is no such row.
        """
        row = self._database.execute(
            "SELECT * FROM roll_row WHERE roll_id = ? AND position = ?", (roll, position)
        ).fetchone()
        if row is None:
            raise NotStored(f"Roll {roll} has no row {position + 1}: open it again.")
        return _read_row(row)

    def end_row(self, roll: int, row: RollRow) -> None:
        """Stores a row that is done or has failed, with its answer.

        Raises:
            NotStored: the roll is gone.
        """
        ended = self._database.execute(
            "UPDATE roll_row SET state = ?, picture_key = ?, picture = ?, answer = ? "
            "WHERE roll_id = ? AND position = ?",
            (
                row.state,
                row.picture and row.picture.key,
                row.picture and _as_json(row.picture),
                row.answer and _as_json(row.answer),
                roll,
                row.position,
            ),
        )
        if not ended.rowcount:
            raise NotStored(f"Roll {roll} is gone: it was deleted.")

    def reset_rows(self, roll: int, positions: Iterable[int]) -> None:
        """Lets rows wait again; what they said is forgotten, but not their pictures."""
        self._database.executemany(
            "UPDATE roll_row SET state = 'waiting', answer = NULL "
            "WHERE roll_id = ? AND position = ?",
            [(roll, position) for position in positions],
        )

    def remove(self, roll: int) -> None:
        """Removes a roll with its rows."""
        self._database.execute("DELETE FROM roll WHERE id = ?", (roll,))


def _as_json(value: msgspec.Struct) -> str:
    return msgspec.json.encode(value).decode()


def _read_summary(row: sqlite3.Row) -> RollSummary:
    return RollSummary(
        row["id"],
        msgspec.json.decode(row["question"], type=RollQuestion),
        row["created_at"],
        row["rows"],
        row["done"],
        row["failed"],
    )


def _read_row(row: sqlite3.Row) -> RollRow:
    picture, answer = row["picture"], row["answer"]
    return RollRow(
        row["position"],
        msgspec.json.decode(row["source"], type=RollPicture),
        row["state"],
        None if picture is None else msgspec.json.decode(picture, type=Attachment),
        None if answer is None else msgspec.json.decode(answer, type=RowAnswer),
    )

"""The parts of messages, in SQLite; used within the store's transactions."""

import sqlite3
from collections.abc import Sequence
from typing import Final

import msgspec

from ..conversation import Attachment, Part, TextPart, ThoughtsPart
from ..excerpt import read_key
from ..private_ids import is_private

_PARTS: Final = (
    "SELECT part.*, width, height, coalesce(note, '') AS note FROM part "
    "LEFT JOIN picture ON key = part.picture_key LEFT JOIN picture_note USING (picture_key) "
)


_OF_MANY: Final = (
    "WHERE message_id IN (SELECT value FROM json_each(?)) ORDER BY message_id, position"
)


class _PictureDetails(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a picture's part holds in `data`."""

    name: str
    model_width: int
    model_height: int
    tokens: int
    pixel_budget: int = 0
    is_left_out: bool = False
    path: str = ""
    """Of a private conversation's picture only: what is on disk names no file."""


class PartTable:
    """Rows of texts and pictures, in the order of their message.

    Raises:
        sqlite3.Error: from every method.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def read(self, message: int) -> tuple[Part, ...]:
        """Returns the parts of a message."""
        rows = self._database.execute(_PARTS + "WHERE message_id = ? ORDER BY position", (message,))
        return tuple(_read_part(row) for row in rows)

    def read_all(self, messages: Sequence[int]) -> dict[int, list[Part]]:
        """Returns the parts of many messages, by message."""
        rows = self._database.execute(
            _PARTS + _OF_MANY,
            (msgspec.json.encode(messages).decode(),),
        )
        parts: dict[int, list[Part]] = {}
        for row in rows:
            parts.setdefault(row["message_id"], []).append(_read_part(row))
        return parts

    def put(self, message: int, parts: Sequence[Part]) -> None:
        """Replaces the parts of a message."""
        self._database.execute("DELETE FROM part WHERE message_id = ?", (message,))
        self._database.executemany(
            "INSERT INTO part (message_id, position, kind, text, picture_key, data) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            [(message, position, *_columns(part)) for position, part in enumerate(parts)],
        )

    def put_open(self, message: int, parts: Sequence[Part]) -> None:
        """Replaces the parts of an open answer, which only grow; without it, does nothing."""
        self._database.executemany(
            "INSERT OR REPLACE INTO part (message_id, position, kind, text, picture_key, data) "
            "SELECT id, ?, ?, ?, ?, ? FROM message WHERE id = ?",
            [(position, *_columns(part), message) for position, part in enumerate(parts)],
        )

    def measure(self, message: int, measured: Sequence[Attachment]) -> None:
        """Stores how the model sees the pictures of a message, given in their order."""
        positions = self._database.execute(
            "SELECT position FROM part WHERE message_id = ? AND kind = 'picture' ORDER BY position",
            (message,),
        ).fetchall()
        self._database.executemany(
            "UPDATE part SET data = ? WHERE message_id = ? AND position = ?",
            [
                (_picture_data(picture), message, row["position"])
                for row, picture in zip(positions, measured, strict=False)
            ],
        )


def _columns(part: Part) -> tuple[str, str, str | None, str | None]:
    """Returns kind, text, key of the picture, and data."""
    if isinstance(part, TextPart):
        return "text", part.text, None, None
    if isinstance(part, ThoughtsPart):
        return "thoughts", part.text, None, None
    return "picture", "", part.key, _picture_data(part)


def _read_part(row: sqlite3.Row) -> Part:
    if row["kind"] == "text":
        return TextPart(row["text"])
    if row["kind"] == "thoughts":
        return ThoughtsPart(row["text"])
    data = msgspec.json.decode(row["data"], type=_PictureDetails)
    sha256, excerpt = read_key(row["picture_key"])
    return Attachment(
        sha256,
        data.name,
        row["width"],
        row["height"],
        data.model_width,
        data.model_height,
        data.tokens,
        row["note"],
        data.pixel_budget,
        data.is_left_out,
        excerpt,
        data.path if is_private(row["message_id"]) else "",
    )


def _picture_data(picture: Attachment) -> str:
    data = _PictureDetails(
        picture.name,
        picture.model_width,
        picture.model_height,
        picture.tokens,
        picture.pixel_budget,
        picture.is_left_out,
        picture.path,
    )
    return msgspec.json.encode(data).decode()

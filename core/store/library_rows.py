"""Conversations as a list of many shows them, in SQLite; deleted ones too until their purge."""

import json
import sqlite3
from collections.abc import Iterable
from typing import Final

from ..kept import LibraryRow
from .conversation_table import SUMMARY_OF_ANY, read_summary

_ROWS: Final = f"""
SELECT summary.*, deleted_at,
    (WITH RECURSIVE branch (id, parent_id, role) AS (
        SELECT id, parent_id, role FROM message WHERE message.id = head_id
        UNION ALL
        SELECT message.id, message.parent_id, message.role FROM branch
        JOIN message ON message.id = branch.parent_id
    ) SELECT count(*) FROM branch WHERE role = 'user') AS turns,
    coalesce((SELECT message.model FROM message WHERE conversation_id = conversation.id
        AND message.model != '' AND message.deleted_at IS NULL ORDER BY message.id DESC LIMIT 1),
        '') AS answered_by,
    coalesce((SELECT picture_key FROM part WHERE message_id IN (SELECT message.id FROM message
            WHERE conversation_id = conversation.id AND message.deleted_at IS NULL)
        AND picture_key IS NOT NULL ORDER BY message_id, position LIMIT 1), '') AS picture
FROM ({SUMMARY_OF_ANY}) AS summary JOIN conversation USING (id)
WHERE summary.id IN (SELECT value FROM json_each(?)) AND deleted_at IS NOT 0
"""  # noqa: S608 - the one thing inserted is a constant


def read_rows(database: sqlite3.Connection, conversations: Iterable[int]) -> tuple[LibraryRow, ...]:
    """Returns the rows in the order of the ids; without those of what is not there any more.

    Raises:
        sqlite3.Error: they can't be read.
    """
    wanted = list(conversations)
    rows = {row["id"]: row for row in database.execute(_ROWS, (json.dumps(wanted),))}
    return tuple(_read_row(rows[it]) for it in wanted if it in rows)


def _read_row(row: sqlite3.Row) -> LibraryRow:
    return LibraryRow(
        read_summary(row),
        row["answered_by"],
        row["turns"],
        row["picture"],
        row["deleted_at"] or 0.0,
    )

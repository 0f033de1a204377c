"""Conversations without their messages, in SQLite; used within the store's transactions."""

import sqlite3
import time
from typing import Final

from ..conversation import ConversationSummary
from ..errors import NotStored
from .word_index import FOUND, WordIndex, match_expression

_SUMMARY: Final = """
SELECT id, title, created_at, updated_at,
    (SELECT count(*) FROM message WHERE conversation_id = conversation.id) AS message_count
FROM conversation
"""


class ConversationTable:
    """One row a conversation.

    Raises:
        sqlite3.Error: from every method.
    """

    def __init__(self, database: sqlite3.Connection, words: WordIndex) -> None:
        self._database = database
        self._words = words

    def search(self, query: str, limit: int) -> tuple[ConversationSummary, ...]:
        """Returns the conversations that the words of a query find, newest first; all if empty."""
        words = match_expression(query)
        if query.strip() and not words:
            return ()
        found = f"WHERE {FOUND}" if words else ""
        order = " ORDER BY updated_at DESC, id DESC LIMIT :limit"
        rows = self._database.execute(_SUMMARY + found + order, {"words": words, "limit": limit})
        return tuple(ConversationSummary(**row) for row in rows)

    def find(self, conversation: int) -> ConversationSummary:
        """Returns a conversation.

        Raises:
            NotStored: there is no such conversation.
        """
        row = self._database.execute(_SUMMARY + "WHERE id = ?", (conversation,)).fetchone()
        if row is None:
            raise no_conversation(conversation)
        return ConversationSummary(**row)

    def add(self, title: str) -> int:
        """Adds a conversation that has no message yet; returns its id."""
        now = time.time()
        conversation: int = self._database.execute(
            "INSERT INTO conversation (title, created_at, updated_at) VALUES (?, ?, ?) "
            "RETURNING id",
            (title, now, now),
        ).fetchone()["id"]
        self._words.put_title(conversation, title)
        return conversation

    def rename(self, conversation: int, title: str) -> None:
        """Gives another title.

        Raises:
            NotStored: there is no such conversation.
        """
        self._change(conversation, "UPDATE conversation SET title = ? WHERE id = ?", title)
        self._words.put_title(conversation, title)

    def touch(self, conversation: int, moment: float) -> None:
        """Says when the conversation changed last.

        Raises:
            NotStored: there is no such conversation.
        """
        self._change(conversation, "UPDATE conversation SET updated_at = ? WHERE id = ?", moment)

    def delete(self, conversation: int) -> None:
        """Removes a conversation with its messages and their words.

        Raises:
            NotStored: there is no such conversation.
        """
        self._words.forget(conversation)
        self._change(conversation, "DELETE FROM conversation WHERE id = ?")

    def _change(self, conversation: int, statement: str, *values: object) -> None:
        if not self._database.execute(statement, (*values, conversation)).rowcount:
            raise no_conversation(conversation)


def no_conversation(conversation: int) -> NotStored:
    """Returns the error to raise."""
    return NotStored(f"There is no conversation {conversation}: it may have been deleted.")

"""The words of titles and messages, for search."""

import sqlite3


class WordIndex:
    """Two FTS5 tables, kept by hand: triggers would index an open answer at every save."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def put_title(self, conversation: int, title: str) -> None:
        """Replaces the words of a title."""
        self._database.execute(
            "INSERT OR REPLACE INTO title_words (rowid, text) VALUES (?, ?)", (conversation, title)
        )

    def put_message(self, message: int, text: str) -> None:
        """Replaces the words of a message."""
        self._database.execute(
            "INSERT OR REPLACE INTO message_words (rowid, text) VALUES (?, ?)", (message, text)
        )

    def forget_message(self, message: int) -> None:
        """Removes the words of a message."""
        self._database.execute("DELETE FROM message_words WHERE rowid = ?", (message,))

    def forget(self, conversation: int) -> None:
        """Removes the words of a conversation that is still there."""
        self._database.execute(
            "DELETE FROM message_words WHERE rowid IN "
            "(SELECT id FROM message WHERE conversation_id = ?)",
            (conversation,),
        )
        self._database.execute("DELETE FROM title_words WHERE rowid = ?", (conversation,))

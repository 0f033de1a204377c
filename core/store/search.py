"""Lists of conversations and searches in them, on a read connection of their own."""

import asyncio
import math
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from ..conversation import ConversationSummary
from ..errors import StoreError
from .conversation_table import SUMMARY, read_summary
from .database import Database, errors_as_sentences
from .store_thread import StoreThread

_MAX_LENGTH: Final = 1_000
"""Characters of the longest query."""

_MAX_WORDS: Final = 32
"""Words of the longest query: the time of a search grows faster than their number."""

_MAX_SECONDS: Final = 1.0
"""How long a search may take."""

_INSTRUCTIONS_BETWEEN_LOOKS: Final = 1_000
"""Instructions of SQLite's machine between two looks at the clock, well below a millisecond."""

_FOUND: Final = """
AND (id IN (SELECT rowid FROM title_words WHERE text MATCH :words)
    OR id IN (SELECT conversation_id FROM message_words
        JOIN message ON message.id = message_words.rowid
        WHERE message_words.text MATCH :words))
"""
"""The condition that a conversation's title, or one of its messages, has the words."""

_QUESTIONS: Final = """
SELECT part.text FROM message
JOIN conversation ON conversation.id = message.conversation_id
JOIN part ON part.message_id = message.id
WHERE role = 'user' AND deleted_at IS NULL AND kind = 'text' AND length(part.text) <= :longest
"""

_WITH_WORDS: Final = (
    "AND message.id IN (SELECT rowid FROM message_words WHERE message_words.text MATCH :words) "
)

_LONGEST_QUESTION: Final = 50_000
"""Characters of the longest question that a list of them holds."""

_READ_FOR_ONE: Final = 4
"""Questions that are read for each that is wanted: the same may have been asked often."""

_ORDER: Final = " ORDER BY updated_at DESC, id DESC LIMIT :limit"


class Search:
    """Reads what is committed, at any time, while the store's own connection writes.

    Raises:
        StoreError: from every method, when the disk or the file does not let it work.
    """

    def __init__(self, thread: StoreThread, database: Database) -> None:
        self._thread = thread
        self._paths = database.paths
        self._files = database.files
        with errors_as_sentences(self._paths):
            self._connection = sqlite3.connect(
                f"{self._paths.database.as_uri()}?mode=ro", uri=True, isolation_level=None
            )
            self._connection.row_factory = sqlite3.Row

    @classmethod
    async def open(cls, database: Database) -> "Search":
        """Returns the search in an open database."""
        thread = StoreThread("search")
        try:
            return await thread.run(cls, thread, database)
        except BaseException:
            thread.close()
            raise

    async def close(self) -> None:
        """Ends the use of the database; to be called before the store does."""
        await self._thread.run(self._connection.close)
        await asyncio.to_thread(self._thread.close)

    async def list_conversations(self, query: str, limit: int) -> tuple[ConversationSummary, ...]:
        """Returns the conversations that the words of a query find, newest first; all if empty.

        Raises:
            StoreError: the query is too long, or the search took too long.
        """
        words = _match_expression(query)
        if query.strip() and not words:
            return ()
        return await self._thread.run(self._list, words, limit)

    async def find_questions(self, query: str, limit: int) -> tuple[str, ...]:
        """Returns what the user has asked with the words of a query, newest first, each text once.

        Raises:
            StoreError: the query is too long, or the search took too long.
        """
        words = _match_expression(query)
        if query.strip() and not words:
            return ()
        return await self._thread.run(self._find_questions, words, limit)

    def _find_questions(self, words: str, limit: int) -> tuple[str, ...]:
        statement = _QUESTIONS + (_WITH_WORDS if words else "") + "ORDER BY message.id DESC "
        values = {"words": words, "limit": limit * _READ_FOR_ONE, "longest": _LONGEST_QUESTION}
        with errors_as_sentences(self._paths), self._in_time(_MAX_SECONDS):
            self._files.check()
            rows = self._connection.execute(statement + "LIMIT :limit", values)
            texts = dict.fromkeys(row["text"].strip() for row in rows)
        return tuple(text for text in texts if text)[:limit]

    def _list(self, words: str, limit: int) -> tuple[ConversationSummary, ...]:
        statement = SUMMARY + (_FOUND if words else "") + _ORDER
        with errors_as_sentences(self._paths), self._in_time(_MAX_SECONDS if words else math.inf):
            self._files.check()
            rows = self._connection.execute(statement, {"words": words, "limit": limit})
            return tuple(read_summary(row) for row in rows)

    @contextmanager
    def _in_time(self, seconds: float) -> Iterator[None]:
        end = time.monotonic() + seconds
        self._connection.set_progress_handler(
            lambda: time.monotonic() > end, _INSTRUCTIONS_BETWEEN_LOOKS
        )
        try:
            yield
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                raise StoreError(
                    f"The search was given up after {seconds:g} s: search for longer words."
                ) from error
            raise


def _match_expression(query: str) -> str:
    """Returns the FTS5 expression for words that all must begin a word; empty for no words.

    Raises:
        StoreError: the query is too long.
    """
    query = query.strip()
    words = dict.fromkeys(re.findall(r"\w+", query)) if len(query) <= _MAX_LENGTH else None
    if words is None or len(words) > _MAX_WORDS:
        raise StoreError(
            f"That is too much to search for: use at most {_MAX_WORDS} words and "
            f"{_MAX_LENGTH:,} characters."
        )
    return " ".join(f'"{word}"*' for word in words)

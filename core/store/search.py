"""Searches, on a read connection and a thread of their own."""

import math
import sqlite3
import threading
from typing import Final, NamedTuple

from ..conversation import ConversationSummary, text_of
from ..kept import LibraryFilter
from ..private_ids import is_private
from ..search_query import SearchQuery
from .conversation_table import SUMMARY, read_summary
from .database import Database
from .found_words import messages_condition, words_condition
from .hits import HitsPage, find_hits, find_hits_in
from .part_table import PartTable
from .reader import Reader

_MAX_SECONDS: Final = 1.0
"""How long a search may take."""

_QUESTIONS: Final = """
SELECT message.id FROM message
JOIN conversation ON conversation.id = message.conversation_id
WHERE role = 'user' AND conversation.deleted_at IS NULL AND message.deleted_at IS NULL
AND (SELECT sum(length(text)) FROM part WHERE message_id = message.id) BETWEEN 1 AND :longest
"""

_LONGEST_QUESTION: Final = 50_000
"""Characters of the longest question that a list of them holds."""

_READ_FOR_ONE: Final = 4
"""Questions that are read for each that is wanted: the same may have been asked often."""

_ORDER: Final = " ORDER BY updated_at DESC, id DESC LIMIT :limit"

_UNINDEXED: Final = """
SELECT count(*) FROM message
WHERE id <= (SELECT last_id FROM unindexed WHERE what = 'message')
"""


class WantedHits(NamedTuple):
    """What is searched for, and which page of it."""

    filter: LibraryFilter
    limit: int = 100
    after: str = ""
    """What the page before gave as `next`; empty for the first."""
    conversation: int | None = None
    """To search in one alone, where only the filter's words count; None for all."""


class FoundHits(NamedTuple):
    """A page, and what is not searched yet."""

    page: HitsPage
    unindexed: int
    """Messages that an older version has stored and that are not indexed yet."""


class Search:
    """Reads what is committed, at any time, while the store's own connection writes.

    Raises:
        BadRequest: from every method that searches for words, if there is too much of them.
        StoreError: from every method, when the disk or the file does not let it work.
    """

    def __init__(self, reader: Reader, private: Reader) -> None:
        self._reader = reader
        self._private = private

    @classmethod
    async def open(cls, database: Database, private: Reader) -> "Search":
        """Returns the search in an open database.

        Args:
            database: on disk.
            private: reads that of private conversations, each of which is searched by itself alone.
        """
        return cls(await Reader.open(database, "search"), private)

    async def close(self) -> None:
        """Ends the use of the database; to be called before the store does."""
        await self._reader.close()

    async def list_conversations(self, query: str, limit: int) -> tuple[ConversationSummary, ...]:
        """Returns the conversations that the words of a query find, newest first; all if empty.

        Raises:
            StoreError: the search took too long.
        """

        def read(database: sqlite3.Connection) -> tuple[ConversationSummary, ...]:
            found = words_condition(query)
            rows = database.execute(
                f"{SUMMARY} AND {found.sql} {_ORDER}", {**found.values, "limit": limit}
            )
            return tuple(read_summary(row) for row in rows)

        return await self._reader.read(read, _MAX_SECONDS if query.strip() else math.inf)

    async def find_questions(self, query: str, limit: int) -> tuple[str, ...]:
        """Returns what the user has asked with the words of a query, newest first, each text once.

        Raises:
            StoreError: the search took too long.
        """

        def read(database: sqlite3.Connection) -> tuple[str, ...]:
            found = messages_condition(SearchQuery(query))
            rows = database.execute(
                f"{_QUESTIONS} AND {found.sql} ORDER BY message.id DESC LIMIT :most",
                {**found.values, "most": limit * _READ_FOR_ONE, "longest": _LONGEST_QUESTION},
            )
            questions = [row["id"] for row in rows]
            parts = PartTable(database).read_all(questions)
            texts = dict.fromkeys(text_of(parts[it]).strip() for it in questions)
            return tuple(text for text in texts if text)[:limit]

        return await self._reader.read(read, _MAX_SECONDS)

    async def find_hits(self, wanted: WantedHits, stop: threading.Event | None = None) -> FoundHits:
        """Returns a page of the places that hold the words; see `hits`.

        Args:
            wanted: what is searched for.
            stop: to be set once nobody wants the answer any more.

        Raises:
            BadRequest: `after` is none that a page gave.
            StoreError: the search took too long, or was stopped.
        """

        def read(database: sqlite3.Connection) -> FoundHits:
            words, limit, after, conversation = wanted
            if conversation is None:
                page = find_hits(database, words, limit, after)
            else:
                page = find_hits_in(database, conversation, words.words, limit, after)
            return FoundHits(page, database.execute(_UNINDEXED).fetchone()[0])

        within = wanted.conversation
        reader = self._private if within is not None and is_private(within) else self._reader
        return await reader.read(read, _MAX_SECONDS, stop)

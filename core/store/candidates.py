"""Titles and messages that hold what is searched for, the newest of them, and their ranks."""

import json
import sqlite3
from collections.abc import Sequence
from typing import Final, NamedTuple

from msgspec.structs import replace

from ..kept import HitPlace, LibraryFilter
from ..search_query import SearchQuery
from .library_page import filter_conditions
from .ranking import rank
from .word_index import Match, matching

RANKED_AT_ONCE: Final = 500
"""Titles, and messages, of one page and those that follow it in the same order."""

PLACES: Final[tuple[HitPlace, ...]] = ("text", "picture", "thoughts")
"""As `searched_texts` orders them."""


class Candidate(NamedTuple):
    """A title or a message that holds the words."""

    score: float
    is_title: bool
    id: int
    place: HitPlace
    conversation: int
    created_at: float


class Ranked(NamedTuple):
    """Some of what holds the words."""

    ranked: list[Candidate]
    below: int
    """Below which id there is more; 0 if there is none."""


class Candidates:
    """What holds the words in the conversations that a filter lets through."""

    def __init__(
        self, database: sqlite3.Connection, query: SearchQuery, wanted: LibraryFilter
    ) -> None:
        self._database = database
        self._query = query
        self._filter(replace(wanted, words=""))

    def rank_titles(self, below: int) -> Ranked:
        """Returns the newest titles of conversations with ids below that one."""
        match = matching("title", self._query)
        # CROSS JOIN keeps the order of the tables: the index gives the newest first.
        rows, rest = self._find(
            match,
            "conversation.id, conversation.id AS conversation_id, created_at, updated_at",
            f"conversation ON conversation.id = {match.table}.rowid "
            f"WHERE conversation.id IN filtered",
            below,
        )
        found = self._database.execute(
            "SELECT rowid, text FROM title_words WHERE rowid IN (SELECT value FROM json_each(?))",
            (json.dumps([row["id"] for row in rows]),),
        )
        titles = dict(found.fetchall())
        ranked = [
            rank_candidate(self._query, row, [("title", titles[row["id"]])], row["updated_at"])
            for row in rows
        ]
        return Ranked(ranked, rest)

    def rank_messages(self, below: int) -> Ranked:
        """Returns the newest messages with ids below that one."""
        match = matching("message", self._query)
        rows, rest = self._find(
            match,
            "message.id, conversation_id, created_at",
            f"message ON message.id = {match.table}.rowid WHERE NOT is_queued "
            f"AND message.deleted_at IS NULL AND conversation_id IN filtered",
            below,
        )
        texts = read_folded(self._database, [row["id"] for row in rows])
        ranked = [
            rank_candidate(self._query, row, placed(texts[row["id"]]), row["created_at"])
            for row in rows
        ]
        return Ranked(ranked, rest)

    def _filter(self, wanted: LibraryFilter) -> None:
        """Notes which conversations are let through: titles and messages are compared with that."""
        found = list(filter_conditions(self._database, wanted))
        values = {name: value for it in found for name, value in it.values.items()}
        self._database.execute("CREATE TEMP TABLE IF NOT EXISTS filtered (id INTEGER PRIMARY KEY)")
        self._database.execute("DELETE FROM filtered")
        self._database.execute(
            "INSERT INTO filtered SELECT id FROM conversation "  # noqa: S608
            f"WHERE {' AND '.join(it.sql for it in found)}",
            values,
        )

    def _find(
        self, match: Match, columns: str, joined: str, below: int
    ) -> tuple[list[sqlite3.Row], int]:
        """Returns the newest rows, and below which id there are more; 0 if there are none."""
        rows = self._database.execute(
            f"SELECT {columns} FROM {match.table} CROSS JOIN {joined} "  # noqa: S608
            f"AND {match.condition} AND {match.table}.rowid < :below "
            f"ORDER BY {match.table}.rowid DESC LIMIT {RANKED_AT_ONCE + 1}",
            {**match.values, "below": below},
        ).fetchall()
        newest = rows[:RANKED_AT_ONCE]
        return newest, newest[-1]["id"] if len(rows) > len(newest) else 0


def rank_candidate(
    query: SearchQuery,
    row: sqlite3.Row,
    texts: Sequence[tuple[HitPlace, str]],
    changed_at: float,
) -> Candidate:
    """Returns what a row stands for, of folded texts that were changed at that time."""
    score, place = rank(query, texts, changed_at)
    return Candidate(
        score, place == "title", row["id"], place, row["conversation_id"], row["created_at"]
    )


def placed(texts: Sequence[str]) -> list[tuple[HitPlace, str]]:
    """Returns a message's folded texts with what they are."""
    return list(zip(PLACES, texts, strict=True))


def read_folded(
    database: sqlite3.Connection, messages: Sequence[int]
) -> dict[int, tuple[str, str, str]]:
    """Returns what is searched of messages, without those that are not indexed."""
    rows = database.execute(
        "SELECT rowid, text, pictures, thoughts FROM message_words "
        "WHERE rowid IN (SELECT value FROM json_each(?))",
        (json.dumps(messages),),
    )
    return {it["rowid"]: (it["text"], it["pictures"], it["thoughts"]) for it in rows}

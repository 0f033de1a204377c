"""The searchable words of titles and messages: two FTS5 tables for each of both.

The first holds folded texts by their trigrams, so that any part of a word is found that is long
enough. The second, without the texts, holds what is shorter: of each word its first character and
its first two, and of scripts without spaces each character and each two that stand side by side.
"""

import re
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, Literal, NamedTuple

from ..conversation import Attachment, Part, ThoughtsPart, text_of
from ..folding import fold
from ..search_query import UNSPACED, WORD_START, SearchQuery

_RUN: Final = re.compile(f"[{UNSPACED}]+")
_START: Final = re.compile(rf"{WORD_START}\S?")
_BESIDE: Final = re.compile(f"(?=([{UNSPACED}][^\\s{UNSPACED}]|[^\\s{UNSPACED}][{UNSPACED}]))")

Indexed = Literal["title", "message"]

_COLUMNS: Final[dict[Indexed, str]] = {"title": "text", "message": "text, pictures, thoughts"}


class Match(NamedTuple):
    """A condition that rows of a table hold what is searched for."""

    table: str
    condition: str
    values: dict[str, object]


class WordIndex:
    """Kept by hand: triggers would index an open answer at every save.

    Raises:
        sqlite3.Error: from every method.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def put_title(self, conversation: int, title: str) -> None:
        """Replaces the words of a title."""
        self._put("title", conversation, (fold(title),))

    def put_message(self, message: int, parts: Sequence[Part]) -> None:
        """Replaces the words of a message."""
        self._put("message", message, tuple(map(fold, searched_texts(parts))))

    def forget_message(self, message: int) -> None:
        """Removes the words of a message."""
        self._forget("message", message)

    def forget_some(self, conversation: int, limit: int) -> bool:
        """Removes the words of some messages of a conversation; returns whether there were any."""
        rows = self._database.execute(
            "SELECT id FROM message WHERE conversation_id = ? "
            "AND EXISTS (SELECT 1 FROM message_words WHERE rowid = message.id) LIMIT ?",
            (conversation, limit),
        ).fetchall()
        for (message,) in rows:
            self.forget_message(message)
        return bool(rows)

    def forget(self, conversation: int) -> None:
        """Removes the words of a conversation that is still there."""
        rows = self._database.execute(
            "SELECT id FROM message WHERE conversation_id = ?", (conversation,)
        ).fetchall()
        for (message,) in rows:
            self.forget_message(message)
        self._forget("title", conversation)

    def _put(self, what: Indexed, identifier: int, folded: Sequence[str]) -> None:
        self._forget(what, identifier)
        places = ", ".join("?" * (len(folded) + 1))
        self._database.execute(
            f"INSERT INTO {what}_words (rowid, {_COLUMNS[what]}) VALUES ({places})",  # noqa: S608
            (identifier, *folded),
        )
        self._database.execute(
            f"INSERT INTO {what}_starts (rowid, starts) VALUES (?, ?)",  # noqa: S608
            (identifier, _starts(folded)),
        )

    def _forget(self, what: Indexed, identifier: int) -> None:
        row = self._database.execute(
            f"SELECT {_COLUMNS[what]} FROM {what}_words WHERE rowid = ?",  # noqa: S608
            (identifier,),
        ).fetchone()
        if row is None:
            return
        # A table without the texts has to be told what it holds.
        self._database.execute(
            f"INSERT INTO {what}_starts ({what}_starts, rowid, starts) "  # noqa: S608
            "VALUES ('delete', ?, ?)",
            (identifier, _starts(tuple(row))),
        )
        self._database.execute(f"DELETE FROM {what}_words WHERE rowid = ?", (identifier,))  # noqa: S608


def searched_texts(parts: Sequence[Part]) -> tuple[str, str, str]:
    """Returns a message's text, the names of its pictures, and its thoughts."""
    pictures = ", ".join(it.name for it in parts if isinstance(it, Attachment))
    thoughts = "".join(it.text for it in parts if isinstance(it, ThoughtsPart))
    return text_of(parts), pictures, thoughts


def matching(what: Indexed, query: SearchQuery) -> Match:
    """Returns how to find the rowids of what holds all terms of a query; there must be some."""
    words, starts = _expression(query.long_terms), _expression(query.short_terms)
    if not words:
        return Match(f"{what}_starts", f"{what}_starts MATCH :words", {"words": starts})
    condition = f"{what}_words MATCH :words"
    if starts:
        condition += (
            f" AND +{what}_words.rowid IN "  # noqa: S608 - the one name that is inserted is ours
            f"(SELECT rowid FROM {what}_starts WHERE {what}_starts MATCH :starts)"
        )
    return Match(f"{what}_words", condition, {"words": words, "starts": starts})


def _expression(terms: Sequence[str]) -> str:
    return " AND ".join('"' + term.replace('"', '""') + '"' for term in terms)


def _starts(folded: Iterable[str]) -> str:
    """Returns what of texts is shorter than a trigram and is searched for, each once."""
    found: set[str] = set()
    for text in folded:
        for start in _START.findall(text):
            found.update((start[0], start))
        if not text.isascii():
            found.update(_BESIDE.findall(text))
            for run in _RUN.findall(text):
                found.update(run)
                found.update(map("".join, pairwise(run)))
    return " ".join(found)

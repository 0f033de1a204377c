"""The newer tables of `llm`'s logs: turns, which name chains of messages that threads share."""

import sqlite3
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import NamedTuple

from .collected import Collected, moment_of, text_of
from .database import Row
from .foreign_tree import Foreign
from .llm_attachments import LlmAttachments
from .llm_chains import Chains


class _Told(NamedTuple):
    """What the turn says that brought a message."""

    moment: float
    model: str


class LlmTurns:
    """The turns of one database; without any where it has no such tables.

    Raises:
        sqlite3.Error: from every method.
    """

    def __init__(
        self, database: sqlite3.Connection, columns: Mapping[str, set[str]], out: Collected
    ) -> None:
        self._database = database
        self._are_there = "tip_message_hash" in columns.get("turns", ())
        self._told: dict[str, _Told] = {}
        """By the turn that brought a message first."""
        if self._are_there:
            self._chains = Chains(database, LlmAttachments(database, out), out)
            for row in database.execute("SELECT * FROM turns ORDER BY id").fetchall():
                new = self._chains.walk(row["tip_message_hash"], self._told)
                self._told.update(dict.fromkeys(new, _told_by(row)))

    def names(self) -> dict[str, str]:
        """Returns the names of all threads by their ids."""
        if not self._are_there:
            return {}
        rows = self._database.execute("SELECT id, name FROM threads")
        return {text_of(row["id"]): text_of(row["name"]) for row in rows}

    def read(self, thread: str, title: str, older: Sequence[Foreign]) -> Iterator[Foreign]:
        """Yields the messages of a thread in their order.

        Args:
            thread: its id.
            title: its name.
            older: what the older tables have of it, which its first chain repeats.
        """
        if not self._are_there:
            return
        rows = self._database.execute(
            "SELECT * FROM turns WHERE thread_id = ? ORDER BY id", (thread,)
        )
        answered = {node.id for node in older}
        above = older[-1].id if older else None
        known: set[str] = set()
        for row in rows.fetchall():
            before = self._chains.last_answer(row["parent_message_hash"])
            if above is not None:
                known.update(self._chains.walk(before, known))
            earlier = set(self._chains.walk(before, known))
            new = self._chains.walk(row["tip_message_hash"], known)
            known.update(new)
            if row["id"] in answered:
                continue
            for hash_ in new:
                told = self._told[hash_] if hash_ in earlier else _told_by(row)
                yield self._read(hash_, title, told, above)
                above = None

        if not older:
            yield from self._read_rest(thread, title, known)

    def _read_rest(self, thread: str, title: str, known: Container[str]) -> Iterator[Foreign]:
        """Yields what no turn of the thread has brought, as where it was forked from another."""
        row = self._database.execute("SELECT * FROM threads WHERE id = ?", (thread,)).fetchone()
        if row is not None:
            forked = _Told(moment_of(row["datetime_utc"], 1.0), "")
            for hash_ in self._chains.walk(row["tip_message_hash"], known):
                yield self._read(hash_, title, self._told.get(hash_, forked), None)

    def _read(self, hash_: str, title: str, told: _Told, above: str | None) -> Foreign:
        found = self._chains.read(hash_, title)
        model = told.model if found.role == "assistant" else ""
        return Foreign(hash_, above or found.parent, found.role, found.parts, told.moment, model)


def _told_by(turn: Row) -> _Told:
    return _Told(moment_of(turn["datetime_utc"], 1.0), text_of(turn["model"]))

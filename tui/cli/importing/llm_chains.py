"""Messages in the newer tables of `llm`'s logs: chains, named by hashes of all that they say."""

import sqlite3
from collections.abc import Container, Iterator
from typing import Any, NamedTuple

import msgspec

from ....core.conversation import Part, Role, TextPart, ThoughtsPart
from ....core.undecodable import UNDECODABLE
from .collected import Collected, text_of
from .foreign_tree import in_place
from .llm_attachments import LlmAttachments


class Chained(NamedTuple):
    """A message of a chain."""

    hash: str
    parent: str | None
    role: Role | None
    """None for what seeshell has no place for."""
    parts: tuple[Part, ...]


class _Link(NamedTuple):
    """Where a message stands."""

    parent: str | None
    role: str


class Chains:
    """The messages of one database.

    Raises:
        sqlite3.Error: from every method.
    """

    def __init__(
        self, database: sqlite3.Connection, attachments: LlmAttachments, out: Collected
    ) -> None:
        self._database = database
        self._attachments = attachments
        self._out = out
        rows = database.execute("SELECT hash, parent_hash, role FROM messages")
        self._links = {row["hash"]: _Link(row["parent_hash"], text_of(row["role"])) for row in rows}

    def walk(self, tip: str | None, known: Container[str]) -> list[str]:
        """Returns the hashes up to a message, the first one first, without those that are known."""
        found: dict[str, None] = {}
        while tip is not None and tip in self._links and tip not in known and tip not in found:
            found[tip] = None
            tip = self._links[tip].parent
        return list(found)[::-1]

    def last_answer(self, question: str | None) -> str | None:
        """Returns the answer before a question; None where there is none."""
        chain = self.walk(question, ())
        return next((it for it in reversed(chain) if self._links[it].role == "assistant"), None)

    def read(self, hash_: str, title: str) -> Chained:
        """Returns a message that `walk` has found."""
        parent, said_by = self._links[hash_]
        role: Role | None = None
        if said_by in ("user", "assistant"):
            role = "user" if said_by == "user" else "assistant"
        elif said_by == "system":
            self._out.count("a system prompt; put it into a preset", title)
        parts = in_place(self._read_parts(hash_, title) if role else ())
        return Chained(hash_, parent, role if parts else None, parts)

    def _read_parts(self, hash_: str, title: str) -> Iterator[Part]:
        rows = self._database.execute(
            "SELECT type, text, payload FROM parts WHERE message_hash = ? ORDER BY position",
            (hash_,),
        )
        for row in rows.fetchall():
            payload = _read_payload(row["payload"])
            match row["type"]:
                case "text":
                    yield TextPart(self._text(row["text"], payload))
                case "reasoning":
                    yield ThoughtsPart(self._text(row["text"], payload))
                case "attachment":
                    named = payload.get("attachment")
                    identifier = named.get("id") if isinstance(named, dict) else None
                    yield self._attachments.find(text_of(identifier), title)
                case "tool_call":
                    self._out.count("a call of a tool", title)
                case "tool_result":
                    self._out.count("the result of a tool", title)
                case other:
                    self._out.count(f"content of the kind {text_of(other)[:40]}", title)

    def _text(self, text: object, payload: dict[str, Any]) -> str:
        """Returns a text, with the fragments that it was put together from."""
        pieces = payload.get("text_ref")
        if text is not None or not isinstance(pieces, list):
            return text_of(text)
        return "".join(self._piece(it) for it in pieces if isinstance(it, dict))

    def _piece(self, piece: dict[str, Any]) -> str:
        if "literal" in piece:
            return text_of(piece["literal"])
        row = self._database.execute(
            "SELECT content FROM fragments WHERE id = ?", (piece.get("fragment"),)
        ).fetchone()
        return text_of(row["content"]) if row else ""


def _read_payload(text: object) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text_of(text) or "{}", type=dict[str, Any])
    except UNDECODABLE:
        return {}

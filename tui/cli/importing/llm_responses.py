"""The older tables of `llm`'s logs: each response whole, with what was asked."""

import sqlite3
from collections.abc import Iterator, Mapping
from typing import Final

from ....core.conversation import Part, TextPart, ThoughtsPart
from .collected import Collected, moment_of, text_of
from .database import Row
from .foreign_tree import Foreign, in_place
from .llm_attachments import LlmAttachments

_TOOLS: Final = {"tool_calls": "a call of a tool", "tool_results": "the result of a tool"}


class LlmResponses:
    """The responses of one database; without any where it has no such tables.

    Raises:
        sqlite3.Error: from every method.
    """

    def __init__(
        self, database: sqlite3.Connection, columns: Mapping[str, set[str]], out: Collected
    ) -> None:
        self._database = database
        self._columns = columns
        self._out = out
        self._attachments = LlmAttachments(database, out)

    def names(self) -> dict[str, str]:
        """Returns the names of all conversations by ids; the id is empty for no conversation."""
        if "conversation_id" not in self._columns.get("responses", ()):
            return {}
        rows = self._database.execute(
            "SELECT DISTINCT coalesce(conversation_id, '') AS id, conversations.name AS name "
            "FROM responses LEFT JOIN conversations ON conversations.id = conversation_id"
        )
        return {text_of(row["id"]): text_of(row["name"]) for row in rows}

    def read(self, conversation: str, title: str) -> Iterator[Foreign]:
        """Yields the questions and answers of a conversation in their order."""
        if "conversation_id" not in self._columns.get("responses", ()):
            return
        rows = self._database.execute(
            "SELECT * FROM responses WHERE coalesce(conversation_id, '') = ? ORDER BY id",
            (conversation,),
        )
        before: str | None = None
        for row in rows.fetchall():
            response, moment = text_of(row["id"]), moment_of(row["datetime_utc"], 1.0)
            self._count(response, text_of(row["system"]), title)
            question = f"{response} question"
            parts = self._read_question(response, text_of(row["prompt"]), title)
            yield Foreign(question, before, "user", parts, moment)
            yield Foreign(
                response, question, "assistant", _read_answer(row), moment, text_of(row["model"])
            )
            before = response

    def _read_question(self, response: str, prompt: str, title: str) -> tuple[Part, ...]:
        attached = (
            self._attachments.of_response(response, title)
            if "prompt_attachments" in self._columns
            else []
        )
        pieces = [*self._fragments(response, "prompt_fragments"), prompt]
        text = "\n".join(it for it in pieces if it)
        return in_place((*attached, TextPart(text)))

    def _fragments(self, response: str, table: str) -> list[str]:
        """Returns the longer texts that a prompt was put together from."""
        if table not in self._columns:
            return []
        rows = self._database.execute(
            f"SELECT content FROM {table} JOIN fragments ON fragments.id = fragment_id "  # noqa: S608
            f'WHERE response_id = ? ORDER BY {table}."order"',
            (response,),
        )
        return [text_of(row["content"]) for row in rows]

    def _count(self, response: str, system: str, title: str) -> None:
        """Notes what of a response is left out."""
        if system or self._fragments(response, "system_fragments"):
            self._out.count("a system prompt; put it into a preset", title)
        for table, what in _TOOLS.items():
            if table in self._columns:
                rows = self._database.execute(
                    f"SELECT id FROM {table} WHERE response_id = ?",  # noqa: S608
                    (response,),
                )
                for _ in rows:
                    self._out.count(what, title)


def _read_answer(row: Row) -> tuple[Part, ...]:
    thoughts = text_of(row["reasoning"])
    before = (ThoughtsPart(thoughts),) if thoughts else ()
    return (*before, TextPart(text_of(row["response"])))

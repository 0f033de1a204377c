"""Conversations without their messages, in SQLite; used within the store's transactions."""

import json
import sqlite3
import time
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from ..conversation import ConversationSummary
from ..errors import NotStored
from ..generation_options import ConversationChoices
from ..kept import Labels
from ..private_ids import is_private
from .word_index import WordIndex

SUMMARY_OF_ANY: Final = """
SELECT id, uuid, title, created_at, updated_at, model, adapter, preset,
    is_pinned, is_archived,
    (SELECT count(*) FROM message WHERE conversation_id = conversation.id AND NOT is_queued
        AND message.deleted_at IS NULL) AS message_count,
    (SELECT json_group_array(name) FROM
        (SELECT name FROM tag WHERE conversation_id = conversation.id ORDER BY name)) AS tags
FROM conversation
"""
"""What `read_summary` reads, deleted or not."""

SUMMARY: Final = SUMMARY_OF_ANY + "WHERE deleted_at IS NULL\n"
"""What `read_summary` reads; more conditions may follow."""

_WORDS_AT_ONCE: Final = 200
"""Messages whose words are removed in one step, which takes most of the time of a purge."""


class ConversationTable:
    """One row per conversation. Those that were deleted are not there until they are restored.

    Raises:
        sqlite3.Error: from every method.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._words = WordIndex(database)

    def list_ids(self) -> list[int]:
        """Returns the ids of all conversations."""
        rows = self._database.execute("SELECT id FROM conversation WHERE deleted_at IS NULL")
        return [row["id"] for row in rows]

    def find(self, conversation: int) -> ConversationSummary:
        """Returns a conversation.

        Raises:
            NotStored: there is no such conversation.
        """
        row = self._database.execute(SUMMARY + "AND id = ?", (conversation,)).fetchone()
        if row is None:
            raise no_conversation(conversation)
        return read_summary(row)

    def find_origin(self, conversation: int) -> str:
        """Returns which program a conversation was imported from; empty for seeshell's own."""
        origin: str = self._database.execute(
            "SELECT origin FROM conversation WHERE id = ?", (conversation,)
        ).fetchone()["origin"]
        return origin

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
        self._change(conversation, "title = ? WHERE deleted_at IS NULL", title)
        self._words.put_title(conversation, title)

    def choose(self, conversation: int, choices: ConversationChoices) -> None:
        """Says which model, adapter and preset the conversation keeps.

        Raises:
            NotStored: there is no such conversation.
        """
        self._change(
            conversation,
            "model = ?, adapter = ?, preset = ? WHERE deleted_at IS NULL",
            choices.model,
            choices.adapter,
            choices.preset,
        )

    def find_choices(self, conversations: Iterable[int]) -> dict[int, ConversationChoices]:
        """Returns what conversations keep; without those that are not there."""
        rows = self._database.execute(
            "SELECT id, model, adapter, preset FROM conversation "
            "WHERE deleted_at IS NULL AND id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(conversations)),),
        )
        return {
            row["id"]: ConversationChoices(row["model"], row["adapter"], row["preset"])
            for row in rows
        }

    def label(self, conversations: Collection[int], labels: Labels) -> None:
        """Pins or archives conversations, or takes that back; tags have a table of their own.

        Raises:
            NotStored: one of them is not there.
        """
        known = self.find_choices(conversations)
        if unknown := set(conversations).difference(known):
            raise no_conversation(min(unknown))
        if labels.is_pinned is None and labels.is_archived is None:
            return
        self._database.execute(
            "UPDATE conversation SET is_pinned = coalesce(?, is_pinned), "
            "is_archived = coalesce(?, is_archived) WHERE id IN (SELECT value FROM json_each(?))",
            (labels.is_pinned, labels.is_archived, json.dumps(list(conversations))),
        )

    def touch(self, conversation: int, moment: float) -> None:
        """Says when the conversation, which may be deleted, changed last.

        Raises:
            NotStored: there is no such conversation.
        """
        self._change(conversation, "updated_at = ? WHERE true", moment)

    def mark_deleted(self, conversation: int, moment: float) -> None:
        """Deletes a conversation, which can be restored.

        Raises:
            NotStored: there is no such conversation.
        """
        self._change(conversation, "deleted_at = ? WHERE deleted_at IS NULL", moment)

    def restore(self, conversation: int) -> None:
        """Takes the deletion back; one that was not deleted stays as it is.

        Raises:
            NotStored: there is no such conversation, or its purge has begun.
        """
        self._change(conversation, "deleted_at = NULL WHERE deleted_at IS NOT 0")

    def list_deleted_before(self, moment: float) -> list[int]:
        """Returns the conversations that were deleted before that time."""
        rows = self._database.execute("SELECT id FROM conversation WHERE deleted_at < ?", (moment,))
        return [row["id"] for row in rows]

    def begin_purge(self, conversations: Sequence[int]) -> list[int]:
        """Lets deleted conversations be restored no more; returns them.

        Args:
            conversations: which; empty for all that are deleted.

        Raises:
            NotStored: one of them is not deleted.
        """
        in_bin = self._database.execute("SELECT id FROM conversation WHERE deleted_at > 0")
        wanted = conversations or [row["id"] for row in in_bin]
        for conversation in wanted:
            self._change(conversation, "deleted_at = 0 WHERE deleted_at > 0")
        return list(wanted)

    def purge(self, conversation: int, deleted_before: float) -> bool:
        """Removes a step of a conversation that was deleted before that time, its words first.

        Returns:
            whether more is left; from the first step on it can't be restored.
        """
        begun = self._database.execute(
            "UPDATE conversation SET deleted_at = 0 WHERE id = ? AND deleted_at < ?",
            (conversation, deleted_before),
        )
        if not begun.rowcount:
            return False
        if self._words.forget_some(conversation, _WORDS_AT_ONCE):
            return True
        self.remove(conversation)
        return False

    def remove(self, conversation: int) -> None:
        """Removes a conversation for good, with its messages and their words."""
        self._words.forget(conversation)
        self._database.execute("DELETE FROM conversation WHERE id = ?", (conversation,))

    def _change(self, conversation: int, change: str, *values: object) -> None:
        statement = f"UPDATE conversation SET {change} AND id = ?"  # noqa: S608 - no value in it
        if not self._database.execute(statement, (*values, conversation)).rowcount:
            raise no_conversation(conversation)


def read_summary(row: sqlite3.Row) -> ConversationSummary:
    """Returns the conversation that a row of `SUMMARY` tells of."""
    return ConversationSummary(
        row["id"],
        row["title"],
        row["created_at"],
        row["updated_at"],
        row["message_count"],
        row["uuid"],
        ConversationChoices(row["model"], row["adapter"], row["preset"]),
        tuple(json.loads(row["tags"])),
        bool(row["is_pinned"]),
        bool(row["is_archived"]),
        is_private(row["id"]),
    )


def no_conversation(conversation: int) -> NotStored:
    """Returns the error to raise."""
    return NotStored(f"There is no conversation {conversation}: it may have been deleted.")

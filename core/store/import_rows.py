"""Rows of conversations from elsewhere, in SQLite; used within the store's transactions."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from ..conversation import Message
from ..kept import KeptConversation, KeptMessage
from .conversation_table import ConversationTable
from .message_tree import MessageTree
from .tag_table import TagTable
from .titles import title_of
from .word_index import searched_texts

STEP: Final = 250
"""Messages of a step, so that the saving of an answer waits for no more."""

_STEP_CHARACTERS: Final = 300_000
"""Of their texts, whose words take most of the time."""

_ADD: Final = """
INSERT INTO message
    (uuid, conversation_id, parent_id, turn, role, created_at, model, model_source, adapter,
     is_corrected, is_left_out, finish_reason, error, stats)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
RETURNING id
"""


class ImportRows:
    """Adds conversations and messages under the uuids that they have elsewhere.

    Raises:
        sqlite3.Error: from every method.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._table = ConversationTable(database)
        self._tree = MessageTree(database)
        self._tags = TagTable(database)

    def add_conversation(self, kept: KeptConversation) -> int:
        """Adds a conversation without its messages; returns its id."""
        first = kept.messages[0]
        shown = Message(0, None, first.role, first.parts, first.created_at)
        conversation = self._table.add(kept.title or title_of(shown))
        self._database.execute(
            "UPDATE conversation SET uuid = ?, created_at = ?, updated_at = ?, is_pinned = ?, "
            "is_archived = ?, origin = ? WHERE id = ?",
            (
                kept.uuid,
                kept.created_at,
                kept.updated_at,
                kept.is_pinned,
                kept.is_archived,
                kept.origin,
                conversation,
            ),
        )
        self._table.choose(conversation, kept.choices)
        self._tags.add((conversation,), kept.tags)
        return conversation

    def add_messages(self, conversation: int, messages: Sequence[KeptMessage]) -> list[int]:
        """Adds messages, whose parents are there or among them; returns their ids."""
        parents = json.dumps([it.parent for it in messages])
        rows = self._database.execute(
            "SELECT uuid, id FROM message WHERE uuid IN (SELECT value FROM json_each(?))",
            (parents,),
        )
        ids = {row["uuid"]: row["id"] for row in rows}
        for message in messages:
            ids[message.uuid] = self.add_message(conversation, message, ids)
        return [ids[message.uuid] for message in messages]

    def add_message(self, conversation: int, message: KeptMessage, ids: Mapping[str, int]) -> int:
        """Adds a message; returns its id.

        Args:
            conversation: where.
            message: an answer that is open elsewhere was cut off there.
            ids: by uuid, with that of its parent.
        """
        is_open = message.role == "assistant" and not message.finish_reason and not message.error
        added: int = self._database.execute(
            _ADD,
            (
                message.uuid,
                conversation,
                None if message.parent is None else ids[message.parent],
                message.turn,
                message.role,
                message.created_at,
                message.model,
                message.model_source,
                message.adapter,
                message.is_corrected,
                message.is_left_out,
                "cancelled" if is_open else message.finish_reason,
                message.error,
                None if message.stats is None else msgspec.json.encode(message.stats).decode(),
            ),
        ).fetchone()["id"]
        self._tree.put_parts(added, message.parts)
        return added


def in_steps(messages: Iterable[KeptMessage]) -> list[list[KeptMessage]]:
    """Returns messages in their order, so many together as are stored in one go."""
    steps: list[list[KeptMessage]] = []
    characters = 0
    for message in messages:
        own = sum(map(len, searched_texts(message.parts)))
        characters += own
        if not steps or len(steps[-1]) == STEP or characters > _STEP_CHARACTERS:
            steps.append([])
            characters = own
        steps[-1].append(message)
    return steps

"""A whole conversation as a value that is kept, read from SQLite."""

import sqlite3
from collections.abc import Sequence
from heapq import heappop, heappush
from typing import NamedTuple

from ..conversation import Message
from ..kept import DeletedBranch, KeptConversation, KeptMessage
from .conversation_table import ConversationTable
from .deleted_branches import DeletedBranches
from .message_tree import MessageTree


class KeptTree(NamedTuple):
    """A conversation with all its branches, and what names them in this store alone."""

    conversation: KeptConversation
    ids: tuple[int, ...]
    """Of its messages, in their order."""
    deleted: tuple[DeletedBranch, ...]
    """What can be restored, the branch deleted last first."""


def read_tree(database: sqlite3.Connection, conversation: int) -> KeptTree:
    """Returns a conversation; an answer that is open, as far as it has been saved.

    Raises:
        NotStored: there is no such conversation.
        sqlite3.Error: it can't be read.
    """
    table, tree = ConversationTable(database), MessageTree(database)
    summary = table.find(conversation)
    head = tree.head(conversation)
    messages = _parents_first(tree.read_all(conversation))
    uuids = {message.id: message.uuid for message in messages}
    kept = KeptConversation(
        summary.uuid,
        summary.title,
        summary.created_at,
        summary.updated_at,
        tuple(_keep(message, uuids) for message in messages),
        None if head is None else uuids[head],
        summary.choices,
        summary.tags,
        summary.is_pinned,
        summary.is_archived,
        table.find_origin(conversation),
    )
    deleted = DeletedBranches(database).list(conversation)
    return KeptTree(kept, tuple(uuids), deleted)


def _parents_first(messages: Sequence[Message]) -> list[Message]:
    """Returns messages in the order of their ids, but none before its parent.

    A question that waited in the queue has a lower id than the answer that it came to stand below.
    """
    below: dict[int | None, list[tuple[int, Message]]] = {}
    for message in messages:
        below.setdefault(message.parent_id, []).append((message.id, message))
    ordered, reached = [], below.pop(None, [])
    while reached:
        identifier, message = heappop(reached)
        ordered.append(message)
        for child in below.pop(identifier, ()):
            heappush(reached, child)
    return ordered


def _keep(message: Message, uuids: dict[int, str]) -> KeptMessage:
    parent = message.parent_id
    return KeptMessage(
        message.uuid,
        None if parent is None else uuids[parent],
        message.role,
        message.parts,
        message.created_at,
        message.turn,
        message.model,
        message.model_source,
        message.adapter,
        message.finish_reason,
        message.error,
        message.stats,
        message.is_corrected,
        message.is_left_out,
    )

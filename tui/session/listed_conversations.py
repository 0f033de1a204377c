"""The rows of the list of conversations, deleted ones included while they can be restored."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from ...core.conversation import ConversationSummary
from ...core.messages.events import ConversationsListed

ListedState = Literal["", "answering", "queued", "paused", "unseen", "deleted"]
"""What a list says of a conversation beside its age; empty for nothing.

`unseen` is one whose answer ended while another conversation was on screen.
"""


@dataclass(frozen=True)
class ListedConversation:
    """One row of the list."""

    summary: ConversationSummary
    state: ListedState = ""


def list_conversations(
    listed: ConversationsListed,
    deleted: Mapping[int, ConversationSummary],
    unseen: Collection[int],
) -> tuple[ListedConversation, ...]:
    """Returns the rows, newest first; a deleted conversation keeps its place.

    Args:
        listed: what the core has.
        deleted: conversations that can be restored, by id.
        unseen: ids of those whose answers ended unseen.
    """
    found = {it.id: it for it in listed.conversations}
    ghosts = [it for it in deleted.values() if it.id not in found]
    rows = sorted([*found.values(), *ghosts], key=lambda it: it.updated_at, reverse=True)
    return tuple(ListedConversation(it, _state(it.id, listed, deleted, unseen)) for it in rows)


def _state(
    conversation: int,
    listed: ConversationsListed,
    deleted: Collection[int],
    unseen: Collection[int],
) -> ListedState:
    if conversation in deleted:
        return "deleted"
    if conversation in listed.answering:
        return "answering"
    if conversation in listed.queued:
        return "queued"
    if conversation in listed.paused:
        return "paused"
    return "unseen" if conversation in unseen else ""

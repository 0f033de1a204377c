"""The rows of the list of conversations, deleted ones included while they can be restored."""

from collections.abc import Collection, Iterable, Mapping
from typing import Literal, NamedTuple

from msgspec import Struct

from ...core.conversation import ConversationSummary

ListedState = Literal["", "answering", "queued", "paused", "unseen", "deleted"]
"""What a list says of a conversation beside its age; empty for nothing.

`unseen` is one whose answer ended while another conversation was on screen.
"""


class ListedConversation(Struct, frozen=True):
    """One row of the list."""

    summary: ConversationSummary
    state: ListedState = ""


class ListedStates(NamedTuple):
    """What is known of conversations beside their summaries, by id."""

    answering: int | None = None
    """The one whose turn the engine works on."""
    queued: Collection[int] = ()
    """Those whose turns wait for the engine."""
    paused: Collection[int] = ()
    """Those whose turns wait for the user."""
    unseen: Collection[int] = ()
    """Those whose answers ended while another conversation was on screen."""
    deleted: Mapping[int, ConversationSummary] = {}
    """Those that were deleted and can be restored."""

    def of(self, conversation: int) -> ListedState:
        """Returns what the list says of a conversation."""
        if conversation in self.deleted:
            return "deleted"
        if conversation == self.answering:
            return "answering"
        if conversation in self.queued:
            return "queued"
        if conversation in self.paused:
            return "paused"
        return "unseen" if conversation in self.unseen else ""


def list_conversations(
    found: Iterable[ConversationSummary], states: ListedStates
) -> tuple[ListedConversation, ...]:
    """Returns the rows, newest first; a deleted conversation keeps its place.

    Args:
        found: what the core has.
        states: what is known of them and of others.
    """
    summaries = {it.id: it for it in (*states.deleted.values(), *found)}
    rows = sorted(summaries.values(), key=lambda it: it.updated_at, reverse=True)
    return tuple(ListedConversation(it, states.of(it.id)) for it in rows)

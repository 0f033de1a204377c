"""A row of the list of conversations, and what is known of it beside what is stored."""

from collections.abc import Collection
from typing import Literal, NamedTuple

from msgspec import Struct

from ...core.conversation import ConversationSummary
from ...core.kept import LibraryRow

ListedState = Literal["", "answering", "queued", "paused", "unseen", "deleted"]
"""What a list says of a conversation beside its age; empty for nothing.

`unseen` is one whose answer ended while another conversation was on screen.
"""


class ListedConversation(Struct, frozen=True):
    """One row of the list."""

    row: LibraryRow
    state: ListedState = ""

    @property
    def summary(self) -> ConversationSummary:
        """What is stored of it."""
        return self.row.summary

    @property
    def is_deleted(self) -> bool:
        """Whether it can be restored."""
        return self.row.deleted_at > 0 or self.state == "deleted"


class ListedStates(NamedTuple):
    """What is known of conversations beside what is stored, by id."""

    answering: int | None = None
    """The one whose turn the engine works on."""
    queued: Collection[int] = ()
    """Those whose turns wait for the engine."""
    paused: Collection[int] = ()
    """Those whose turns wait for the user."""
    unseen: Collection[int] = ()
    """Those whose answers ended while another conversation was on screen."""
    deleted: Collection[int] = ()
    """Those that were deleted here and can be restored."""

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

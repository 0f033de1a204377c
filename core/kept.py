"""Values of conversations as they are kept: whole trees, and what a library shows of them.

A `KeptConversation` holds everything of a conversation that is worth keeping, and names nothing by
what holds on one machine only: `show --json`, `export --format json`, bundles and imports are this
value, written as JSON. What is queued, claims and KV are no part of it.
"""

from typing import Final, Literal, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from .conversation import (
    Attachment,
    ConversationSummary,
    FinishReason,
    Message,
    Part,
    Role,
    TurnStats,
)
from .generation_options import NO_CHOICES, ConversationChoices


class KeptMessage(Struct, frozen=True, omit_defaults=True):
    """A message with its place in the tree."""

    uuid: str
    """Names it in every copy of the conversation."""
    parent: str | None
    """Uuid of the message before it; None for a first one."""
    role: Role
    parts: tuple[Part, ...]
    created_at: float
    """Seconds since the epoch."""
    turn: str = ""
    """As in `Message`; so below."""
    model: str = ""
    model_source: str = ""
    adapter: str = ""
    finish_reason: FinishReason | None = None
    error: str = ""
    stats: TurnStats | None = None
    is_corrected: bool = False
    is_left_out: bool = False

    def numbered(self, number: int, parent: int | None, siblings: tuple[int, ...] = ()) -> Message:
        """Returns it as logs and exports take messages.

        Args:
            number: its id.
            parent: id of the message before it.
            siblings: ids of all messages beside it and its own, in their order.
        """
        return Message(
            id=number,
            parent_id=parent,
            role=self.role,
            parts=self.parts,
            created_at=self.created_at,
            uuid=self.uuid,
            turn=self.turn,
            model=self.model,
            model_source=self.model_source,
            finish_reason=self.finish_reason,
            error=self.error,
            stats=self.stats,
            adapter=self.adapter,
            is_corrected=self.is_corrected,
            is_left_out=self.is_left_out,
            siblings=siblings,
        )


class KeptConversation(Struct, frozen=True, omit_defaults=True):
    """A conversation with all its branches."""

    uuid: str
    """Names it in every copy: what is imported again under the same one adds nothing."""
    title: str
    created_at: float
    updated_at: float
    messages: tuple[KeptMessage, ...] = ()
    """Parents before their children, siblings in the order in which they were made."""
    head: str | None = None
    """Uuid of the last message of the branch that is shown."""
    choices: ConversationChoices = NO_CHOICES
    tags: tuple[str, ...] = ()
    """Sorted, each once."""
    is_pinned: bool = False
    is_archived: bool = False
    origin: str = ""
    """Which program it was imported from, as `chatgpt`; empty for seeshell's own."""

    def portable(self) -> "KeptConversation":
        """Returns it without what is true here alone: where a private one's pictures lie.

        It is itself where nothing has to be taken out.
        """
        if not any(map(_is_only_here, (part for it in self.messages for part in it.parts))):
            return self
        return replace(
            self,
            messages=tuple(
                replace(message, parts=tuple(map(_portable, message.parts)))
                for message in self.messages
            ),
        )


def _is_only_here(part: Part) -> bool:
    return isinstance(part, Attachment) and bool(part.path)


def _portable(part: Part) -> Part:
    return replace(part, path="") if isinstance(part, Attachment) else part


class DeletedBranch(Struct, frozen=True):
    """A branch of a conversation that was deleted and can be restored."""

    message: int
    """Its first message."""
    parent: int | None
    """The message that this stands below; None for a first one."""
    role: Role
    text: str
    """Of the first message."""
    messages: int
    """How many there are in it."""
    deleted_at: float
    """Seconds since the epoch."""


LibraryOrder = Literal["updated", "created", "title", "messages"]
"""Newest first, or by title from A on; pinned ones come before all others in each."""

Shelf = Literal["current", "archived", "bin"]
"""What is neither archived nor deleted; what is archived; what was deleted within 30 days."""

RESTORE_DAYS: Final = 30
"""How long what was deleted can be restored."""


class LibraryFilter(Struct, frozen=True, omit_defaults=True):
    """Which conversations are wanted; each thing that is said must hold."""

    words: str = ""
    """What the user typed: searched in titles, messages, thoughts and picture names."""
    shelf: Shelf = "current"
    tags: tuple[str, ...] = ()
    """All of them."""
    model: str = ""
    """Part of the display name of a model that answered, in any case."""
    after: float = 0.0
    """Changed at this time or later, in seconds since the epoch; 0 for any."""
    before: float = 0.0
    """Changed earlier than this; 0 for any."""
    has_picture: bool = False
    is_pinned: bool = False
    picture: str = ""
    """Key, or sha256 of the file, of a picture that must be in it; empty for any."""
    is_similar: bool = False
    """Whether pictures that look like that one count too."""


EVERYTHING = LibraryFilter()


class Labels(NamedTuple):
    """What changes in how lists show a conversation."""

    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    is_pinned: bool | None = None
    """None leaves it as it is."""
    is_archived: bool | None = None


class LibraryRow(Struct, frozen=True):
    """A conversation as a list of many shows it."""

    summary: ConversationSummary
    model: str = ""
    """Display name of the model that answered last; empty for none."""
    turns: int = 0
    """Questions of the branch that is shown."""
    picture: str = ""
    """Key of the first picture; empty for none."""
    deleted_at: float = 0.0
    """When it was deleted, in seconds since the epoch; 0 while it is not."""


class Span(Struct, frozen=True):
    """Where in a text something was found."""

    start: int
    """In characters."""
    end: int


HitPlace = Literal["title", "text", "thoughts", "picture"]
"""What of a conversation holds what was searched for: a `picture` by its name."""


class Hit(Struct, frozen=True):
    """A place that was found."""

    conversation: int
    message: int | None
    """None for one in a title."""
    place: HitPlace
    snippet: str
    """One line of what stands around it."""
    marks: tuple[Span, ...]
    """Where in the snippet the words stand."""
    title: str = ""
    """Of the conversation."""
    created_at: float = 0.0
    """Of the message, else of the conversation."""

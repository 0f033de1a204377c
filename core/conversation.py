"""Values of a conversation: what is stored, what travels, what is shown.

A conversation is a tree: each message has a parent, and the head names the last message of the
branch that is shown. All values are immutable.
"""

from typing import Literal, NamedTuple

from msgspec import Struct

Role = Literal["user", "assistant"]

FinishReason = Literal["stop", "length", "cancelled", "failed"]
"""Why an answer ended: the model was done, the token limit, the user's stop, an error."""


class Attachment(Struct, frozen=True):
    """A picture attached to a user message, identified by the bytes of its file."""

    sha256: str
    """Hexadecimal hash of the file's bytes; also the name of its copy in the store."""
    name: str
    """The file's name where it was picked, for display only."""
    width: int
    """Pixels across, after EXIF orientation."""
    height: int
    """Pixels down, after EXIF orientation."""
    model_width: int = 0
    """Pixels across as the model sees it, within the pixel budget; 0 while no model is loaded."""
    model_height: int = 0
    """Pixels down as the model sees it; 0 while no model is loaded."""
    tokens: int = 0
    """Image tokens it takes in the prompt; 0 while no model is loaded."""


class TurnStats(Struct, frozen=True):
    """What one answer cost: the receipt."""

    prompt_tokens: int = 0
    """Tokens of the whole prompt, image tokens included."""
    reused_tokens: int = 0
    """Of these, tokens whose KV was resident."""
    prefilled_tokens: int = 0
    """Of these, tokens computed for this turn."""
    generated_tokens: int = 0
    """Tokens of the answer, the end token included."""
    images_encoded: int = 0
    """Pictures that went through the vision tower for this turn."""
    images_reused: int = 0
    """Pictures of the prompt that did not."""
    ttft: float = 0.0
    """Seconds from the start of the turn to its first token."""
    prompt_tps: float = 0.0
    """Prefilled tokens a second."""
    generation_tps: float = 0.0
    """Generated tokens a second after the first."""
    peak_bytes: int = 0
    """Peak memory of the engine during the turn."""
    recomputed: str = ""
    """Why something that an earlier turn had computed was computed again; empty if nothing was."""
    ended_early: str = ""
    """Why the answer ended before the model was done or the token limit reached; empty if not."""


class Message(Struct, frozen=True):
    """One message of a conversation."""

    id: int
    parent_id: int | None
    """The message before it in its branch; None for the first one."""
    role: Role
    text: str
    created_at: float
    """Seconds since the epoch."""
    attachments: tuple[Attachment, ...] = ()
    """Pictures, shown and sent before the text."""
    model: str = ""
    """Name of the model that answered; empty for user messages."""
    finish_reason: FinishReason | None = None
    error: str = ""
    """Why the answer failed, one sentence; empty otherwise."""
    stats: TurnStats | None = None
    siblings: tuple[int, ...] = ()
    """Ids of all messages with the same parent, this one included, oldest first."""

    @property
    def is_open(self) -> bool:
        """Whether this is an answer that is still being given."""
        return self.role == "assistant" and not self.finish_reason and not self.error


class StartedTurn(NamedTuple):
    """A question on disk with the answer that was opened below it."""

    conversation: int
    question: Message
    answer: Message
    """Still empty."""
    head_before: int | None
    """Message that the conversation's head named before; None if the turn made the conversation."""
    updated_before: float
    """When the conversation had changed last before."""


class ConversationSummary(Struct, frozen=True):
    """A conversation as a list shows it."""

    id: int
    title: str
    """The user's title, else the start of the first message; one line."""
    created_at: float
    updated_at: float
    message_count: int
    """Messages of all branches, the ones that are not shown included."""


class Conversation(Struct, frozen=True):
    """A conversation with the messages of the branch that its head names, oldest first."""

    summary: ConversationSummary
    messages: tuple[Message, ...] = ()

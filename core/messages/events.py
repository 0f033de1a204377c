"""What the core tells its clients: replies to requests, and events of its own."""

from typing import Literal

from msgspec import field

from ..conversation import Conversation, ConversationSummary, Message
from ..generation_options import ConversationChoices
from .event import Event
from .library_events import LibraryEvent
from .model_events import ModelEvent
from .picture_events import PictureEvent
from .queue_events import QueueEvent
from .roll_events import RollEvent


class Welcome(Event, frozen=True):
    """The connection is open."""

    version: str
    pid: int
    protocol: int = 0
    """The core's `PROTOCOL`."""
    data_dir: str = ""
    """Where the core's conversations lie."""


class Refused(Event, frozen=True):
    """The request was not carried out and changed nothing."""

    error: str
    """Class name in `core.errors`."""
    sentence: str
    """What went wrong and what to do."""


class Done(Event, frozen=True):
    """The request was carried out."""


EngineState = Literal[
    "unloaded", "fetching", "loading", "ready", "prefilling", "decoding", "failed"
]
"""What the engine does; `unloaded` where the next turn loads the model that is wanted."""


class CoreStatus(Event, frozen=True):
    """What the core is doing."""

    version: str
    pid: int
    state: EngineState
    model: str
    """Display name of the model that can answer; without one, what is wanted."""
    is_loaded: bool = False
    """Whether that model can answer."""
    loading: str = ""
    """Source of the model that is being loaded, or is about to be; empty for none."""
    source: str = ""
    """What that model was asked for as."""
    adapter: str = ""
    """Folder of the adapter that it answers with; empty for none."""
    can_think: bool = False
    """Whether its template lets one choose that it thinks before it answers."""
    boxes_in_pixels: bool = False
    """Whether boxes that it writes as JSON count pixels of the picture as it sees it."""
    server: str = ""
    """Host that answers; empty for a model of this machine."""
    model_notice: str = ""
    """What the user should know about the model (the demo's limits); may be empty."""
    context_length: int = 0
    """Tokens of the model's context; 0 while nothing is loaded."""
    context_used: int = 0
    """Tokens of the most recent turn's prompt and answer."""
    active_bytes: int = 0
    """Memory that the engine holds."""
    uptime: float = 0.0
    clients: int = 0
    open_turns: int = 0
    """Turns queued or running, those in paused queues not counted."""
    rolls: int = 0
    """Rolls whose rows are being answered, or wait for turns."""
    answering: int | None = None
    """Conversation whose turn the engine works on; None if on none."""
    waiting: tuple[int, ...] = ()
    """Conversations whose next turns wait for the engine, in the order of their turn."""
    paused: tuple[int, ...] = ()
    """Conversations in which turns wait for `ResumeQueue`."""
    is_preparing: bool = False
    """Whether something is being computed ahead of a turn."""
    prompt_tps: dict[str, float] = field(default_factory=dict)
    """Prompt tokens a second of each model that has answered, as measured last, by its source."""


class ConversationsListed(Event, frozen=True):
    """Conversations, newest first."""

    conversations: tuple[ConversationSummary, ...]


class QuestionsFound(Event, frozen=True):
    """What the user has asked, newest first, each text once."""

    questions: tuple[str, ...]


class ConversationDeleted(Event, frozen=True):
    """A conversation was deleted; it can be restored for a while."""

    conversation: int


class ConversationRestored(Event, frozen=True):
    """A conversation that was deleted is there again."""

    conversation: int


class ConversationOpened(Event, frozen=True):
    """A conversation, to which the client is now subscribed."""

    conversation: Conversation


class ChoicesChanged(Event, frozen=True):
    """A conversation keeps another model, adapter or preset from now on."""

    conversation: int
    choices: ConversationChoices


class TurnStarted(Event, frozen=True):
    """A turn has been taken from the queue: its question has its place, the answer follows.

    Both replace what a client shows below `user_message.parent_id`: an edit has a new message
    there, and an answer given again the message that was there.
    """

    conversation: int
    turn: str
    """The turn's id."""
    user_message: Message
    answer: Message
    """The assistant message, still without parts."""


class Prefilled(Event, frozen=True):
    """How much of the prompt is in the KV cache."""

    conversation: int
    message: int
    """Id of the assistant message."""
    done: int
    """Tokens in the cache, reused ones included."""
    total: int
    """Tokens of the prompt."""
    reused: int


class PictureBegun(Event, frozen=True):
    """The vision tower begins with a picture of the prompt."""

    conversation: int
    message: int
    """Id of the assistant message."""
    number: int
    """From 1, among those that this turn has to place."""
    total: int


class Decoded(Event, frozen=True):
    """How much of the answer is there; told about once a second while the model writes."""

    conversation: int
    message: int
    tokens: int
    tps: float
    """Tokens a second since the last report."""


class Delta(Event, frozen=True):
    """More text of the answer."""

    conversation: int
    message: int
    text: str


class ThoughtsDelta(Event, frozen=True):
    """More of what the model thinks before it answers."""

    conversation: int
    message: int
    text: str


class Waiting(Event, frozen=True):
    """The answer waits for something else than computing; whatever comes next of it ends that."""

    conversation: int
    message: int
    reason: str
    """One sentence for the user."""


class TurnEnded(Event, frozen=True):
    """The answer has ended or was stopped; it is on disk.

    Its `finish_reason` tells whether it is complete, and its `error` what to do if it is none.
    """

    conversation: int
    message: Message


class TurnFailed(Event, frozen=True):
    """The answer failed; what came of it is on disk."""

    conversation: int
    message: Message
    error: str
    """Class name in `core.errors`."""
    sentence: str


class TurnWithdrawn(Event, frozen=True):
    """The turn was refused before anything was computed, as one longer than the model's context.

    It is on disk no longer, and the conversation is as it was before. The pictures can be sent
    again without being attached again.
    """

    conversation: int
    turn: str
    """The turn's id."""
    restored: Conversation | None
    """The conversation again; None if the turn had made it: it is gone."""
    error: str
    """Class name in `core.errors`."""
    sentence: str
    prompt_tokens: int = 0
    """How long the prompt is that does not fit the context; 0 where that is not known, or fits."""
    context_length: int = 0
    """Tokens that fit; 0 as above."""


class Notice(Event, frozen=True):
    """Something that the user should know and that no request brought, as about the settings."""

    sentence: str


class WorkChanged(Event, frozen=True):
    """The engine took up a turn of another conversation, or others wait for it or for the user."""

    answering: int | None
    """Conversation whose turn the engine works on; None if on none."""
    waiting: tuple[int, ...]
    """Conversations whose next turns wait for the engine, in the order of their turn."""
    paused: tuple[int, ...] = ()
    """Conversations in which turns wait for `ResumeQueue`."""


AnyEvent = (
    Welcome
    | Refused
    | Done
    | CoreStatus
    | ConversationsListed
    | QuestionsFound
    | ConversationDeleted
    | ConversationRestored
    | ConversationOpened
    | ChoicesChanged
    | TurnStarted
    | PictureBegun
    | Prefilled
    | Decoded
    | Delta
    | ThoughtsDelta
    | Waiting
    | TurnEnded
    | TurnFailed
    | TurnWithdrawn
    | WorkChanged
    | Notice
    | PictureEvent
    | QueueEvent
    | ModelEvent
    | LibraryEvent
    | RollEvent
)

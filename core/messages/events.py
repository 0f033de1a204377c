"""What the core tells its clients: replies to requests, and events of its own."""

from typing import Literal

from msgspec import Struct

from ..conversation import Attachment, Conversation, ConversationSummary, Message, QueuedTurn
from ..generation_options import ConversationChoices
from .listed_model import ListedModel


class Event(Struct, frozen=True, tag=True, kw_only=True):
    """Base of everything the core sends."""

    reply_to: int = 0
    """Number of the request that this answers; 0 for an event of its own."""


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
    answering: int | None = None
    """Conversation whose turn the engine works on; None if on none."""
    waiting: tuple[int, ...] = ()
    """Conversations whose next turns wait for the engine, in the order of their turn."""
    is_preparing: bool = False
    """Whether something is being computed ahead of a turn."""
    prompt_tps: dict[str, float] = {}
    """Prompt tokens a second of each model that has answered, as measured last, by its source."""


class ConversationsListed(Event, frozen=True):
    """Conversations, newest first."""

    conversations: tuple[ConversationSummary, ...]
    paused: tuple[int, ...] = ()
    """Conversations in which turns wait for `ResumeQueue`, listed or not."""


class QuestionsFound(Event, frozen=True):
    """What the user has asked, newest first, each text once."""

    questions: tuple[str, ...]


class ConversationsChanged(Event, frozen=True):
    """A conversation was added, changed or deleted: lists should be asked for again."""


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


class Attached(Event, frozen=True):
    """A picture is in the store and can be sent."""

    attachment: Attachment
    path: str
    """Where its copy lies."""


class TurnQueued(Event, frozen=True):
    """The turn is on disk and waits for the engine, or for those before it."""

    conversation: int
    turn: QueuedTurn


class QueueChanged(Event, frozen=True):
    """Turns of a conversation were queued, taken, changed, moved, removed, paused or resumed."""

    conversation: int
    queue: tuple[QueuedTurn, ...]
    is_paused: bool


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
    """The engine took up a turn of another conversation, or others wait for it."""

    answering: int | None
    """Conversation whose turn the engine works on; None if on none."""
    waiting: tuple[int, ...]
    """Conversations whose next turns wait for the engine, in the order of their turn."""


class ModelLoading(Event, frozen=True):
    """A model is being fetched or loaded."""

    model: str
    stage: str
    """What is happening, in words."""
    fraction: float = 0.0
    """From 0 to 1 within the stage."""


class ModelLoaded(Event, frozen=True):
    """The model is ready: news to every client, or told to the one that asked for it."""

    model: str
    """Display name."""
    context_length: int
    notice: str = ""
    """What the user should know about the model (the demo's limits); may be empty."""
    source: str = ""
    """What it was asked for as."""
    adapter: str = ""
    """Folder of the adapter that it answers with; empty for none."""
    server: str = ""
    """Host that answers; empty for a model of this machine."""
    reuse: str = ""
    """What it reuses of earlier turns: "full", "text" or "cold"; empty where that is not known."""
    reuse_reason: str = ""
    """Why it does not reuse everything, as a phrase; empty where it does."""
    can_think: bool = False
    """Whether its template lets one choose that it thinks before it answers."""


class ModelFailed(Event, frozen=True):
    """The model could not be loaded; the one before stays if there was one.

    A load that is given up for another one fails for those alone that asked for it.
    """

    model: str
    """What it was asked for as."""
    error: str
    sentence: str


class ModelUnloaded(Event, frozen=True):
    """The model was freed; the next turn that needs it loads it again."""

    source: str
    """What it was asked for as."""


class ModelsListed(Event, frozen=True):
    """The models that are here, those that can't be run included."""

    models: tuple[ListedModel, ...]


AnyEvent = (
    Welcome
    | Refused
    | Done
    | CoreStatus
    | ConversationsListed
    | QuestionsFound
    | ConversationsChanged
    | ConversationDeleted
    | ConversationRestored
    | ConversationOpened
    | ChoicesChanged
    | Attached
    | TurnQueued
    | QueueChanged
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
    | ModelLoading
    | ModelLoaded
    | ModelFailed
    | ModelUnloaded
    | ModelsListed
    | Notice
)

"""Requests and events that cross the core's socket, one JSON document a line.

A client sends `Hello` first. Every request carries a `request` number chosen by the client; the
core answers each with exactly one event that carries the same number in `reply_to`: the reply
named at the request, or `Refused`. All other events have `reply_to` 0 and come when they happen:

    TurnQueued → (Prefilled)* → (Delta)* → TurnEnded | TurnFailed     to its subscribers
    ModelLoading* → ModelLoaded | ModelFailed                         to every client
    ConversationsChanged                                              to every client

A client subscribes to a conversation by opening it or by submitting a turn to it. When a turn is
open, its answer in `ConversationOpened` is empty, and what has happened follows: the newest
`Prefilled`, and the text so far as one `Delta`. A model that is being loaded is reported to a new
client right after `Welcome`. A slow client gets deltas joined, and of progress only the newest.

Pictures never travel: both ends share the disk.
"""

from typing import Literal

import msgspec
from msgspec import Struct

from .conversation import Attachment, Conversation, ConversationSummary, Message


class Request(Struct, frozen=True, tag=True, kw_only=True):
    """Base of everything a client sends."""

    request: int = 0
    """Number that the reply repeats; set by the client when it sends."""


class Hello(Request, frozen=True):
    """Opens the connection. Reply: `Welcome`."""

    version: str
    """seeshell's version on the client's side."""


class GetStatus(Request, frozen=True):
    """Asks what the core is doing. Reply: `CoreStatus`."""


class Shutdown(Request, frozen=True):
    """Ends the core after it has stored everything. Reply: `Done`."""


class ListConversations(Request, frozen=True):
    """Asks for conversations, newest first. Reply: `ConversationsListed`."""

    query: str = ""
    """Words that a title or message must contain; empty for all."""
    limit: int = 500


class OpenConversation(Request, frozen=True):
    """Reads a conversation and subscribes to it. Reply: `ConversationOpened`."""

    conversation: int


class RenameConversation(Request, frozen=True):
    """Gives a conversation a title. Reply: `Done`."""

    conversation: int
    title: str


class DeleteConversation(Request, frozen=True):
    """Deletes a conversation for good; a turn open in it is stopped. Reply: `Done`."""

    conversation: int


class Attach(Request, frozen=True):
    """Copies a picture into the store and checks it. Reply: `Attached`."""

    path: str
    """Absolute path on the disk that both ends share."""
    name: str = ""
    """Name to show instead of the path's last part."""


class SubmitTurn(Request, frozen=True):
    """Stores the user's message and queues its answer. Reply: `TurnQueued`."""

    text: str
    attachments: tuple[str, ...] = ()
    """sha256 of pictures that were attached before, in order."""
    conversation: int | None = None
    """None starts a new conversation."""


class StopTurn(Request, frozen=True):
    """Stops the conversation's open turn, which ends as `cancelled`. Reply: `Done`, after that."""

    conversation: int


class PrepareTurn(Request, frozen=True):
    """Lets the core compute ahead for a turn that may be submitted. Reply: `Done`, at once.

    Sent when a conversation is opened or highlighted, and whenever the pictures of the question
    that is being typed change. A client's newest one replaces those before it, and a turn that it
    submits leaves the wish for a follow-up. Of several clients the newest wish counts.
    """

    conversation: int | None = None
    """None for a conversation that does not exist yet."""
    attachments: tuple[str, ...] = ()
    """sha256 of the pictures attached so far, in order."""


class RegenerateAnswer(Request, frozen=True):
    """Answers a question again, beside the answer that stands. Reply: `TurnQueued`."""

    conversation: int
    message: int | None = None
    """The answer to give again, or its question; None for the last one that is shown."""


class EditQuestion(Request, frozen=True):
    """Asks something else in place of an earlier question, beside it. Reply: `TurnQueued`.

    What followed the earlier question stays on its own branch.
    """

    conversation: int
    message: int
    """The user message that is edited."""
    text: str
    attachments: tuple[str, ...] = ()
    """sha256 of its pictures, in order; those of the earlier question must be named again."""


class ForkConversation(Request, frozen=True):
    """Starts a new conversation with a copy of the branch up to a message.

    Reply: `ConversationOpened` with the new one. Its title tells that it is a fork.
    """

    conversation: int
    message: int


class SwitchBranch(Request, frozen=True):
    """Shows the newest branch that goes through a message. Reply: `ConversationOpened`.

    Other clients that follow the conversation get that too, with `reply_to` 0.
    """

    conversation: int
    message: int


class LoadModel(Request, frozen=True):
    """Switches to a model. Reply: `Done`, at once; `ModelLoading` and its end follow.

    An answer that runs is completed by the model before; turns that wait get the new one. The
    model that is loaded already stays, caches and all, and is reported by `ModelLoaded`.
    """

    model: str
    """A folder (absolute), a Hugging Face repository id, `demo`, or `http://host:port/v1#name`."""


class Event(Struct, frozen=True, tag=True, kw_only=True):
    """Base of everything the core sends."""

    reply_to: int = 0
    """Number of the request that this answers; 0 for an event of its own."""


class Welcome(Event, frozen=True):
    """The connection is open."""

    version: str
    pid: int


class Refused(Event, frozen=True):
    """The request was not carried out and changed nothing."""

    error: str
    """Class name in `core.errors`."""
    sentence: str
    """What went wrong and what to do."""


class Done(Event, frozen=True):
    """The request was carried out."""


EngineState = Literal["unloaded", "loading", "ready", "prefilling", "decoding", "failed"]


class CoreStatus(Event, frozen=True):
    """What the core is doing."""

    version: str
    pid: int
    state: EngineState
    model: str
    """Display name of the model that is loaded or wanted."""
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
    """Turns queued or running."""
    is_preparing: bool = False
    """Whether something is being computed ahead of a turn."""


class ConversationsListed(Event, frozen=True):
    """Conversations, newest first."""

    conversations: tuple[ConversationSummary, ...]


class ConversationsChanged(Event, frozen=True):
    """A conversation was added, changed or deleted: lists should be asked for again."""


class ConversationOpened(Event, frozen=True):
    """A conversation, to which the client is now subscribed."""

    conversation: Conversation


class Attached(Event, frozen=True):
    """A picture is in the store and can be sent."""

    attachment: Attachment
    path: str
    """Where its copy lies."""


class TurnQueued(Event, frozen=True):
    """The user's message is on disk; the answer follows.

    Both replace what a client shows below `user_message.parent_id`: an edit has a new message
    there, and an answer given again the message that was there.
    """

    conversation: int
    user_message: Message
    answer: Message
    """The assistant message, still empty."""


class Prefilled(Event, frozen=True):
    """So much of the prompt is in the KV cache."""

    conversation: int
    message: int
    """Id of the assistant message."""
    done: int
    """Tokens in the cache, reused ones included."""
    total: int
    """Tokens of the prompt."""
    reused: int


class Delta(Event, frozen=True):
    """More text of the answer."""

    conversation: int
    message: int
    text: str


class TurnEnded(Event, frozen=True):
    """The answer is complete, or was stopped; it is on disk."""

    conversation: int
    message: Message


class TurnFailed(Event, frozen=True):
    """The answer failed; what came of it is on disk."""

    conversation: int
    message: Message
    error: str
    """Class name in `core.errors`."""
    sentence: str


class ModelLoading(Event, frozen=True):
    """A model is being fetched or loaded."""

    model: str
    stage: str
    """What is happening, in words."""
    fraction: float = 0.0
    """From 0 to 1 within the stage."""


class ModelLoaded(Event, frozen=True):
    """The model is ready."""

    model: str
    context_length: int
    notice: str = ""
    """What the user should know about the model (the demo's limits); may be empty."""


class ModelFailed(Event, frozen=True):
    """The model could not be loaded; the one before stays if there was one."""

    model: str
    error: str
    sentence: str


AnyRequest = (
    Hello
    | GetStatus
    | Shutdown
    | ListConversations
    | OpenConversation
    | RenameConversation
    | DeleteConversation
    | Attach
    | SubmitTurn
    | StopTurn
    | PrepareTurn
    | RegenerateAnswer
    | EditQuestion
    | ForkConversation
    | SwitchBranch
    | LoadModel
)

AnyEvent = (
    Welcome
    | Refused
    | Done
    | CoreStatus
    | ConversationsListed
    | ConversationsChanged
    | ConversationOpened
    | Attached
    | TurnQueued
    | Prefilled
    | Delta
    | TurnEnded
    | TurnFailed
    | ModelLoading
    | ModelLoaded
    | ModelFailed
)

_encoder = msgspec.json.Encoder()
_request_decoder: msgspec.json.Decoder[AnyRequest] = msgspec.json.Decoder(AnyRequest)
_event_decoder: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)


def encode(frame: Request | Event) -> bytes:
    """Returns the frame as one line of JSON, newline included."""
    return _encoder.encode(frame) + b"\n"


def decode_request(line: bytes) -> AnyRequest:
    """Returns the request on a line.

    Raises:
        msgspec.DecodeError: the line is no request of this version.
    """
    return _request_decoder.decode(line)


def decode_event(line: bytes) -> AnyEvent:
    """Returns the event on a line.

    Raises:
        msgspec.DecodeError: the line is no event of this version.
    """
    return _event_decoder.decode(line)

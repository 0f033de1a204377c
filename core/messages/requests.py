"""What a client asks of the core; each docstring names the reply."""

from msgspec import Struct


class Request(Struct, frozen=True, tag=True, kw_only=True):
    """Base of everything a client sends."""

    request: int = 0
    """Number that the reply repeats; set by the client when it sends."""


class Hello(Request, frozen=True):
    """Opens the connection. Reply: `Welcome`."""

    version: str
    """seeshell's version on the client's side, for display."""
    protocol: int = 0
    """The client's `PROTOCOL`; another one than the core's is refused."""
    window: str = ""
    """Names the client's window, for the pictures that are unsent in it; empty for none."""


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

    Sent when a conversation is opened or highlighted, when an edit begins or ends, and whenever the
    pictures of the question that is being typed change. A client's newest one replaces those before
    it, and a turn that it submits leaves the wish for a follow-up. Of several clients the newest
    wish counts.
    """

    conversation: int | None = None
    """None for a conversation that does not exist yet."""
    attachments: tuple[str, ...] = ()
    """sha256 of the pictures attached so far, in order."""
    edited: int | None = None
    """The user message that is being edited; None for a question that follows all others."""


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

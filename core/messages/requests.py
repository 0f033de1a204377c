"""What a client asks of the core; each docstring names the reply."""

from msgspec import Struct

from ..client_environment import NO_ENVIRONMENT, ClientEnvironment
from ..generation_options import NO_OPTIONS, ConversationChoices, GenerationOptions


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
    environment: ClientEnvironment = NO_ENVIRONMENT
    """How this client reaches servers: counts for what it loads and asks on this connection."""


class GetStatus(Request, frozen=True):
    """Asks what the core is doing. Reply: `CoreStatus`."""


class Shutdown(Request, frozen=True):
    """Ends the core after it has stored everything. Reply: `Done`."""


class ListConversations(Request, frozen=True):
    """Asks for conversations, newest first. Reply: `ConversationsListed`."""

    query: str = ""
    """Words that a title or message must contain; empty for all."""
    limit: int = 500


class FindQuestions(Request, frozen=True):
    """Asks for what the user has asked in any conversation. Reply: `QuestionsFound`."""

    query: str = ""
    """Words that a question must contain; empty for all."""
    limit: int = 200


class OpenConversation(Request, frozen=True):
    """Reads a conversation and subscribes to it. Reply: `ConversationOpened`."""

    conversation: int


class RenameConversation(Request, frozen=True):
    """Gives a conversation a title. Reply: `Done`."""

    conversation: int
    title: str


class DeleteConversation(Request, frozen=True):
    """Deletes a conversation; a turn open in it is stopped. Reply: `Done`.

    It is hidden at once, and its KV and spills are gone when the reply comes. What is stored of it
    stays for a while, in which `RestoreConversation` takes the deletion back.
    """

    conversation: int


class RestoreConversation(Request, frozen=True):
    """Takes the deletion of a conversation back. Reply: `Done`."""

    conversation: int


class Attach(Request, frozen=True):
    """Copies a picture into the store and checks it. Reply: `Attached`."""

    path: str
    """Absolute path on the disk that both ends share."""
    name: str = ""
    """Name to show instead of the path's last part."""
    pixel_budget: int = 0
    """Most image tokens that it is measured with; what it is sent with, the turn's options say."""


class ClaimPictures(Request, frozen=True):
    """Says which pictures are unsent in the client's window. Reply: `Done`.

    They stay in the store, whatever is deleted, until the window claims others or has not been
    heard of for long. Attaching claims a picture too.
    """

    pictures: tuple[str, ...] = ()
    """sha256 of each, in place of all that the window claimed before."""


class SubmitTurn(Request, frozen=True):
    """Stores the user's message and queues its turn. Reply: `TurnQueued`.

    Sent again under the same `turn`, as after a lost reply, it is stored once.
    """

    text: str
    attachments: tuple[str, ...] = ()
    """sha256 of pictures that were attached before, in order."""
    conversation: int | None = None
    """None starts a new conversation."""
    turn: str = ""
    """Id that the client has made for the turn; where it is empty the core makes one."""
    options: GenerationOptions = NO_OPTIONS
    """How the answer is to be given, before all that the conversation's preset says."""
    choices: ConversationChoices | None = None
    """What the conversation keeps from this turn on; None leaves it as it is."""


class StopTurn(Request, frozen=True):
    """Stops the conversation's turn, which ends as `cancelled`. Reply: `Done`, after that.

    That is the open turn, else the one that was about to be taken. What else is queued is paused.
    """

    conversation: int


class EditQueued(Request, frozen=True):
    """Replaces text and pictures of a queued question. Reply: `Done`."""

    conversation: int
    turn: str
    text: str
    attachments: tuple[str, ...] = ()


class MoveQueued(Request, frozen=True):
    """Puts a queued turn before another one of its conversation. Reply: `Done`."""

    conversation: int
    turn: str
    before: str | None = None
    """Id of the other turn; None for the end."""


class RemoveQueued(Request, frozen=True):
    """Takes a turn out of the queue, and its question out of the store. Reply: `Done`."""

    conversation: int
    turn: str


class ResumeQueue(Request, frozen=True):
    """Lets the queued turns of a conversation be computed that were paused. Reply: `Done`.

    They are after a stopped or failed turn, and when a core starts.
    """

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
    choices: ConversationChoices | None = None
    """What the turn will have its conversation keep; None leaves that as it is."""


class RegenerateAnswer(Request, frozen=True):
    """Answers a question again, beside the answer that stands. Reply: `TurnQueued`.

    It comes before what is paused in the conversation's queue, which is resumed behind it.
    """

    conversation: int
    message: int | None = None
    """The answer to give again, or its question; None for the last one that is shown."""
    turn: str = ""
    """As in `SubmitTurn`."""
    options: GenerationOptions = NO_OPTIONS
    """How the answer is to be given, before all that the conversation's preset says."""


class EditQuestion(Request, frozen=True):
    """Asks something else in place of an earlier question, beside it. Reply: `TurnQueued`.

    What followed the earlier question stays on its own branch. As for `RegenerateAnswer`, it comes
    before what is paused.
    """

    conversation: int
    message: int
    """The user message that is edited."""
    text: str
    attachments: tuple[str, ...] = ()
    """sha256 of its pictures, in order; those of the earlier question must be named again."""
    turn: str = ""
    """As in `SubmitTurn`."""
    options: GenerationOptions = NO_OPTIONS
    """How the answer is to be given, before all that the conversation's preset says."""


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


class ChooseForConversation(Request, frozen=True):
    """Says which model, adapter and preset a conversation keeps. Reply: `Done`.

    They count from its next turn on; those who follow it get `ChoicesChanged`.
    """

    conversation: int
    choices: ConversationChoices


class LeaveOut(Request, frozen=True):
    """Leaves messages or pictures out of later prompts, or takes them in again.

    Reply: `ConversationOpened`, which other clients that follow the conversation get too.
    """

    conversation: int
    messages: tuple[int, ...] = ()
    """Ids of questions, or of their answers: they go together."""
    pictures: tuple[tuple[int, int], ...] = ()
    """Ids of messages, each with the index of one of its pictures."""
    is_left_out: bool = True
    """False to take them in again."""


class CorrectAnswer(Request, frozen=True):
    """Stores an answer by the user's hand beside one that a model gave, and shows it.

    Reply: `ConversationOpened`, which other clients that follow the conversation get too.
    """

    conversation: int
    message: int
    """The answer that is corrected."""
    text: str


class LoadModel(Request, frozen=True):
    """Switches to a model. Reply: `Done`, at once; `ModelLoading` and its end follow.

    An answer that runs is completed by the model before; turns that wait get the new one. The
    model that is loaded already stays, caches and all, and is reported by `ModelLoaded`.
    """

    model: str
    """A folder (absolute), a Hugging Face repository id, `demo`, or `http://host:port/v1#name`."""
    adapter: str = ""
    """Folder of a LoRA adapter (absolute) for it; empty for none."""


class ListModels(Request, frozen=True):
    """Asks which models are here. Reply: `ModelsListed`."""


class CancelLoad(Request, frozen=True):
    """Gives up the model that is being downloaded or loaded. Reply: `Done`; `ModelFailed` follows.

    What was downloaded stays. Turns that wait for that model are paused.
    """


class UnloadModel(Request, frozen=True):
    """Frees the model and keeps the core; the next turn loads it again. Reply: `Done`, after that.

    A load under way is given up. Refused while an answer is given or waits.
    """


AnyRequest = (
    Hello
    | GetStatus
    | Shutdown
    | ListConversations
    | FindQuestions
    | OpenConversation
    | RenameConversation
    | DeleteConversation
    | RestoreConversation
    | Attach
    | ClaimPictures
    | SubmitTurn
    | StopTurn
    | EditQueued
    | MoveQueued
    | RemoveQueued
    | ResumeQueue
    | PrepareTurn
    | RegenerateAnswer
    | EditQuestion
    | ForkConversation
    | SwitchBranch
    | ChooseForConversation
    | LeaveOut
    | CorrectAnswer
    | ListModels
    | LoadModel
    | CancelLoad
    | UnloadModel
)

"""What a client asks of the core; each docstring names the reply."""

from ..client_environment import NO_ENVIRONMENT, ClientEnvironment
from ..generation_options import NO_OPTIONS, ConversationChoices, GenerationOptions
from ..picture_detail import PictureDetail
from .library_requests import LibraryRequest
from .model_requests import ModelRequest
from .picture_requests import PictureRequest
from .queue_requests import QueueRequest
from .request import Request
from .roll_requests import RollRequest


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


class LeavePrivate(Request, frozen=True):
    """Ends the private conversations that this client has open, and no other one. Reply: `Done`.

    Sent when a window is left; nothing is left of them when the reply comes, nor of private
    pictures that were not sent. A client that goes without it has five minutes to come back.
    """


class RestoreConversation(Request, frozen=True):
    """Takes the deletion of a conversation back. Reply: `Done`."""

    conversation: int


class SubmitTurn(Request, frozen=True):
    """Stores the user's message and queues its turn. Reply: `TurnQueued`.

    Sent again under the same `turn`, as after a lost reply, it is stored once.
    """

    text: str
    """`@2` in it stands for the second picture, which the model gets there; the pictures that it
    does not name so come before it. So too where a question is edited."""
    attachments: tuple[str, ...] = ()
    """Keys of pictures that were attached before, in order."""
    details: tuple[PictureDetail, ...] = ()
    """How finely each of them is to be seen, in order; normal for those that it does not reach."""
    conversation: int | None = None
    """None starts a new conversation."""
    turn: str = ""
    """Id that the client has made for the turn; where it is empty the core makes one."""
    options: GenerationOptions = NO_OPTIONS
    """How the answer is to be given, before all that the conversation's preset says."""
    choices: ConversationChoices | None = None
    """What the conversation keeps from this turn on; None leaves it as it is."""
    is_private: bool = False
    """Whether the conversation that it starts never touches the disk."""


class StopTurn(Request, frozen=True):
    """Stops the conversation's turn, which ends as `cancelled`. Reply: `Done`, after that.

    That is the open turn, else the one that was about to be taken. What else is queued is paused.
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
    """Keys of the pictures attached so far, in order."""
    details: tuple[PictureDetail, ...] = ()
    """As in `SubmitTurn`."""
    edited: int | None = None
    """The user message that is being edited; None for a question that follows all others."""
    choices: ConversationChoices | None = None
    """What the turn will have its conversation keep; None leaves that as it is."""
    is_private: bool = False
    """Whether the conversation that it would start is a private one."""


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
    """Keys of its pictures, in order; those of the earlier question must be named again."""
    details: tuple[PictureDetail, ...] = ()
    """As in `SubmitTurn`."""
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


AnyRequest = (
    Hello
    | GetStatus
    | Shutdown
    | ListConversations
    | FindQuestions
    | OpenConversation
    | RenameConversation
    | DeleteConversation
    | LeavePrivate
    | RestoreConversation
    | SubmitTurn
    | StopTurn
    | PrepareTurn
    | RegenerateAnswer
    | EditQuestion
    | ForkConversation
    | SwitchBranch
    | ChooseForConversation
    | LeaveOut
    | CorrectAnswer
    | PictureRequest
    | QueueRequest
    | ModelRequest
    | LibraryRequest
    | RollRequest
)

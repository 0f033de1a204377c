"""What a `ChatSession` tells the screen: facts in the order in which they happened.

SessionEvent
├── ConversationShown    another conversation, or a new one, is on screen
├── AnswerStarted        a question has its place and its answer follows
├── AnswerGrew           more text of an answer
├── ThoughtsGrew         more of what the model thinks before it answers
├── AnswerWaits          an answer waits for a server, or does no longer
├── AnswerProgressed     something else is being done for the answer, or for the next one
├── AnswerEnded          an answer is complete, was stopped or failed
├── QueueShown           other turns wait in the conversation, or it was paused or resumed
├── ModelChanged         the core's model, what becomes of it, or whom it serves
├── PresetChanged        another preset counts for the conversation on screen
├── DecisionsChanged     something is to be decided, or no longer
├── DraftShown           an edit begins, or ends and what was unsent before is back
├── DraftChanged         the pictures or the messages on their way changed
├── FetchProgressed      a picture comes from the web, or has come
├── TextReturned         a text could not be sent, or was inherited, and is in the prompt
├── AnswerEndedUnseen    an answer ended in another conversation
├── ConversationsFound   the sidebar's list, asked for or changed
├── LibraryShown         the library's list, asked for or changed
├── RollProgressed       the roll that the window follows is another one, or has changed
├── NoticeTold           something that the user should know, once
│   └── RequestRefused   something the user asked for was not done
│       └── QuestionRefused  a question was not sent or not kept, which is to be decided about
└── CoreLost             the core died, can't be reached or is of another version
"""

from typing import ClassVar, Literal

from msgspec import Struct

from ...core.conversation import Conversation, ConversationSummary, Message, Queue
from ...core.errors import SeeshellError
from ...core.kept import LibraryRow
from ...core.messages.picture_events import PictureFetching
from .answer_progress import AnswerProgress
from .draft import Draft
from .found_place import FoundPlace
from .listed_conversations import ListedConversation
from .model_status import ModelStatus


class SessionEvent(Struct, frozen=True):
    """Base of everything a session tells."""


class ConversationShown(SessionEvent, frozen=True):
    """Another conversation is on screen."""

    conversation: Conversation | None
    """None for a new one that nothing was sent to."""
    draft: Draft
    message: int | None = None
    """Message to have in view; None for the end."""
    found: FoundPlace | None = None
    """What a search has found there, to have in view and marked."""


class AnswerStarted(SessionEvent, frozen=True):
    """A question has its place in the conversation; the answer follows."""

    question: Message
    answer: Message
    turn: str = ""
    """Id of the turn, made by the client that asked."""


class AnswerGrew(SessionEvent, frozen=True):
    """More text of an answer."""

    message: int
    text: str


class ThoughtsGrew(SessionEvent, frozen=True):
    """More of what the model thinks before it answers."""

    message: int
    text: str


class AnswerWaits(SessionEvent, frozen=True):
    """The answer waits for something else than computing, or does no longer."""

    message: int
    reason: str
    """One sentence; empty when the wait is over."""


class AnswerProgressed(SessionEvent, frozen=True):
    """Something else is being done for the open answer, or for the one that comes next."""

    progress: AnswerProgress


class AnswerEnded(SessionEvent, frozen=True):
    """The answer is complete, was stopped or failed."""

    answer: Message
    error: str = ""
    """Class name in `core.errors` where it failed; empty where it did not."""


class QueueShown(SessionEvent, frozen=True):
    """What waits in the conversation on screen."""

    queue: Queue


class ModelChanged(SessionEvent, frozen=True):
    """The core's model, what becomes of it, or whom it serves."""

    status: ModelStatus


class PresetChanged(SessionEvent, frozen=True):
    """Another preset counts for the conversation on screen."""

    name: str
    """Empty where none does."""
    pixel_budget: int = 0
    """Most image tokens of a picture that is sent with it; 0 for what the settings say."""


class DecisionsChanged(SessionEvent, frozen=True):
    """Something is to be decided, or no longer: see `ChatSession.decisions`."""


class DraftShown(SessionEvent, frozen=True):
    """Something else of the same conversation is in the prompt."""

    draft: Draft


class DraftChanged(SessionEvent, frozen=True):
    """The pictures or the messages on their way to the core changed."""

    draft: Draft


class FetchProgressed(SessionEvent, frozen=True):
    """A picture of the prompt is being fetched, or is no longer."""

    fetching: PictureFetching
    """How far it is, as the core tells."""


class TextReturned(SessionEvent, frozen=True):
    """A text could not be sent, or an earlier window left it: it stands in the draft."""

    draft: Draft
    """Of the conversation for which it was typed; its text has changed."""
    text: str


class AnswerEndedUnseen(SessionEvent, frozen=True):
    """An answer ended in a conversation that is not on screen."""

    conversation: int


class ConversationsFound(SessionEvent, frozen=True):
    """Of the conversations that the filter lets through those near the view, in their order."""

    conversations: tuple[ListedConversation, ...]
    changed: tuple[LibraryRow, ...] = ()
    """Conversations of which something has changed, listed or not."""

    @property
    def summaries(self) -> tuple[ConversationSummary, ...]:
        """What is stored of all of them."""
        listed = [row.summary for row in self.conversations]
        return (*listed, *(row.summary for row in self.changed))


class LibraryShown(SessionEvent, frozen=True):
    """What the library lists is something else, or is to be shown otherwise."""


class RollProgressed(SessionEvent, frozen=True):
    """The roll that the window follows is another one, is gone, or has changed."""

    row: int | None
    """Position of the row that has changed; None where more than that may have."""


class NoticeTold(SessionEvent, frozen=True):
    """Something that the user should know, as where text and pictures are sent."""

    severity: ClassVar[Literal["information", "warning"]] = "information"

    sentence: str

    @property
    def seconds(self) -> float:
        """How long it stays to be read, at 20 characters a second."""
        return max(5.0, len(self.sentence) / 20)


class RequestRefused(NoticeTold, frozen=True):
    """Something the user asked for was not done."""

    severity: ClassVar[Literal["information", "warning"]] = "warning"


class QuestionRefused(RequestRefused, frozen=True):
    """A question was not sent or not kept: `ChatSession.decisions` holds why until it is."""


class CoreLost(SessionEvent, frozen=True):
    """The core died, can't be reached, or is of another version."""

    error: SeeshellError

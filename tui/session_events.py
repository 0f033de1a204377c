"""What a `ChatSession` tells the screen: facts in the order in which they happened.

SessionEvent
├── ConversationShown    another conversation, or a new one, is on screen
├── TurnStarted          a user message is on disk and its answer follows
├── AnswerGrew           more text of an answer
├── AnswerEnded          an answer is complete, was stopped or failed
├── StatusChanged        what the status bar tells changed
├── DraftShown           an edit begins, or ends and what was unsent before is back
├── DraftChanged         the pictures or the waiting messages changed
├── TextReturned         a text could not be sent and goes back into the prompt
├── ConversationsFound   the sidebar's list, asked for or changed
├── RequestRefused       something the user asked for was not done
└── CoreLost             the core died, can't be reached or is of another version
"""

from dataclasses import dataclass

from textual.message import Message as TextualMessage

from ..core.conversation import Conversation, ConversationSummary, Message
from ..core.errors import SeeshellError
from .chat_status import ChatStatus
from .draft import Draft


class SessionEvent(TextualMessage):
    """Base of everything a session tells."""


@dataclass
class ConversationShown(SessionEvent):
    """Another conversation is on screen."""

    conversation: Conversation | None
    """None for a new one that nothing was sent to."""
    draft: Draft
    message: int | None = None
    """Message to have in view; None for the end."""
    takes_typed: bool = False
    """Whether what was typed until now belongs to it."""


@dataclass
class TurnStarted(SessionEvent):
    """The user's message is on disk; the answer follows."""

    user_message: Message
    answer: Message


@dataclass
class AnswerGrew(SessionEvent):
    """More text of an answer."""

    message: int
    text: str


@dataclass
class AnswerEnded(SessionEvent):
    """The answer is complete, was stopped or failed."""

    answer: Message


@dataclass
class StatusChanged(SessionEvent):
    """What the status bar tells changed."""

    status: ChatStatus


@dataclass
class DraftShown(SessionEvent):
    """Something else of the same conversation is in the prompt."""

    draft: Draft
    takes_typed: bool = False
    """Whether what was typed until now belongs to this one: the one before was sent."""


@dataclass
class DraftChanged(SessionEvent):
    """The pictures or the waiting messages changed."""

    draft: Draft


@dataclass
class TextReturned(SessionEvent):
    """A text could not be sent and goes back into the prompt."""

    draft: Draft
    """Of the conversation for which it was typed."""
    text: str


@dataclass
class ConversationsFound(SessionEvent):
    """The conversations that the filter lets through, newest first."""

    conversations: tuple[ConversationSummary, ...]


@dataclass
class RequestRefused(SessionEvent):
    """Something the user asked for was not done."""

    sentence: str


@dataclass
class CoreLost(SessionEvent):
    """The core died, can't be reached, or is of another version."""

    error: SeeshellError

"""The turns of the conversation on screen: the open answer, and those that wait."""

from ...core.conversation import Conversation, Message, Queue, QueuedTurn
from ...core.messages.events import (
    AnyEvent,
    Delta,
    Prefilled,
    QueueChanged,
    ThoughtsDelta,
    TurnEnded,
    TurnFailed,
    TurnStarted,
    TurnWithdrawn,
    Waiting,
)
from ...core.messages.requests import MoveQueued, ResumeQueue
from .core_link import CoreLink, Post
from .events import AnswerEnded, AnswerGrew, AnswerStarted, AnswerWaits, QueueShown

TurnEvent = (
    QueueChanged
    | TurnStarted
    | Prefilled
    | Waiting
    | ThoughtsDelta
    | Delta
    | TurnEnded
    | TurnFailed
    | TurnWithdrawn
)
"""An event that belongs to one conversation."""


class ShownTurns:
    """What the core told last, and what the user wants done to the queue."""

    def __init__(self, link: CoreLink, post: Post) -> None:
        self._link = link
        self._post = post
        self._queue = Queue()
        self.has_messages = False
        """Whether there are any that are not queued."""
        self.last_model = ""
        """Display name of the model that gave the newest answer; empty if there is none."""
        self._is_waiting = False
        self.is_answering = False
        """Whether there is an open answer."""

    @property
    def queued(self) -> tuple[QueuedTurn, ...]:
        """The turns that wait, in the order in which they will be taken."""
        return self._queue.turns

    @property
    def are_paused(self) -> bool:
        """Whether there are turns that wait for the user."""
        return bool(self.queued) and self._queue.is_paused

    @property
    def are_due(self) -> bool:
        """Whether there are turns that wait for the engine only."""
        return bool(self.queued) and not self._queue.is_paused

    @property
    def can_stop(self) -> bool:
        """Whether something is being computed, or about to be."""
        return self.is_answering or self.are_due

    @property
    def are_none(self) -> bool:
        """Whether there is none at all, as in no conversation that is stored."""
        return not self.queued and not self.has_messages

    def are_only(self, turn: QueuedTurn) -> bool:
        """Whether a queued turn is all that there is in the conversation."""
        return self.queued == (turn,) and not self.has_messages

    def show(self, conversation: Conversation | None) -> None:
        """Takes up another conversation, or another branch; None is a new one."""
        messages = conversation.messages if conversation else ()
        self.has_messages = bool(messages)
        self.last_model = next((it.model for it in reversed(messages) if it.model), "")
        self._is_waiting = False
        self.is_answering = bool(messages) and messages[-1].is_open
        self._show_queue(
            Queue(conversation.queue, conversation.is_paused) if conversation else Queue()
        )

    def note(self, event: AnyEvent) -> None:
        """Tells the screen what an event of this conversation changes."""
        match event:
            case QueueChanged(queue=turns, is_paused=is_paused):
                self._show_queue(Queue(turns, is_paused))
            case TurnStarted(user_message=question, answer=answer):
                self._start(question, answer)
            case Waiting(message=message, reason=reason):
                self._is_waiting = True
                self._post(AnswerWaits(message, reason))
            case Prefilled(message=message) | ThoughtsDelta(message=message) if self._is_waiting:
                self._is_waiting = False
                self._post(AnswerWaits(message, ""))
            case Delta(message=message, text=text):
                self._post(AnswerGrew(message, text))
            case TurnEnded(message=message) | TurnFailed(message=message):
                self.is_answering = False
                self.last_model = message.model
                self._post(AnswerEnded(message))

    def find(self, turn: str | None) -> QueuedTurn | None:
        """Returns a queued turn by its id, or the last one for None; None if it waits no longer."""
        found = [it for it in self.queued if turn in (it.id, None)]
        return found[-1] if found else None

    async def resume(self, conversation: int) -> None:
        """Has the turns computed that were paused."""
        await self._link.ask(ResumeQueue(conversation=conversation))

    async def put_first(self, conversation: int, turn: str) -> None:
        """Has a queued turn taken before all others."""
        first = self.queued[0].id if self.queued else turn
        if first != turn:
            await self._link.ask(MoveQueued(conversation=conversation, turn=turn, before=first))

    async def put_last(self, conversation: int, turn: str) -> None:
        """Has a queued turn taken after all others."""
        await self._link.ask(MoveQueued(conversation=conversation, turn=turn))

    def _start(self, question: Message, answer: Message) -> None:
        """Shows a turn that was taken; one that has ended already only where it is the first."""
        if answer.is_open or not self.has_messages:
            self.is_answering = answer.is_open
            self.has_messages = True
            self._post(AnswerStarted(question, answer))

    def _show_queue(self, queue: Queue) -> None:
        if queue != self._queue:
            self._queue = queue
            self._post(QueueShown(queue))

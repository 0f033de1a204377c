"""Follows the turns of one conversation: the core's events in, what they change out."""

import time

from ...core.conversation import Conversation, Message, Queue, QueuedTurn, TurnStats
from ...core.leaving_out import count_freed
from ...core.messages.events import (
    AnyEvent,
    Decoded,
    Delta,
    PictureBegun,
    Prefilled,
    ThoughtsDelta,
    TurnEnded,
    TurnFailed,
    TurnStarted,
    TurnWithdrawn,
    Waiting,
)
from ...core.messages.queue_events import QueueChanged
from .answer_progress import AnswerProgress
from .core_link import Post
from .events import (
    AnswerEnded,
    AnswerGrew,
    AnswerProgressed,
    AnswerStarted,
    AnswerWaits,
    QueueShown,
    ThoughtsGrew,
)

TurnEvent = (
    QueueChanged
    | TurnStarted
    | PictureBegun
    | Prefilled
    | Decoded
    | Waiting
    | ThoughtsDelta
    | Delta
    | TurnEnded
    | TurnFailed
    | TurnWithdrawn
)
"""An event that belongs to one conversation."""


class ShownTurns:
    """What the core told last of a conversation's turns.

    The app follows the conversation on screen with it, and `seeshell ask` the one that it asks in.
    """

    def __init__(self, post: Post) -> None:
        self._post = post
        self._queue = Queue()
        self.has_messages = False
        """Whether there are any that are not queued."""
        self.last_model = ""
        """Display name of the model that gave the newest answer; empty if there is none."""
        self.stats: TurnStats | None = None
        """Of the newest answer that has any."""
        self.freed_tokens = 0
        """About how many tokens of the context that answer took more than are taken now."""
        self._is_waiting = False
        self.is_answering = False
        """Whether there is an open answer."""
        self.progress = AnswerProgress()
        """What is being done for the open answer, or for the one that comes next."""

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
        self.stats = next((it.stats for it in reversed(messages) if it.stats), None)
        self.freed_tokens = count_freed(messages)
        self._is_waiting = False
        self._set_progress(AnswerProgress())
        self.is_answering = bool(messages) and messages[-1].is_open
        if self.is_answering:
            self._begin(messages[-1])
        self._show_queue(
            Queue(conversation.queue, conversation.is_paused) if conversation else Queue()
        )

    def note_break(self) -> None:
        """Takes in that nothing more is heard: what is computed now is not known."""
        self.is_answering = False
        self._set_progress(AnswerProgress())

    def note(self, event: AnyEvent) -> None:
        """Tells the screen what an event of this conversation changes."""
        self._set_progress(self.progress.after(event))
        match event:
            case QueueChanged(queue=turns, is_paused=is_paused):
                self._show_queue(Queue(turns, is_paused))
            case TurnStarted():
                self._start(event)
            case Waiting(message=message, reason=reason):
                self._is_waiting = True
                self._post(AnswerWaits(message, reason))
            case Prefilled(message=message):
                self._end_waiting(message)
            case ThoughtsDelta(message=message, text=text):
                self._end_waiting(message)
                self._post(ThoughtsGrew(message, text))
            case Delta(message=message, text=text):
                self._post(AnswerGrew(message, text))
            case TurnEnded(message=message):
                self._end(message)
            case TurnFailed(message=message, error=error):
                self._end(message, error)

    def find(self, turn: str | None) -> QueuedTurn | None:
        """Returns a queued turn by its id, or the last one for None; None if it waits no longer."""
        found = [it for it in self.queued if turn in (it.id, None)]
        return found[-1] if found else None

    def _start(self, event: TurnStarted) -> None:
        """Shows a turn that was taken; one that has ended already only where it is the first."""
        answer = event.answer
        if answer.is_open or not self.has_messages:
            self.is_answering = answer.is_open
            self.has_messages = True
            self._post(AnswerStarted(event.user_message, answer, event.turn))
            if answer.is_open:
                self._begin(answer)

    def _begin(self, answer: Message) -> None:
        self._set_progress(AnswerProgress("starting", answer.created_at or time.time()))

    def _end(self, message: Message, error: str = "") -> None:
        self.is_answering = False
        self.last_model = message.model
        if message.stats:
            self.stats = message.stats
            self.freed_tokens = 0
        self._set_progress(AnswerProgress())
        self._post(AnswerEnded(message, error))
        self._await_turn()

    def _end_waiting(self, message: int) -> None:
        if self._is_waiting:
            self._is_waiting = False
            self._post(AnswerWaits(message, ""))

    def _show_queue(self, queue: Queue) -> None:
        if queue != self._queue:
            self._queue = queue
            self._post(QueueShown(queue))
        self._await_turn()

    def _await_turn(self) -> None:
        """Counts the wait for the engine from when nothing else is done in the conversation."""
        if not self.is_answering and (self.progress.step == "queued") != self.are_due:
            queued = AnswerProgress("queued", time.time())
            self._set_progress(queued if self.are_due else AnswerProgress())

    def _set_progress(self, progress: AnswerProgress) -> None:
        if progress != self.progress:
            self.progress = progress
            self._post(AnswerProgressed(progress))

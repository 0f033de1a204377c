"""One turn as `seeshell ask` shows it: its wait, its text, and the core's news meanwhile."""

from collections import deque
from collections.abc import AsyncIterator

from ...core.conversation import Message, TurnStats
from ...core.errors import CoreDied
from ...core.ipc.client import CoreClient
from ...core.messages.events import AnyEvent, TurnWithdrawn
from ...core.messages.queue_events import TurnQueued
from ...core.messages.queue_requests import ResumeQueue
from ..session.answer_progress import AnswerProgress
from ..session.events import (
    AnswerEnded,
    AnswerGrew,
    AnswerProgressed,
    AnswerStarted,
    AnswerWaits,
    QueueShown,
    SessionEvent,
    ThoughtsGrew,
)
from ..session.shown_turns import ShownTurns, TurnEvent
from ..status_words import progress_words, queue_words
from .core_news import CoreNews
from .output import Output

_NEVER_ASKED = AnswerEnded(
    Message(0, None, "assistant", (), 0.0, finish_reason="cancelled", stats=TurnStats())
)
"""The end of a turn that was taken out of its queue."""


class FollowedTurn(CoreNews):
    """Shows what becomes of one turn; the session room says what that is."""

    def __init__(self, client: CoreClient, output: Output) -> None:
        super().__init__(output)
        self._client = client
        self.events: AsyncIterator[AnyEvent] = client.events()
        """Of the core, to be read before the turn is followed."""
        self.started: AnswerStarted | None = None
        """None until the turn is taken from its queue."""
        self.text: list[str] = []
        """Of the answer, as far as it has come."""
        self.thoughts: list[str] = []
        self._facts: deque[SessionEvent] = deque()
        """What became of the conversation's turns, and is not shown yet."""
        self._turns = ShownTurns(self._facts.append)
        self._was_queued = False

    def begin_again(self) -> None:
        """Forgets the turn, which is asked once more."""
        self.started = None
        self.text, self.thoughts = [], []
        self._facts.clear()
        self._turns = ShownTurns(self._facts.append)
        self._was_queued = False

    async def follow(self, turn: TurnQueued) -> AnswerEnded | TurnWithdrawn:
        """Shows everything until the turn is over."""
        async for event in self.events:
            if isinstance(event, TurnWithdrawn) and event.turn == turn.turn.id:
                return event
            if isinstance(event, TurnEvent):
                if event.conversation == turn.conversation:
                    self._turns.note(event)
            else:
                self.show_news(event)
                if self.started is None:
                    self._show_place(turn)
            while self._facts:
                end = await self._take_in(turn, self._facts.popleft())
                if end is not None:
                    return end
        raise CoreDied("The core closed the connection before the answer was complete.")

    async def _take_in(self, turn: TurnQueued, fact: SessionEvent) -> AnswerEnded | None:
        """Shows what a fact says of the turn; returns the end of its answer if it is that."""
        match fact:
            case QueueShown() if self.started is None:
                if not await self._wait_in_queue(turn):
                    return _NEVER_ASKED
            case AnswerStarted(turn=turn.turn.id):
                self.started = fact
            case AnswerProgressed(progress=progress):
                self._show_progress(progress)
            case AnswerWaits(reason=reason) if reason and self._is_own(fact.message):
                self._output.notice(f"seeshell: {reason}")
            case ThoughtsGrew(text=text) if self._is_own(fact.message):
                self.thoughts.append(text)
            case AnswerGrew(text=text) if self._is_own(fact.message):
                self._show(text)
            case AnswerEnded(answer=answer) if self._is_own(answer.id):
                return fact
        return None

    def _is_own(self, message: int) -> bool:
        """Whether a message is the answer to this question."""
        return self.started is not None and message == self.started.answer.id

    async def _wait_in_queue(self, turn: TurnQueued) -> bool:
        """Lets a paused queue go on; returns whether the turn was not taken out of it."""
        if self._turns.find(turn.turn.id) is None:
            # What was told before the turn was queued may come after the reply.
            return not self._was_queued
        self._was_queued = True
        if self._turns.are_paused:
            self._output.notice("seeshell: the conversation's queue was paused; it goes on now.")
            await self._client.request(ResumeQueue(conversation=turn.conversation))
        self._show_place(turn)
        return True

    def _show_place(self, turn: TurnQueued) -> None:
        ids = [queued.id for queued in self._turns.queued]
        if turn.turn.id not in ids:
            return
        if place := ids.index(turn.turn.id):
            questions = "1 question" if place == 1 else f"{place} questions"
            self._output.progress(f"waiting for {questions} before this one")
        elif answers := self.model.answers_before(turn.conversation):
            self._output.progress(queue_words(answers))

    def _show_progress(self, progress: AnswerProgress) -> None:
        if self.started is not None and progress.is_wait:
            self._output.progress(progress_words(progress, self.model.server))

    def _show(self, text: str) -> None:
        if self._unloaded:
            self._output.notice(f"seeshell: {self._unloaded} Until then the one before it answers.")
            self._unloaded = ""
        self.text.append(text)
        if not self._output.as_json:
            self._output.write(text)

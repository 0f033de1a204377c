"""A turn from its submission to its end."""

import asyncio

from msgspec.structs import replace

from ..conversation import Conversation, Message, StartedTurn
from ..engine.engine import AnswerEnd, PrefillProgress
from ..errors import SeeshellError
from ..messages.events import AnyEvent, Delta, Prefilled, TurnEnded, TurnFailed, TurnWithdrawn


class OpenTurn:
    """What is known of an answer while it is queued or computed."""

    def __init__(self, started: StartedTurn) -> None:
        self.started = started
        """What is on disk of it since its submission."""
        self.text = ""
        self.is_stopping = False
        """Whether the user wants no more of it."""
        self.error: SeeshellError | None = None
        """Why the answer had to be given up although the engine could go on."""
        self.has_unsaved_text = asyncio.Event()
        self.ended = asyncio.Event()
        self._prefilled: Prefilled | None = None

    @property
    def conversation(self) -> int:
        """Id of its conversation."""
        return self.started.conversation

    @property
    def question(self) -> Message:
        """The user's message."""
        return self.started.question

    @property
    def answer(self) -> Message:
        """The assistant message as it was stored first: empty."""
        return self.started.answer

    def note_progress(self, progress: PrefillProgress) -> Prefilled:
        """Returns the event that reports the progress."""
        self._prefilled = Prefilled(
            conversation=self.conversation,
            message=self.answer.id,
            done=progress.done,
            total=progress.total,
            reused=progress.reused,
        )
        return self._prefilled

    def add_text(self, text: str) -> Delta:
        """Returns the event that carries the new text."""
        self.text += text
        self.has_unsaved_text.set()
        return self._delta(text)

    def replay(self) -> list[AnyEvent]:
        """Returns the events that bring a client that comes late up to date."""
        events: list[AnyEvent] = [self._prefilled] if self._prefilled else []
        return [*events, self._delta(self.text)] if self.text else events

    def end(self, end: AnswerEnd, model: str) -> TurnEnded:
        """Returns the event with the answer, complete or stopped."""
        return TurnEnded(
            conversation=self.conversation,
            message=replace(
                self.answer,
                text=self.text,
                model=model,
                finish_reason=end.finish_reason,
                stats=end.stats,
            ),
        )

    def fail(self, error: SeeshellError, model: str) -> TurnFailed:
        """Returns the event with what came of the answer and why no more did."""
        return TurnFailed(
            conversation=self.conversation,
            message=replace(
                self.answer,
                text=self.text,
                model=model,
                finish_reason="failed",
                error=str(error),
            ),
            error=type(error).__name__,
            sentence=str(error),
        )

    def withdraw(self, error: SeeshellError, restored: Conversation | None) -> TurnWithdrawn:
        """Returns the event that takes back what was told of the turn."""
        return TurnWithdrawn(
            conversation=self.conversation,
            message=self.answer.id,
            restored=restored,
            error=type(error).__name__,
            sentence=str(error),
        )

    def _delta(self, text: str) -> Delta:
        return Delta(conversation=self.conversation, message=self.answer.id, text=text)

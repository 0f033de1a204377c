"""A turn from its submission to its end."""

import asyncio

from msgspec.structs import replace

from .conversation import Message
from .engine.engine import AnswerEnd, PrefillProgress
from .errors import SeeshellError
from .messages.events import AnyEvent, Delta, Prefilled, TurnEnded, TurnFailed


class OpenTurn:
    """What is known of an answer while it is queued or computed."""

    def __init__(self, conversation: int, question: Message, answer: Message) -> None:
        self.conversation = conversation
        self.question = question
        """The user's message."""
        self.answer = answer
        """The assistant message as it was stored first: empty."""
        self.text = ""
        self.is_stopping = False
        """Whether the user wants no more of it."""
        self.error: SeeshellError | None = None
        """Why the answer had to be given up although the engine could go on."""
        self.has_unsaved_text = asyncio.Event()
        self.ended = asyncio.Event()
        self._prefilled: Prefilled | None = None

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

    def _delta(self, text: str) -> Delta:
        return Delta(conversation=self.conversation, message=self.answer.id, text=text)

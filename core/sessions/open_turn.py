"""A turn that is being answered: what is known of it, as the events that tell it."""

import asyncio
import time

from msgspec.structs import replace

from ..conversation import (
    Conversation,
    FinishReason,
    Message,
    Part,
    StartedTurn,
    TurnStats,
    compose,
)
from ..engine.engine import (
    AnswerEnd,
    AnswerProgress,
    DecodeProgress,
    LoadedModel,
    PictureProgress,
    PrefillProgress,
)
from ..engine.engine import Waiting as EngineWaiting
from ..errors import PromptTooLong, SeeshellError
from ..generation_options import GenerationOptions
from ..messages.events import (
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
from .continued_stats import add_stats
from .endings import judge_end


class OpenTurn:
    """A turn from its start to its end."""

    def __init__(
        self, started: StartedTurn, model: LoadedModel | None, options: GenerationOptions
    ) -> None:
        self.started = started
        """What is on disk of it since its start."""
        self.options = options
        """What counts for its answer, all considered."""
        self.model = model
        """The model that answers."""
        self.left_out_tokens = 0
        """About how many tokens its prompt is shorter for what it leaves out."""
        self._before = started.answer if started.kind == "continue" else None
        self._began_at = time.time() if self._before else started.answer.created_at
        self.text = self._before.text if self._before else ""
        self.thoughts = self._before.thoughts if self._before else ""
        self.is_stopping = False
        """Whether the user wants no more of it."""
        self.error: SeeshellError | None = None
        """Why the answer had to be given up although the engine could go on."""
        self.has_unsaved_text = asyncio.Event()
        """Set when there are text or thoughts that were not saved yet."""
        self.ended = asyncio.Event()
        self._progress: PictureBegun | Prefilled | None = None
        self._waiting: Waiting | None = None

    @property
    def conversation(self) -> int:
        """Id of its conversation."""
        return self.started.conversation

    @property
    def answer(self) -> Message:
        """The assistant message as the turn's first event brings it: empty, and begun just then."""
        return replace(self.started.answer, parts=(), created_at=self._began_at)

    @property
    def continued(self) -> Message | None:
        """The answer as it was before this turn went on with it; None for a new one."""
        return self._before

    @property
    def has_begun(self) -> bool:
        """Whether the model has said or thought anything in this turn."""
        return self.parts != (self._before.parts if self._before else ())

    @property
    def can_be_withdrawn(self) -> bool:
        """Whether nothing would be lost with it, and its question could be sent again."""
        return not self._before and not self.has_begun

    @property
    def parts(self) -> tuple[Part, ...]:
        """What the answer consists of so far."""
        return compose(self.text, thoughts=self.thoughts)

    def start(self) -> TurnStarted:
        """Returns the event that tells of its start; `replay` says what follows it."""
        return TurnStarted(
            conversation=self.conversation,
            turn=self.started.id,
            user_message=self.started.question,
            answer=self.answer,
        )

    def note_progress(self, progress: AnswerProgress) -> AnyEvent:
        """Returns the event that reports the progress."""
        conversation, message = self.conversation, self.answer.id
        match progress:
            case EngineWaiting(reason):
                self._waiting = Waiting(conversation=conversation, message=message, reason=reason)
                return self._waiting
            case DecodeProgress(tokens, tps):
                return Decoded(conversation=conversation, message=message, tokens=tokens, tps=tps)
            case PictureProgress(number, total):
                self._progress = PictureBegun(
                    conversation=conversation, message=message, number=number, total=total
                )
            case PrefillProgress(done, total, reused):
                self._progress = Prefilled(
                    conversation=conversation,
                    message=message,
                    done=done,
                    total=total,
                    reused=reused,
                )
        self._waiting = None
        return self._progress

    def add_text(self, text: str) -> Delta:
        """Returns the event that carries the new text."""
        self.text += text
        self._note_growth()
        return self._delta(text)

    def add_thoughts(self, text: str) -> ThoughtsDelta:
        """Returns the event that carries new thoughts."""
        self.thoughts += text
        self._note_growth()
        return self._thoughts_delta(text)

    def replay(self) -> list[AnyEvent]:
        """Returns the events that bring a client that comes late up to date."""
        events: list[AnyEvent | None] = [
            self._progress,
            self._thoughts_delta(self.thoughts) if self.thoughts else None,
            self._delta(self.text) if self.text else None,
            self._waiting,
        ]
        return [event for event in events if event is not None]

    def end(self, end: AnswerEnd) -> TurnEnded:
        """Returns the event with the answer: complete, stopped, or none that is worth the name."""
        reason, error = judge_end(end, self.text, self.thoughts)
        stats = replace(end.stats, left_out_tokens=self.left_out_tokens)
        if self._before:
            stats = add_stats(self._before.stats, stats)
        message = self._ended_message(reason, error=error, stats=stats)
        return TurnEnded(conversation=self.conversation, message=message)

    def fail(self, error: SeeshellError) -> TurnFailed:
        """Returns the event with what came of the answer and why no more did."""
        return TurnFailed(
            conversation=self.conversation,
            message=self._ended_message("failed", error=str(error), stats=self.answer.stats),
            error=type(error).__name__,
            sentence=str(error),
        )

    def withdraw(self, error: SeeshellError, restored: Conversation | None) -> TurnWithdrawn:
        """Returns the event that takes back what was told of the turn."""
        return tell_withdrawn(self.conversation, self.started.id, error, restored)

    def _ended_message(
        self, finish_reason: FinishReason, *, error: str = "", stats: TurnStats | None = None
    ) -> Message:
        return replace(
            self.started.answer,
            parts=self.parts,
            model=self.model.name if self.model else "",
            model_source=self.model.source if self.model else "",
            adapter=self.model.adapter if self.model else "",
            finish_reason=finish_reason,
            error=error,
            stats=stats,
        )

    def _note_growth(self) -> None:
        self._waiting = None
        self.has_unsaved_text.set()

    def _delta(self, text: str) -> Delta:
        return Delta(conversation=self.conversation, message=self.answer.id, text=text)

    def _thoughts_delta(self, text: str) -> ThoughtsDelta:
        return ThoughtsDelta(conversation=self.conversation, message=self.answer.id, text=text)


def tell_withdrawn(
    conversation: int, turn: str, error: SeeshellError, restored: Conversation | None
) -> TurnWithdrawn:
    """Returns the event that gives a turn back to the user, started or not."""
    too_long = error if isinstance(error, PromptTooLong) else PromptTooLong("")
    return TurnWithdrawn(
        conversation=conversation,
        turn=turn,
        restored=restored,
        error=type(error).__name__,
        sentence=str(error),
        prompt_tokens=too_long.prompt_tokens,
        context_length=too_long.context_length,
    )

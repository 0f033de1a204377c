"""What the status bar tells: model, state, context and speed, brought up to date by events."""

from dataclasses import dataclass, replace

from ...core.conversation import Message, TurnStats
from ...core.messages.events import (
    AnyEvent,
    CoreStatus,
    Delta,
    EngineState,
    ModelFailed,
    ModelLoaded,
    ModelLoading,
    Prefilled,
    ThoughtsDelta,
    TurnEnded,
    TurnFailed,
    TurnStarted,
    TurnWithdrawn,
    Waiting,
)

_CORE_STATES: dict[EngineState, str] = {
    "unloaded": "not loaded",
    "loading": "loading",
    "ready": "ready",
    "prefilling": "prefilling",
    "decoding": "answering",
    "failed": "no model",
}


@dataclass(frozen=True)
class ChatStatus:
    """The answers to the four questions of the status bar."""

    model: str = ""
    """Display name; empty until the core has told."""
    notice: str = ""
    """What the user should know about the model."""
    state: str = "connecting"
    """What is happening, in words."""
    context_used: int = 0
    """Tokens of the conversation's last turn, prompt and answer."""
    context_length: int = 0
    """Tokens that fit; 0 while unknown."""
    stats: TurnStats | None = None
    """Of the last answer."""

    def after(self, event: AnyEvent) -> "ChatStatus":
        """Returns the status once the event has happened; the same object if nothing changed."""
        match event:
            case CoreStatus():
                return self._after_status(event)
            case ModelLoading(model=model, stage=stage, fraction=fraction):
                percent = f" {fraction:.0%}".replace("%", " %") if fraction else ""
                return replace(self, model=model, state=f"{stage}{percent}")
            case ModelLoaded(model=model, context_length=length, notice=notice):
                return replace(
                    self, model=model, context_length=length, notice=notice, state="ready"
                )
            case ModelFailed():
                return replace(self, state="no model")
            case TurnStarted():
                return replace(self, state="prefilling")
            case Prefilled(done=done, total=total):
                state = f"prefilling {done:,} of {total:,}" if done < total else "answering"
                return replace(self, state=state)
            case Waiting():
                return replace(self, state="waiting")
            case ThoughtsDelta() if self.state != "thinking":
                return replace(self, state="thinking")
            case Delta() if self.state != "answering":
                return replace(self, state="answering")
            case TurnEnded(message=message) | TurnFailed(message=message):
                return replace(self.showing((message,)), state="ready")
            case TurnWithdrawn():
                return replace(self, state="ready")
            case _:
                return self

    def waiting(self, is_waiting: bool) -> "ChatStatus":
        """Returns the status of a conversation in which a turn waits for the engine, or none does.

        Only an engine that does nothing else is called ready, or waited for.
        """
        if self.state not in ("ready", "waiting"):
            return self
        state = "waiting" if is_waiting else "ready"
        return self if state == self.state else replace(self, state=state)

    def showing(self, messages: tuple[Message, ...]) -> "ChatStatus":
        """Returns the status with context and speed of the last answer among the messages."""
        answers = (m.stats for m in reversed(messages) if m.role == "assistant" and m.stats)
        stats = next(answers, None)
        used = stats.prompt_tokens + stats.generated_tokens if stats else 0
        return replace(self, stats=stats, context_used=used)

    def _after_status(self, event: CoreStatus) -> "ChatStatus":
        return replace(
            self,
            model=event.model,
            notice=event.model_notice,
            state=_CORE_STATES[event.state],
            context_length=event.context_length,
        )

    @property
    def context(self) -> str:
        """How full the context is; empty while unknown."""
        if not self.context_length:
            return f"{self.context_used:,} tokens" if self.context_used else ""
        return f"context {100 * self.context_used / self.context_length:.0f} %"

    @property
    def speed(self) -> str:
        """How fast the last answer was; empty before the first."""
        if self.stats is None or not self.stats.generated_tokens:
            return ""
        rate = self.stats.generation_tps
        return (
            f"{self.stats.ttft:.2f} s · {rate:.0f} tokens/s"
            if rate
            else (f"{self.stats.ttft:.2f} s")
        )

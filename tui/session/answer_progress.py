"""How far the answer in the conversation on screen is, from the queue to its last token."""

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from ...core.messages.events import (
    AnyEvent,
    Decoded,
    Delta,
    PictureBegun,
    Prefilled,
    ThoughtsDelta,
    Waiting,
)

Step = Literal[
    "idle", "queued", "starting", "encoding", "prefilling", "waiting", "thinking", "answering"
]
"""`queued`: for the engine; `waiting`: for a server that is busy."""


class AnswerProgress(Struct, frozen=True):
    """What is being done for an answer."""

    step: Step = "idle"
    since: float = 0.0
    """When the turn was taken, or was queued; seconds since the epoch."""
    done: int = 0
    """The picture being encoded, from 1; or prompt tokens in the KV cache."""
    total: int = 0
    """Pictures to encode; or tokens of the prompt."""
    tps: float = 0.0
    """Tokens a second just now; 0 while unknown."""

    @property
    def is_wait(self) -> bool:
        """Whether the user waits for a first or a next word."""
        return self.step not in ("idle", "answering")

    def after(self, event: AnyEvent) -> "AnswerProgress":
        """Returns the progress once an event of this answer has happened."""
        match event:
            case PictureBegun(number=number, total=total):
                return replace(self, step="encoding", done=number, total=total)
            case Prefilled(done=done, total=total):
                return replace(self, step="prefilling", done=done, total=total)
            case Waiting():
                return replace(self, step="waiting")
            case Decoded(tps=tps):
                return replace(self, tps=tps)
            case ThoughtsDelta() if self.step != "thinking":
                return replace(self, step="thinking")
            case Delta() if self.step != "answering":
                return replace(self, step="answering")
            case _:
                return self

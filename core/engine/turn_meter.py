"""Counts what a turn costs, for the figures that are stored with its answer."""

import time
from dataclasses import dataclass, field
from typing import Final

from ..conversation import TurnStats

REPORT_SECONDS: Final = 1.0
"""From one report of how fast tokens come to the next."""


class DecodePace:
    """How fast tokens come right now."""

    def __init__(self) -> None:
        self._tokens = 0
        self._since = 0.0

    def report(self, tokens: int, now: float) -> float | None:
        """Returns the tokens a second since the last report, if another one is due.

        Args:
            tokens: that there are, the newest one included; called with each of them.
            now: `time.perf_counter()` when it came.
        """
        if not self._since:
            self._tokens, self._since = tokens, now
        seconds = now - self._since
        if seconds < REPORT_SECONDS:
            return None
        rate = _rate(tokens - self._tokens, seconds)
        self._tokens, self._since = tokens, now
        return rate


@dataclass
class TurnMeter:
    """What a turn has cost so far."""

    started_at: float
    """`time.perf_counter()` when the answer was asked for; so all times here."""
    prompt_tokens: int = 0
    reused_tokens: int = 0
    prefilled_tokens: int = 0
    generated_tokens: int = 0
    """Of this turn."""
    continued_tokens: int = 0
    """Of the answer that it goes on with."""
    copied_tokens: int = 0
    passes: int = 0
    thought_tokens: int = 0
    thought_seconds: float = 0.0
    images: int = 0
    images_encoded: int = 0
    images_encoded_again: int = 0
    recomputed: str = ""
    """Why KV was computed again; empty if none was."""
    ended_early: str = ""
    """Why the answer ended before its end or the token limit; empty if it did not."""
    boxes_in_pixels: bool = False
    """Whether the model writes boxes in pixels of the picture as it sees it."""
    peak_bytes: int = 0
    """Most memory that was held."""
    prefill_seconds: float = 0.0
    first_token_at: float = 0.0
    last_token_at: float = 0.0
    pace: DecodePace = field(default_factory=DecodePace)

    def count_token(self, *, is_copied: bool = False) -> None:
        """Notes that a token of the answer is there.

        Args:
            is_copied: whether it was copied from earlier text and the model agreed.
        """
        self.last_token_at = time.perf_counter()
        self.first_token_at = self.first_token_at or self.last_token_at
        self.generated_tokens += 1
        self.copied_tokens += is_copied

    def note_thought(self) -> None:
        """Notes that the newest token belongs to the thoughts, no text being there yet."""
        self.thought_tokens = self.generated_tokens
        self.thought_seconds = self.last_token_at - self.first_token_at

    def stats(self) -> TurnStats:
        """Returns the figures that are stored with the answer."""
        decode_seconds = self.last_token_at - self.first_token_at
        return TurnStats(
            prompt_tokens=self.prompt_tokens,
            reused_tokens=self.reused_tokens,
            prefilled_tokens=self.prefilled_tokens,
            generated_tokens=self.continued_tokens + self.generated_tokens,
            continued_tokens=self.continued_tokens,
            copied_tokens=self.copied_tokens,
            passes=self.passes,
            thought_tokens=self.thought_tokens,
            thought_seconds=self.thought_seconds,
            images_encoded=self.images_encoded,
            images_reused=self.images - self.images_encoded,
            ttft=max(0.0, self.first_token_at - self.started_at),
            prompt_tps=_rate(self.prefilled_tokens, self.prefill_seconds),
            generation_tps=_rate(self.generated_tokens - 1, decode_seconds),
            boxes_in_pixels=self.boxes_in_pixels,
            peak_bytes=self.peak_bytes,
            ended_early=self.ended_early,
            recomputed="; ".join(filter(None, [self.recomputed, self._features_reason()])),
        )

    def _features_reason(self) -> str:
        count = self.images_encoded_again
        noun = "picture" if count == 1 else "pictures"
        return f"the features of {count} {noun} were evicted" if count else ""


def _rate(count: int, seconds: float) -> float:
    return count / seconds if count > 0 and seconds > 0 else 0.0

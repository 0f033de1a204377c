"""How many tokens to compute in one pass: what passes have taken and what was accepted decide.

A pass of several rows takes longer than one of a single row, on some devices hardly, on others
almost so many times as long. It gains where enough of what was proposed is accepted.
"""

from collections import deque
from statistics import median
from typing import Final

MOST_PROPOSED: Final = 12
"""Tokens that are proposed for one pass at most."""

_LEAST_GAIN: Final = 1.05
"""Below this a pass of a single row is preferred, which waits for nothing."""

_TIMES: Final = 9
"""Passes of one size whose median counts."""

_MOST_AGE: Final = 512
"""Passes after which what a size has taken is forgotten, and it may be tried again."""

_ASSUMED_ROW: Final = 0.15
"""What a row more is thought to take where no pass had so many, as part of a single one's time."""

_MEMORY: Final = 0.97
"""Part of what is known of acceptance that stays when one more token was judged."""


class Gain:
    """What decoding ahead has gained with a model so far; outlives its answers."""

    def __init__(self) -> None:
        self._times: dict[int, deque[float]] = {}
        """Seconds of the last passes, by their rows."""
        self._newest: dict[int, int] = {}
        """Number of the last pass of so many rows."""
        self._passes = 0
        self._right: dict[int, float] = {}
        """Proposed tokens that were accepted, by how well their text had matched."""
        self._judged: dict[int, float] = {}
        """All that were judged."""

    def note_pass(self, rows: int, seconds: float) -> None:
        """Notes what a pass has taken, with everything around it."""
        self._passes += 1
        if self._passes - self._newest.get(rows, 0) > _MOST_AGE:
            self._times.pop(rows, None)
        self._times.setdefault(rows, deque(maxlen=_TIMES)).append(seconds)
        self._newest[rows] = self._passes

    def judge(self, matched: int, *, is_right: bool) -> None:
        """Notes whether a proposed token was the one to come.

        Args:
            matched: tokens that had agreed with earlier text.
            is_right: whether it was accepted, or would have been.
        """
        kind = _kind(matched)
        self._right[kind] = _MEMORY * self._right.get(kind, 0.5) + is_right
        self._judged[kind] = _MEMORY * self._judged.get(kind, 1.0) + 1

    def best_length(self, matched: int, most: int) -> int:
        """Returns how many tokens to propose; 0 where that gains nothing.

        Args:
            matched: tokens that agree with earlier text.
            most: that can be proposed.
        """
        if 1 not in self._times or not matched:
            return 0
        best, best_rate = 0, _LEAST_GAIN / self._seconds(1)
        tokens = chance = 1.0
        for length in range(1, min(most, MOST_PROPOSED) + 1):
            chance *= self._chance(matched + length - 1)
            tokens += chance
            rate = tokens / self._seconds(1 + length)
            if rate > best_rate:
                best, best_rate = length, rate
        return best

    def _chance(self, matched: int) -> float:
        """Returns how often what followed such a match is right."""
        kind = _kind(matched)
        return self._right.get(kind, 0.5) / self._judged.get(kind, 1.0)

    def _seconds(self, rows: int) -> float:
        """Returns what a pass of so many rows takes, or may take for all that is known."""
        single = median(self._times[1])
        fewer, fewer_seconds = 1, single
        for known in sorted(self._times):
            if known != 1 and self._passes - self._newest[known] > _MOST_AGE:
                continue
            seconds = median(self._times[known])
            if known >= rows:
                share = (rows - fewer) / (known - fewer) if known > fewer else 0.0
                return fewer_seconds + share * (seconds - fewer_seconds)
            fewer, fewer_seconds = known, seconds
        return fewer_seconds + (rows - fewer) * _ASSUMED_ROW * single


def _kind(matched: int) -> int:
    """Returns the class of matches that are accepted about as often: each twice as long."""
    return matched.bit_length()

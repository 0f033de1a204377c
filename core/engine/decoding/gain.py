"""How many tokens to compute in one pass: what passes have taken and what was accepted decide.

A pass of several rows takes longer than one of a single row, on some devices hardly, on others
almost as many times as long. It gains where enough of what was proposed is accepted.
"""

from collections import deque
from collections.abc import Sequence
from typing import Final

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
        self._seconds: dict[int, float] = {}
        """Their median."""
        self._newest: dict[int, int] = {}
        """Number of the last pass, by its rows."""
        self._passes = 0
        self._right: dict[int, float] = {}
        """Proposed tokens that were accepted, by how well their text had matched."""
        self._judged: dict[int, float] = {}
        """All that were judged."""

    def note_pass(self, rows: int, seconds: float) -> None:
        """Notes what a pass has taken, with everything around it."""
        self._passes += 1
        for known in [*self._seconds]:
            if known > 1 and self._passes - self._newest[known] > _MOST_AGE:
                del self._seconds[known], self._times[known]
        times = self._times.setdefault(rows, deque(maxlen=_TIMES))
        times.append(seconds)
        self._seconds[rows] = sorted(times)[len(times) // 2]
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

    def chance(self, matched: int) -> float:
        """Returns how often what followed such a match is right."""
        kind = _kind(matched)
        return self._right.get(kind, 0.5) / self._judged.get(kind, 1.0)

    def best_rows(self, matched: int, most: int, sizes: Sequence[int]) -> int:
        """Returns how many rows the next pass is to have; 1 where more gain nothing.

        Args:
            matched: tokens that agree with earlier text.
            most: rows that the pass can have.
            sizes: numbers of rows to choose from beside 1, in order.
        """
        if 1 not in self._seconds:
            return 1
        best, best_rate = 1, _LEAST_GAIN / self._seconds[1]
        tokens = chance = 1.0
        counted = 1
        for rows in sizes:
            if rows > most:
                break
            for place in range(counted, rows):
                chance *= self.chance(matched + place - 1)
                tokens += chance
            counted = rows
            rate = tokens / self._expected_seconds(rows)
            if rate > best_rate:
                best, best_rate = rows, rate
        return best

    def _expected_seconds(self, rows: int) -> float:
        """Returns what a pass of `rows` rows takes: as measured, else as others let expect."""
        if rows in self._seconds:
            return self._seconds[rows]
        fewer = max(known for known in self._seconds if known < rows)
        more = min((known for known in self._seconds if known > rows), default=None)
        row_seconds = _ASSUMED_ROW * self._seconds[1]
        if more is not None:
            row_seconds = (self._seconds[more] - self._seconds[fewer]) / (more - fewer)
        return self._seconds[fewer] + (rows - fewer) * row_seconds


def _kind(matched: int) -> int:
    """Returns the class of matches that are accepted about as often: each twice as long."""
    return matched.bit_length()

"""Whether a pass of several rows gives the logits that each row gives alone, on this device.

A device may compute several rows with other kernels than one, which round another way. As far as
the best two tokens are further apart than that, the choice is the same; the check says how far
that has to be.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import mlx.core as mx

from ..family.family import Family
from ..kv.branch import Branch

PASS_ROWS: Final = (2, 3, 5, 9, 13)
"""How many rows a pass may have: few sizes, so that each is soon known."""

_MOST_ROUNDING: Final = 0.1
"""Largest difference that can be rounding, as part of the logits' spread."""

_SAFETY: Final = 4.0
"""Two choices agree where the best two tokens are this many times the largest difference apart."""


class Computed(NamedTuple):
    """Consecutive tokens of a text, each of which went through a pass of its own."""

    tokens: Sequence[int]
    position: int
    """Of the first."""
    logits: list[Any]
    """After each, shape (1, vocabulary)."""


class RowCheck:
    """What was found of a loaded model."""

    def __init__(self) -> None:
        self._margins: dict[int, float] = {}
        self.is_done = False
        """Whether it has been tried."""

    @property
    def rows(self) -> Sequence[int]:
        """Sizes of passes that can be used, as far as that is known."""
        return tuple(self._margins) if self.is_done else PASS_ROWS

    def margin(self, rows: int) -> float:
        """Returns how far apart the best two tokens have to be in a pass of `rows` rows."""
        return self._margins[rows]

    def run(self, family: Family, alone: Computed, branch: Branch) -> None:
        """Computes again in one pass what was computed one by one, for each size of a pass.

        Args:
            family: what computes.
            alone: as many tokens as the largest pass has rows, the text's newest.
            branch: ends with these tokens, before and afterwards.
        """
        expected = mx.concatenate(alone.logits).astype(mx.float32)
        most_rounding = _MOST_ROUNDING * float(mx.std(expected))
        held = len(alone.tokens)
        for rows in PASS_ROWS:
            for cache in branch.caches:
                cache.trim(held)
            found = family.steps(alone.tokens[:rows], alone.position, branch.layers)[0]
            difference = float(mx.abs(found.astype(mx.float32) - expected[:rows]).max())
            if difference <= most_rounding:
                self._margins[rows] = _SAFETY * difference
            held = rows
        self.is_done = True

"""Whether a pass of several rows gives the logits that each row gives alone, on this device.

A device may compute several rows with other kernels than one, which round another way. As far as
the best two tokens are further apart than that, the choice is the same; the check says how far
that has to be.
"""

import math
from collections.abc import Sequence
from typing import Any, Final

import mlx.core as mx

from ..family.family import Family

_MOST_ROUNDING: Final = 0.1
"""Largest difference that can be rounding, as part of the logits' spread."""

_SAFETY: Final = 4.0
"""Two choices agree where the best two tokens are this many times the largest difference apart."""


class RowCheck:
    """What was found of a loaded model, by the number of rows; each is tried once."""

    def __init__(self) -> None:
        self._margins: dict[int, float] = {}

    @property
    def is_passed(self) -> bool:
        """Whether nothing that was found is more than rounding."""
        return math.inf not in self._margins.values()

    def knows(self, rows: int) -> bool:
        """Whether passes of so many rows have been tried."""
        return rows in self._margins

    def margin(self, rows: int) -> float:
        """Returns how far apart the best two tokens have to be in a pass of so many rows.

        In logits; infinite where such passes can't be used.
        """
        return self._margins[rows]

    def run(self, family: Family, tokens: Sequence[int], position: int, layers: list[Any]) -> None:
        """Computes tokens in one pass, and one after the other.

        Args:
            family: what computes.
            tokens: consecutive ones of the text.
            position: the first one's.
            layers: the KV, with room for the tokens; holds afterwards what it held before.
        """
        alone = [
            family.step(mx.array([token]), position + index, layers)
            for index, token in enumerate(tokens)
        ]
        expected = mx.concatenate(alone).astype(mx.float32)
        mx.eval(expected)
        _trim(layers, len(tokens))
        found = family.steps(tokens, position, layers)[0].astype(mx.float32)
        difference = float(mx.abs(found - expected).max())
        _trim(layers, len(tokens))
        is_rounding = difference <= _MOST_ROUNDING * float(mx.std(expected))
        self._margins[len(tokens)] = _SAFETY * difference if is_rounding else math.inf


def _trim(layers: list[Any], count: int) -> None:
    for layer in layers:
        layer.trim(count)

"""Proposes what follows in an answer, copied from earlier text, as long as that gains."""

from collections.abc import Sequence
from typing import Final

from .gain import Gain
from .prompt_lookup import PromptLookup
from .row_check import PASS_ROWS

_LEAST_MATCHED: Final = 2
"""Tokens that have to agree with earlier text."""

_LEAST_CHANCE: Final = 0.5
"""How often the next token has to be right to wait for it before more is begun."""


class Proposer:
    """What may follow in one answer."""

    def __init__(
        self, lookup: PromptLookup, gain: Gain, ends: frozenset[int], silent: frozenset[int]
    ) -> None:
        """Makes the proposer of an answer that has not begun.

        Args:
            lookup: the text so far, up to the prompt's end.
            gain: what was gained so far.
            ends: tokens that end an answer: nothing is proposed to follow one.
            silent: tokens that stand for no text, as those of pictures: none is proposed, except
                those that end an answer.
        """
        self.gain = gain
        self._lookup = lookup
        self._ends = ends
        self._never = silent - ends
        self._matched = 0
        self._following: list[int] = []

    def extend(self, token: int) -> None:
        """Adds the answer's next token, and judges by it what would have been proposed."""
        if self._following:
            self.gain.judge(self._matched, is_right=self._following[0] == token)
        self._lookup.extend(token)
        self._matched, self._following = self._lookup.match.length, []
        if self._matched >= _LEAST_MATCHED and token not in self._ends:
            self._following = self._cut(self._lookup.following(max(PASS_ROWS)))

    def is_promising(self, most: int, sizes: Sequence[int]) -> bool:
        """Whether it gains to wait for the token after those known, to propose what follows it.

        Args:
            most: tokens that can be proposed.
            sizes: numbers of rows that a pass can have beside 1, in order.
        """
        rows = min(1 + most, len(self._following))
        is_likely = self.gain.chance(self._matched) >= _LEAST_CHANCE
        return is_likely and self.gain.best_rows(self._matched + 1, rows, sizes) > 1

    def propose(self, most: int, sizes: Sequence[int]) -> Sequence[int]:
        """Returns what may follow the tokens known; the arguments are those of `is_promising`."""
        rows = min(1 + most, 1 + len(self._following))
        return self._following[: self.gain.best_rows(self._matched, rows, sizes) - 1]

    def _cut(self, tokens: list[int]) -> list[int]:
        for index, token in enumerate(tokens):
            if token in self._ends:
                return tokens[: index + 1]
            # In some families a picture's tokens are negative.
            if token < 0 or token in self._never:
                return tokens[:index]
        return tokens

"""Proposes what follows in an answer, copied from earlier text, as long as that gains."""

from collections.abc import Sequence
from typing import Final

from .gain import MOST_PROPOSED, Gain
from .prompt_lookup import PromptLookup

_LEAST_MATCHED: Final = 2
"""Tokens that have to agree with earlier text."""


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
        match = self._lookup.match()
        self._matched, self._following = match.length, []
        if match.length >= _LEAST_MATCHED and token not in self._ends:
            self._following = self._cut(self._lookup.following(match, 1 + MOST_PROPOSED))

    def is_promising(self, most: int) -> bool:
        """Whether it gains to wait for the token after those known, to propose what follows it."""
        return self.gain.best_length(self._matched, min(most, len(self._following) - 1)) > 0

    def propose(self, most: int) -> Sequence[int]:
        """Returns what may follow the tokens known, up to `most` of it."""
        best = self.gain.best_length(self._matched, min(most, len(self._following)))
        return self._following[:best]

    def _cut(self, tokens: list[int]) -> list[int]:
        for index, token in enumerate(tokens):
            if token in self._ends:
                return tokens[: index + 1]
            if token in self._never:
                return tokens[:index]
        return tokens

"""Finds in earlier text what may follow an answer's newest tokens: what followed them before.

Source: prompt lookup decoding, https://github.com/apoorvumang/prompt-lookup-decoding; unlike there
the longest match is taken, and of several the newest.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np

MOST_MATCHED: Final = 16
"""Tokens that are compared at most: what agrees in more is no surer to go on alike."""

_BOUND: Final = -1
"""Stands between two texts."""

_ROOM: Final = 1024
"""Tokens by which the text's array grows, at least."""


class Match(NamedTuple):
    """Where earlier text agrees with the newest tokens."""

    end: int
    """Behind the last token that agrees."""
    length: int
    """How many tokens agree; 0 for none."""


class PromptLookup:
    """The text of a conversation: what was said in its earlier versions, and how it reads now."""

    def __init__(self, earlier: Iterable[Sequence[int]], tokens: Sequence[int]) -> None:
        """Makes the text.

        Args:
            earlier: tokens of other versions, the newest last.
            tokens: of this one, so far.
        """
        parts: list[Sequence[int]] = []
        for text in earlier:
            parts += [text, [_BOUND]]
        self._tokens = np.concatenate([np.asarray(part, np.int32) for part in (*parts, tokens)])
        self._length = len(self._tokens)

    def extend(self, token: int) -> None:
        """Adds the text's next token."""
        if self._length == len(self._tokens):
            room = np.empty(max(_ROOM, self._length // 4), np.int32)
            self._tokens = np.concatenate([self._tokens, room])
        self._tokens[self._length] = token
        self._length += 1

    def match(self) -> Match:
        """Returns where before the newest tokens stand, as many of them as possible."""
        text = self._tokens[: self._length]
        newest = text[-1 : -1 - MOST_MATCHED : -1]
        # Of each place where the newest token stands: behind it.
        ends = np.flatnonzero(text[:-1] == newest[0]) + 1
        length = 0
        while ends.size:
            best, length = int(ends[-1]), length + 1
            if length == len(newest):
                break
            ends = ends[ends > length]
            ends = ends[text[ends - 1 - length] == newest[length]]
        return Match(best, length) if length else Match(self._length, 0)

    def following(self, match: Match, count: int) -> list[int]:
        """Returns up to `count` tokens that followed there in the same text."""
        found: list[int] = self._tokens[match.end : min(match.end + count, self._length)].tolist()
        return found[: found.index(_BOUND)] if _BOUND in found else found

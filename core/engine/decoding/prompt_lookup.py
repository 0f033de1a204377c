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
        # As many bounds as are compared: so no comparison goes past the beginning.
        parts: list[Sequence[int]] = [MOST_MATCHED * [_BOUND]]
        for text in earlier:
            parts += [text, [_BOUND]]
        self._tokens = np.concatenate([np.asarray(part, np.int32) for part in (*parts, tokens)])
        self._length = len(self._tokens)
        self.match = self._search()
        """Where before the newest tokens stand, as many of them as possible."""

    def extend(self, token: int) -> None:
        """Adds the text's next token."""
        end, length = self.match
        is_going_on = length > 0 and self._tokens[end] == token
        if self._length == len(self._tokens):
            room = np.empty(max(_ROOM, self._length // 4), np.int32)
            self._tokens = np.concatenate([self._tokens, room])
        self._tokens[self._length] = token
        self._length += 1
        # What agreed in most tokens does so in one more, which no other place can exceed.
        going_on = Match(end + 1, min(length + 1, MOST_MATCHED))
        self.match = going_on if is_going_on else self._search()

    def following(self, count: int) -> list[int]:
        """Returns up to `count` tokens that followed the match in the same text."""
        end = self.match.end
        found: list[int] = self._tokens[end : min(end + count, self._length)].tolist()
        return found[: found.index(_BOUND)] if _BOUND in found else found

    def _search(self) -> Match:
        text = self._tokens[: self._length]
        newest = text[-1 : -1 - MOST_MATCHED : -1].tolist()
        places = np.flatnonzero(text[:-1] == newest[0])
        end, length = self._length, 0
        while places.size:
            # The first is the newest token itself, and then those before it.
            end, length = int(places[-1]) + 1, length + 1
            if length == MOST_MATCHED:
                break
            places = places[text[places - length] == newest[length]]
        return Match(end, length)

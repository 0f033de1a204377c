"""Two texts compared word by word: which words of each the other does not have there. Pure."""

import re
from bisect import bisect_right
from difflib import SequenceMatcher
from typing import Final, NamedTuple

from ..markdown.unspaced import CJK

_LETTERS: Final = rf"(?:(?![{CJK}])\w)+"
_WORD: Final = re.compile(rf"[{CJK}]|{_LETTERS}(?:[.,'’-]{_LETTERS})*|[^\w\s]")
"""Letters and digits with what holds a word or a number together, or a sign."""
_LEAST_COMMON: Final = 0.3
"""Below this share of common words, marks would lie over nearly everything and tell nothing."""
_MOST_WHOLE: Final = 1_000 * 1_000
"""Product of words above which those that a text is full of begin no match: it takes long."""

Spans = list[tuple[int, int]]


class Compared(NamedTuple):
    """What differs between two texts."""

    left: Spans
    """Start and end of the words that only the left one has there, in characters."""
    right: Spans
    common: float
    """Share of the words that both have, from 0 to 1."""
    pairs: list[tuple[int, int]]
    """Where words begin that are the same, at the left and at the right, in their order."""

    @property
    def is_marked(self) -> bool:
        """Whether marks help."""
        return self.common >= _LEAST_COMMON

    def across(self, place: int, *, from_left: bool) -> int:
        """Returns the place in one text that stands for a place in the other one.

        Args:
            place: in characters.
            from_left: whether that is in the left text.
        """
        own, other = (0, 1) if from_left else (1, 0)
        behind = bisect_right(self.pairs, place, key=lambda pair: pair[own])
        before = self.pairs[behind - 1] if behind else (0, 0)
        reached = before[other] + place - before[own]
        return min(reached, self.pairs[behind][other]) if behind < len(self.pairs) else reached


def compare(left: str, right: str) -> Compared:
    """Returns what differs; upper case and accents count, white space does not."""
    ours, theirs = ([it.span() for it in _WORD.finditer(text)] for text in (left, right))
    matcher = SequenceMatcher(
        None,
        [left[start:end] for start, end in ours],
        [right[start:end] for start, end in theirs],
        autojunk=len(ours) * len(theirs) > _MOST_WHOLE,
    )
    only_left: Spans = []
    only_right: Spans = []
    pairs: list[tuple[int, int]] = []
    for kind, first, last, other_first, other_last in matcher.get_opcodes():
        if kind == "equal":
            same = zip(ours[first:last], theirs[other_first:other_last], strict=True)
            pairs += ((one[0], other[0]) for one, other in same)
        else:
            only_left += ours[first:last]
            only_right += theirs[other_first:other_last]
    common = matcher.ratio()
    return Compared(_joined(left, only_left), _joined(right, only_right), common, pairs)


def _joined(text: str, spans: Spans) -> Spans:
    """Returns spans of which those with only blanks between them are one, line by line."""
    joined: Spans = []
    for start, end in spans:
        if joined and set(text[joined[-1][1] : start]) <= {" "}:
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    return joined

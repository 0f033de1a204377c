"""What a search finds in a conversation's messages: in their text, however that is drawn."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from ...core.folding import Words
from .message_view import MessageView


class Found(NamedTuple):
    """A place where words were found."""

    message: int
    """Index of the message."""
    part: int
    """Which of its parts."""
    number: int
    """Which of the places in that part, from 0."""


class _Counted(NamedTuple):
    """How many places there are in each part of a message."""

    folded: list[str]
    """What was searched."""
    counts: list[int]


class FoundWords:
    """The places in all messages, in reading order, counted from 0."""

    def __init__(self, words: Words) -> None:
        """Has found nothing yet: `read` searches."""
        self.words = words
        self._counted: list[_Counted] = []
        self._before = [0]

    @property
    def total(self) -> int:
        """How many places there are."""
        return self._before[-1]

    def read(self, views: Sequence[MessageView]) -> None:
        """Searches messages, of those that were searched before only what has changed."""
        known = {id(it.folded): it for it in self._counted}
        folded = (view.folded for view in views)
        self._counted = [known.get(id(it)) or self._count(it) for it in folded]
        self._before = list(accumulate((sum(it.counts) for it in self._counted), initial=0))

    def place(self, number: int) -> Found:
        """Returns the place with a number."""
        message = bisect_right(self._before, number) - 1
        within = number - self._before[message]
        for part, count in enumerate(self._counted[message].counts):
            if within < count:
                return Found(message, part, within)
            within -= count
        raise IndexError(number)

    def number(self, place: Found) -> int | None:
        """Returns the number of a place; None if it is there no longer."""
        message, part, number = place
        counts = self._counted[message].counts if message < len(self._counted) else []
        is_there = part < len(counts) and number < counts[part]
        return self._before[message] + sum(counts[:part]) + number if is_there else None

    def first_in(self, message: int, part: int = 0) -> int:
        """Returns the number of the first place in or behind a part of a message."""
        if message >= len(self._counted):
            return self.total
        return self._before[message] + sum(self._counted[message].counts[:part])

    def count(self, message: int, part: int) -> int:
        """Returns how many places there are in a part of a message."""
        return self._counted[message].counts[part]

    def _count(self, folded: list[str]) -> _Counted:
        return _Counted(folded, list(map(self.words.count_folded, folded)))

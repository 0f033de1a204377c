"""Where in the drawn lines of a message some characters of its text stand, as wrapping put them."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from ...core.folding import Words
from .line import Line


class Piece(NamedTuple):
    """Characters of one line."""

    line: int
    """Number of the line in its message."""
    start: int
    end: int


class FoundSpan(NamedTuple):
    """Characters of a line that were found."""

    start: int
    end: int
    is_current: bool
    """Whether it is the place that the keys have walked to."""


class DrawnText:
    """Lines as the one text that they were before they were wrapped."""

    def __init__(self, lines: Sequence[Line], numbers: Iterable[int]) -> None:
        """Joins lines.

        Args:
            lines: of a message.
            numbers: of those that count.
        """
        parts: list[str] = []
        length = 0
        self._begins: list[tuple[int, int, int]] = []
        """Where each line begins, its number, and the characters of it before its text."""
        for number in numbers:
            line = lines[number]
            before, behind = line.margins
            parts.append(line.joint if parts else "")
            length += len(parts[-1])
            self._begins.append((length, number, before))
            parts.append(line.text[before : len(line.text) - behind])
            length += len(parts[-1])
        self.text = "".join(parts)

    def begin_of(self, line: int) -> int:
        """Returns where in the text a line begins, or the first behind it that counts."""
        return next((begin for begin, number, _ in self._begins if number >= line), len(self.text))

    def line_at(self, place: int) -> int:
        """Returns the number of the line that holds a character of the text."""
        found = bisect_right(self._begins, place, key=lambda it: it[0])
        return self._begins[max(found - 1, 0)][1] if self._begins else 0

    def pieces(self, start: int, end: int) -> Iterator[Piece]:
        """Yields the characters of a span, line by line."""
        ends = [*self._begins, (len(self.text), 0, 0)]
        for (begin, number, before), (stop, _, _) in pairwise(ends):
            first, last = max(start, begin), min(end, stop)
            if first < last:
                yield Piece(number, first - begin + before, last - begin + before)


def find_pieces(lines: Sequence[Line], drawn: range, words: Words) -> list[list[Piece]]:
    """Returns the places that words find in some lines, each with a piece for every line.

    Args:
        lines: of the message.
        drawn: which of them are searched, as one text.
        words: what is searched for.
    """
    text = DrawnText(lines, drawn)
    return [list(text.pieces(start, end)) for start, end in words.find(text.text)]

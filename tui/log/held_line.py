"""A line of a message that is found again when the message is wrapped anew or grows.

Line numbers change with the width, letters and digits do not: unlike blanks, bullets and rules,
wrapping adds none and takes none away.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from .line import Line
from .look import Look
from .transcript import Position, Transcript


class Mark(NamedTuple):
    """Where a line stands in its message's text; marks of a message are in order."""

    before: int
    """Letters and digits above the line."""
    through: int
    """Those down to its end."""
    bare: int
    """How many lines it stands below the last one that has any; 0 if it has some itself."""


class HeldLine(NamedTuple):
    """A line by its place on screen, and by its place in the text."""

    message_id: int
    mark: Mark
    position: Position
    """Where it was last found."""
    line: Line
    """What was found there: as long as that stands there, nothing has moved."""

    @classmethod
    def hold(cls, position: Position, transcript: Transcript, look: Look) -> "HeldLine":
        """Returns the line at a position."""
        message, number = position
        lines = transcript.lines(message, look)
        message_id = transcript.views[message].message.id
        return cls(message_id, mark_line(lines, number), position, lines[number])

    @property
    def place(self) -> tuple[int, Mark]:
        """What held lines are ordered by."""
        return self.position.message, self.mark

    def find(self, transcript: Transcript, look: Look, *, is_last: bool) -> "HeldLine | None":
        """Returns the line where it stands now; None if its message is gone.

        Args:
            transcript: where the message is looked for.
            look: what the message is rendered for.
            is_last: which line is wanted of those that the line has become: that with its last
                letter, or that with its first.
        """
        message = transcript.index_of(self.message_id)
        if message is None:
            return None
        lines = transcript.lines(message, look)
        number = self.position.line
        if number >= len(lines) or lines[number] is not self.line:
            number = find_line(lines, self.mark, is_last=is_last)
        return self._replace(position=Position(message, number), line=lines[number])


def mark_line(lines: Sequence[Line], number: int) -> Mark:
    """Returns the mark of a line."""
    totals = _totals(lines[: number + 1])
    before, through = (totals[-2] if number else 0), totals[-1]
    bare = number - bisect_left(totals, through) if before == through else 0
    return Mark(before, through, bare)


def find_line(lines: Sequence[Line], mark: Mark, *, is_last: bool) -> int:
    """Returns the number of the line with the last letter of a marked one, or with its first."""
    totals = _totals(lines)
    letters = mark.through if is_last else min(mark.before + 1, mark.through)
    first = bisect_left(totals, letters)
    last = max(first, bisect_right(totals, letters) - 1)
    return min(first + mark.bare, last, len(lines) - 1)


def _totals(lines: Sequence[Line]) -> list[int]:
    """Returns how many letters and digits there are down to the end of each line."""
    return list(accumulate(sum(map(str.isalnum, line.text)) for line in lines))

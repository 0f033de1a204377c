"""A line of what stands around a place that was found."""

from itertools import takewhile
from typing import Final, NamedTuple

from ..folding import fold
from ..kept import Span
from ..search_query import SearchQuery

_LENGTH: Final = 160
"""Characters of the longest snippet, without the signs of what is cut off."""
_BEFORE: Final = 30
"""Characters at most before the first mark: it is seen in a narrow window too."""
_WINDOW: Final = 200
"""Characters that are looked through at once: a long text is read no further than needed."""
_OVERLAP: Final = _LENGTH
_MOST_COMPARED: Final = 20
"""Marks that a snippet may begin with."""
_CUT_OFF: Final = "…"


class Snippet(NamedTuple):
    """One line, and where in it the terms stand."""

    text: str
    marks: tuple[Span, ...]


def make_snippet(text: str, query: SearchQuery) -> Snippet:
    """Returns where a text shows most of a query's terms; its start if it has none."""
    line = " ".join(text.split())
    start = _find_window(line, query)
    window = line[start : start + _WINDOW + _OVERLAP]
    marks = query.mark(window)
    from_, to = _choose(window, marks)
    cut = window[from_:to]
    head = _CUT_OFF if start + from_ > 0 else ""
    tail = _CUT_OFF if start + to < len(line) else ""
    shift = len(head) - from_
    return Snippet(
        # Nothing that could move a terminal's cursor.
        head + "".join(it if it.isprintable() else " " for it in cut) + tail,
        tuple(
            Span(max(it.start, from_) + shift, min(it.end, to) + shift)
            for it in marks
            if it.start < to and it.end > from_
        ),
    )


def _find_window(line: str, query: SearchQuery) -> int:
    """Returns the start of the first window with the most different terms."""
    if len(line) <= _WINDOW + _OVERLAP:
        return 0
    best = most = 0
    for start in range(0, len(line), _WINDOW):
        counts = query.count_in(fold(line[start : start + _WINDOW + _OVERLAP]))
        terms = sum(map(bool, counts))
        if terms > most:
            best, most = start, terms
        if terms == len(counts):
            break
    return best


def _choose(line: str, marks: tuple[Span, ...]) -> tuple[int, int]:
    """Returns the start and the end of the part of a line with the most different marks."""
    if not marks:
        return 0, min(_LENGTH, len(line))

    def count(first: int) -> int:
        """Returns how many different marks a snippet shows that begins with that one."""
        end = marks[first].start - _BEFORE + _LENGTH
        shown = takewhile(lambda it: it.start < end, marks[first:])
        return len({line[it.start : it.end].casefold() for it in shown})

    first = marks[max(range(len(marks[:_MOST_COMPARED])), key=count)]
    start = max(0, first.start - _BEFORE)
    end = min(len(line), start + _LENGTH)
    if start > 0:
        # Words are not cut where there is a space to begin behind.
        space = line.find(" ", start, first.start)
        start = space + 1 if space >= 0 else start
    if end < len(line):
        space = line.rfind(" ", max(first.end, end - _BEFORE), end)
        end = space if space >= 0 else end
    return start, end

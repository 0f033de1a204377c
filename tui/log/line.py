"""Rendered lines: what a line of the log is made of, and text wrapped into lines."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from msgspec import Struct
from rich.cells import cell_len, chop_cells
from rich.segment import Segment
from rich.style import Style

from ..markdown.unspaced import CJK

_CLOSING = "、。，．：；！？）］｝〉》」』】〕〗”’"

TEXT_WIDTH = 100
"""Most cells of a line of running text: longer ones are hard to read."""

TAB = "    "
"""Stands for a tab: where a tab stop falls would depend on how the text arrived."""

NO_PICTURE = -1

NOT_CODE = NOT_TABLE = -1
CODE_BEGINS = TABLE_BEGINS = 0
CODE_GOES_ON = TABLE_GOES_ON = 1

TARGET = "target"
"""Key of the metadata that carries where a link leads."""


class CodeTarget(NamedTuple):
    """A block of code in a message."""

    number: int
    """Counted from 1."""


class TableTarget(Struct, frozen=True):
    """A table in a message; never equal to a block of code."""

    number: int
    """Counted from 1."""


Target = int | str | CodeTarget | TableTarget
"""What Enter opens or copies: an attachment by its index, a link's address, code, a table."""


class Line(NamedTuple):
    """One line of the log, without the margins."""

    segments: Sequence[Segment]
    joint: str = "\n"
    """What stands between the line before and this one when both are copied."""
    picture: int = NO_PICTURE
    """Index of the attachment of which this line shows a part."""
    margins: tuple[int, int] = (0, 0)
    """Characters at its start and at its end that are drawn but not copied."""
    code: int = NOT_CODE
    """`CODE_BEGINS` or `CODE_GOES_ON`; within a message the number of the block of code."""
    table: int = NOT_TABLE
    """The same of a table."""

    @property
    def text(self) -> str:
        """The characters of the line."""
        return "".join([segment.text for segment in self.segments])

    @property
    def cells(self) -> int:
        """Cells across."""
        return cells_of(self.segments)


BLANK = Line(())


def without_tabs(text: str) -> str:
    """Returns a text with spaces for its tabs, and without returns."""
    return text.replace("\r", "").replace("\t", TAB)


def wrap(segments: Sequence[Segment], width: int) -> list[Line]:
    """Returns segments, which may hold newlines, as lines of at most `width` cells."""
    text = "".join(segment.text for segment in segments)
    cutter = _Cutter(segments)
    lines = []
    start = 0
    for hard_line in text.split("\n"):
        joint = "\n"
        for begin, end, next_joint in _soft_lines(hard_line, width):
            lines.append(Line(cutter.cut(start + begin, start + end), joint))
            joint = next_joint
        start += len(hard_line) + 1
    return lines


def fold(segments: Sequence[Segment], width: int) -> list[Line]:
    """Returns segments without newlines as lines of `width` cells, broken anywhere."""
    text = "".join(segment.text for segment in segments)
    cutter = _Cutter(segments)
    lines = []
    start = 0
    for chunk in chop_cells(text, max(2, width)) if text else [""]:
        stop = start + len(chunk)
        lines.append(Line(cutter.cut(start, stop), "" if start else "\n"))
        start = stop
    return lines


def indent(lines: Sequence[Line], first: Segment, rest: Segment) -> list[Line]:
    """Returns lines with something before the first and something else before the others.

    It is copied where it is a label or shows how prose is nested, not before what was wrapped and
    not before code.
    """
    indented = []
    for index, line in enumerate(lines):
        before = rest if index else first
        start, end = line.margins
        is_label = not index and first != rest
        is_nesting = line.joint == "\n" and not start
        is_copied = (is_label and line.code == NOT_CODE) or is_nesting
        margins = (0 if is_copied else start + len(before.text), end)
        indented.append(line._replace(segments=[before, *line.segments], margins=margins))
    return indented


def link_of(segment: Segment) -> str:
    """Returns where a segment leads, or nothing."""
    style = segment.style
    return str(style.meta.get(TARGET, "")) if style and style._meta else ""


def cells_of(segments: Iterable[Segment]) -> int:
    """Returns how many cells segments take together."""
    return sum([cell_len(segment.text) for segment in segments])


def pad(segments: Sequence[Segment], width: int, style: Style) -> list[Segment]:
    """Returns segments with their ground drawn on to a width."""
    missing = width - cells_of(segments)
    return [*segments, Segment(" " * missing, style)] if missing > 0 else list(segments)


def _soft_lines(text: str, width: int) -> Iterator[tuple[int, int, str]]:
    """Yields start and end of each line, and the joint with the line after it."""
    if cell_len(text) <= width:
        yield 0, len(text), "\n"
        return
    start = end = column = 0
    for begin, stop, after in _words(text, width):
        word_cells = cell_len(text[begin:stop])
        if column and column + word_cells > width:
            yield start, end, " " if begin > end else ""
            start = begin
            column = 0
        end = stop
        column += word_cells + after - stop
    yield start, end, "\n"


# It takes milliseconds to compile, which the first frame should not wait for.
@cache
def _word() -> re.Pattern[str]:
    return re.compile(rf"[{CJK}][{_CLOSING}]*\s*|[^\s{CJK}]+\s*|\s+")


def _words(text: str, width: int) -> Iterator[tuple[int, int, int]]:
    """Yields start, end, and end with white space, of pieces that are never broken."""
    for match in _word().finditer(text):
        word, begin = match[0].rstrip(), match.start()
        end = begin + len(word)
        if cell_len(word) > width:
            *chunks, rest = chop_cells(word, max(2, width))
            for chunk in chunks:
                yield begin, begin + len(chunk), begin + len(chunk)
                begin += len(chunk)
            end = begin + len(rest)
        yield begin, end, match.end()


class _Cutter:
    """Cuts segments into pieces that follow each other."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._segments = segments
        self._index = 0
        self._position = 0
        """Where the segment with that index begins."""

    def cut(self, start: int, end: int) -> list[Segment]:
        """Returns the characters from `start` to `end`; no later piece begins before `start`."""
        parts = []
        while self._position < end and self._index < len(self._segments):
            text, style, _ = self._segments[self._index]
            stop = self._position + len(text)
            if stop > start:
                first, last = max(0, start - self._position), end - self._position
                parts.append(Segment(text[first:last], style))
            if stop > end:
                break
            self._index += 1
            self._position = stop
        return parts

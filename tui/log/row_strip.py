"""A row of the log as it is drawn: margin, line, and what is marked or selected in it."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from rich.segment import Segment
from rich.style import Style

from .line import NO_PICTURE, CodeTarget, Line, TableTarget, Target, link_of
from .palette import Palette

if TYPE_CHECKING:
    from .found_lines import FoundSpan

MARGIN = 1
"""Cells left and right of every line; the bar of the message at the cursor stands at the left."""


class Shown(NamedTuple):
    """All that decides how a row looks; rows that are equal need not be drawn again."""

    line: Line
    is_marked: bool = False
    """Whether the cursor is on its message."""
    target: Target | None = None
    """What of it Enter would open."""
    span: tuple[int, int] | None = None
    """Selected characters, from and to; a negative end means to the end of the line."""
    found: "tuple[FoundSpan, ...]" = ()
    """Characters that a search has found."""

    @property
    def cells(self) -> int:
        """Cells from the left edge to the end of what is drawn."""
        return MARGIN + self.line.cells


def draw_row(shown: Shown, palette: Palette, selected: Style) -> list[Segment]:
    """Returns the segments of a row; the cells of a picture among them as they came."""
    line, is_marked, target, span, found = shown
    segments = line.segments
    is_block = (isinstance(target, CodeTarget) and line.code == target.number) or (
        isinstance(target, TableTarget) and line.table == target.number
    )
    if target is not None and not isinstance(target, CodeTarget | TableTarget):
        segments = [_mark(segment, line, target, palette) for segment in segments]
    for start, end, is_current in found:
        look = palette.found_here if is_current else palette.found
        segments = _select(segments, (start, end), look)
    if span is not None and line.picture == NO_PICTURE:
        segments = _select(segments, span, selected)
    bar = (
        Segment("█" if is_block else "▎", palette.mark) if is_marked else Segment(" ", palette.base)
    )
    return [bar, *segments]


def add_offsets(segments: Sequence[Segment], offset_y: int) -> list[Segment]:
    """Returns the segments of a row with the coordinates by which the mouse selects."""
    located = []
    x = 0
    for index, (text, style, _) in enumerate(segments):
        offset = Style.from_meta({"offset": (x, offset_y)})
        located.append(Segment(text, style + offset if style else offset))
        x += len(text) if index else 0
    return located


def _mark(segment: Segment, line: Line, target: int | str, palette: Palette) -> Segment:
    """Returns the segment, marked if it is the link or the caption that Enter would open."""
    text, style, _ = segment
    if isinstance(target, str):
        is_target = link_of(segment) == target
    else:
        is_target = line.picture == target and style in (palette.muted, palette.left_out)
    return Segment(text, style + palette.target) if is_target and style else segment


def _select(segments: Iterable[Segment], span: tuple[int, int], selected: Style) -> list[Segment]:
    start, end = span
    parts = []
    position = 0
    for text, style, _ in segments:
        first = min(max(start - position, 0), len(text))
        last = len(text) if end < 0 else min(max(end - position, 0), len(text))
        inside = style + selected if style else selected
        parts += [Segment(text[:first], style), Segment(text[first:last], inside)]
        parts.append(Segment(text[last:], style))
        position += len(text)
    return [part for part in parts if part.text]

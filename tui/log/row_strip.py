"""A row of the log as it is drawn: margin, line, and what is marked or selected in it."""

from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from .line import NO_PICTURE, Line, Target, link_of
from .palette import Palette

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

    @property
    def cells(self) -> int:
        """Cells from the left edge to the end of what is drawn."""
        return MARGIN + self.line.strip.cell_length


def draw_row(shown: Shown, offset_y: int, palette: Palette, selection: Style) -> Strip:
    """Returns the row; its characters carry offsets, so that the mouse can select them.

    The cells of a picture come through as they are: their colours are the picture.
    """
    line, is_marked, target, span = shown
    bar = Segment("▎", palette.mark) if is_marked else Segment(" ", palette.base)
    strip = line.strip
    if target is not None:
        strip = _mark_target(line, target, palette)
    if line.picture == NO_PICTURE:
        if span is not None:
            strip = _select(strip, span, selection)
        strip = strip.apply_offsets(0, offset_y)
    return Strip([bar, *strip], MARGIN + strip.cell_length)


def _mark_target(line: Line, target: Target, palette: Palette) -> Strip:
    """Returns the strip with the link, or the caption of the picture, marked."""

    def is_marked(segment: Segment) -> bool:
        if isinstance(target, str):
            return link_of(segment) == target
        return line.picture == target and segment.style == palette.muted

    return Strip(
        Segment(text, style + palette.target if style and is_marked(part) else style)
        for part in line.strip
        for text, style, _ in (part,)
    )


def _select(strip: Strip, span: tuple[int, int], selection: Style) -> Strip:
    start, end = span
    stop = len(strip.text) if end < 0 else end
    parts = []
    position = 0
    for text, style, _ in strip:
        cuts = [min(max(at - position, 0), len(text)) for at in (start, stop)]
        before, inside, after = text[: cuts[0]], text[cuts[0] : cuts[1]], text[cuts[1] :]
        marked = style + selection if style else selection
        parts += [Segment(before, style), Segment(inside, marked), Segment(after, style)]
        position += len(text)
    return Strip([part for part in parts if part.text], strip.cell_length)

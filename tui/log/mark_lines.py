"""What stands below an answer that marks something in pictures: the names of its boxes and points.

Each has the colour in which it is drawn.
"""

from collections.abc import Sequence
from typing import Final

from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from ...core.boxes import Box, PlacedMark
from ..marks import colour_of, name_of
from .line import Line, indent, wrap
from .look import Look

_MOST_NAMES: Final = 12
_MARGIN: Final = 2


def mark_lines(marks: Sequence[PlacedMark], chosen: int | None, look: Look) -> list[Line]:
    """Returns the names of what an answer marks; none if there are none.

    Args:
        marks: all of the answer's.
        chosen: which of them is highlighted, from 0; None for none.
        look: of the log.
    """
    if not marks:
        return []
    palette = look.palette
    first = max(0, min((chosen or 0) - _MOST_NAMES // 2, len(marks) - _MOST_NAMES))
    segments = [Segment(f"{first} before · ", palette.muted)] if first else []
    shown = list(enumerate(marks))[first : first + _MOST_NAMES]
    for index, placed in shown:
        if index > first:
            segments.append(Segment("  ", palette.base))
        sign = "■" if isinstance(placed.mark, Box) else "●"
        colour = Style(color=Color.from_rgb(*colour_of(index)))
        segments.append(Segment(f"{sign}\N{NO-BREAK SPACE}", palette.muted + colour))
        style = palette.heading if index == chosen else palette.muted
        segments.append(Segment(name_of(index + 1, placed.mark.label), style))
    left = len(marks) - first - len(shown)
    if left:
        segments.append(Segment(f"  … {left} more", palette.muted))
    margin = Segment(" " * _MARGIN, palette.base)
    return indent(wrap(segments, look.width - _MARGIN), margin, margin)

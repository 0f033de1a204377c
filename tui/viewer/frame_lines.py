"""A frame of lines around a rectangle of a picture, laid over rows that are drawn already. Pure."""

from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from ...core.excerpt import Region
from .sight import Placed


class CellFrame(NamedTuple):
    """Columns and rows in which the lines stand; those beyond the screen are not seen."""

    left: int
    top: int
    right: int
    bottom: int


def frame_cells(
    region: Region,
    placed: Placed,
    cell_size: tuple[int, int],
    origin: tuple[int, int],
    size: tuple[int, int],
) -> CellFrame:
    """Returns where the lines around a rectangle stand: just outside of it where there is room.

    Args:
        region: of the picture.
        placed: what of the picture is shown.
        cell_size: pixels of a cell.
        origin: column and row at which that begins.
        size: columns and rows of the screen.
    """
    across, down = placed.scale / cell_size[0], placed.scale / cell_size[1]
    left = origin[0] + round((region.x - placed.region.x) * across) - 1
    top = origin[1] + round((region.y - placed.region.y) * down) - 1
    right = max(origin[0] + round((region.right - placed.region.x) * across), left + 2)
    bottom = max(origin[1] + round((region.bottom - placed.region.y) * down), top + 2)
    # A line that has room only inside stands there; one of what is out of view stands nowhere.
    left = 0 if left == -1 and region.x >= placed.region.x else left
    top = 0 if top == -1 and region.y >= placed.region.y else top
    right -= right == size[0] and region.right <= placed.region.right
    bottom -= bottom == size[1] and region.bottom <= placed.region.bottom
    return CellFrame(left, top, right, bottom)


def draw_frame(strip: Strip, y: int, frame: CellFrame, style: Style) -> Strip:
    """Returns a row with what of the frame stands in it.

    Args:
        strip: the row.
        y: its number.
        frame: in the same columns and rows.
        style: of the lines.
    """
    if not frame.top <= y <= frame.bottom:
        return strip
    if y in (frame.top, frame.bottom):
        ends = "┌┐" if y == frame.top else "└┘"
        line = ends[0] + "─" * (frame.right - frame.left - 1) + ends[1]
        return _put(strip, frame.left, line, style)
    return _put(_put(strip, frame.left, "│", style), frame.right, "│", style)


def _put(strip: Strip, column: int, text: str, style: Style) -> Strip:
    """Returns the strip with a text of single cells over it; what is beyond its ends is cut."""
    width = strip.cell_length
    text = text[max(0, -column) : max(0, width - column)]
    column = max(0, column)
    if not text:
        return strip
    end = column + len(text)
    middle = Strip([Segment(text, style)], len(text))
    return Strip.join([strip.crop(0, column), middle, strip.crop(end, width)])

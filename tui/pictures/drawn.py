"""What drawing a picture gives, and how many cells a picture takes. Pure."""

import time
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from ...core.pictures.jobs import DrawnMark, Fed
from ..visible import visible_line
from .kitty import MAX_CELLS

DOTS_DOWN: Final = 2
"""Half blocks that a cell has, one above the other; each is one colour."""

_RETRY_SECONDS: Final = 5.0
"""The file may be written, or the system relieved, by then."""


class CellGrid(NamedTuple):
    """Columns and rows of cells."""

    columns: int
    rows: int


@dataclass(frozen=True)
class DrawnPicture:
    """A picture as cells, or one line that says why there is none."""

    columns: int
    rows: int
    strips: list[Strip] = field(repr=False)
    """One a row, each `columns` wide; plain, so they can be cropped and moved like text."""
    error: str = ""
    """Why the picture can't be shown; the strip says it too."""
    width: int = 0
    """Pixels of the file across, upright; 0 on error."""
    height: int = 0
    """Pixels of the file down, upright; 0 on error."""
    note: str = ""
    """What was done to the picture that the user should know."""
    pages: int = 1
    """Pages or frames of the file."""
    hold: object = field(default=None, repr=False)
    """Whoever keeps it keeps the picture in the terminal and in the cache."""
    retry_at: float = 0.0
    """When drawing may be tried again after an error, in seconds of `time.monotonic`."""

    @property
    def may_retry(self) -> bool:
        """Whether drawing failed so long ago that it is worth another try."""
        return bool(self.error) and time.monotonic() >= self.retry_at


class Rendition(NamedTuple):
    """How a picture is to be rendered."""

    fed: Fed | None = None
    """What a model was given of the file, to be drawn in place of the file's own pixels."""
    is_sharp: bool = False
    """Whether it gets as many pixels as the terminal can show, and not what suffices."""
    marks: tuple[DrawnMark, ...] = ()
    """Boxes and points to draw over it."""


USUAL = Rendition()

NOT_DRAWN = DrawnPicture(0, 0, [])
"""What a terminal without pictures shows."""


def laid_on(strip: Strip, ground: Style) -> Strip:
    """Returns the strip with the ground where it has none: not in cells of half blocks.

    A row of these has a style for each cell, and adding the ground to all of a screen takes as long
    as drawing it.
    """
    laid = [
        segment
        if segment.style is not None and segment.style.bgcolor is not None
        else Segment(segment.text, ground + segment.style, segment.control)
        for segment in strip
    ]
    return Strip(laid, strip.cell_length)


def draw_error(sentence: str, max_columns: int) -> DrawnPicture:
    """Returns the sentence as one strip, cut to the width."""
    text = visible_line(sentence)
    cells = Segment.get_line_length([Segment(text)])
    if cells > max_columns:
        text = set_cell_size(text, max(max_columns - 1, 0)).rstrip() + "…"
        cells = Segment.get_line_length([Segment(text)])
    strips = [Strip([Segment(text)], cells)]
    return DrawnPicture(
        cells, 1, strips, error=sentence, retry_at=time.monotonic() + _RETRY_SECONDS
    )


def fit(size: tuple[int, int], bounds: tuple[int, int], cell_size: tuple[int, int]) -> CellGrid:
    """Returns the largest grid within the bounds that keeps the picture's aspect ratio.

    Args:
        size: the picture's width and height, in pixels.
        bounds: most columns and rows.
        cell_size: a cell's width and height, in pixels.
    """
    width, height = size
    cell_width, cell_height = cell_size
    max_columns, max_rows = (max(1, min(bound, MAX_CELLS)) for bound in bounds)
    scale = min(max_columns * cell_width / width, max_rows * cell_height / height)
    columns = round(width * scale / cell_width)
    rows = round(height * scale / cell_height)
    return CellGrid(min(max(columns, 1), max_columns), min(max(rows, 1), max_rows))

"""What drawing a picture gives, and how many cells a picture takes. Pure."""

import time
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from rich.cells import set_cell_size
from rich.segment import Segment
from textual.strip import Strip

from ..visible import visible_line
from .kitty import MAX_CELLS

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
    hold: object = field(default=None, repr=False)
    """Whoever keeps it keeps the picture in the terminal and in the cache."""
    retry_at: float = 0.0
    """When drawing may be tried again after an error, in seconds of `time.monotonic`."""

    @property
    def may_retry(self) -> bool:
        """Whether drawing failed so long ago that it is worth another try."""
        return bool(self.error) and time.monotonic() >= self.retry_at


NOT_DRAWN = DrawnPicture(0, 0, [])
"""What a terminal without pictures shows."""


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

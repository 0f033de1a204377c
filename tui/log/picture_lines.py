"""The lines of a picture: its cells, or the room kept for them, and its caption."""

from rich.segment import Segment

from ...core.conversation import Attachment
from ..pictures.drawn import CellGrid, DrawnPicture, fit
from ..visible import visible_line
from .line import Line, cells_of, wrap
from .look import Look

GAP = 3
"""Cells between a picture and the caption beside it."""
NARROWEST_CAPTION = 24
"""With less room beside the picture, the caption stands below."""


def caption(attachment: Attachment) -> str:
    """Returns the picture's name, its size in the file and for the model, and what it costs."""
    size = f"{attachment.width}x{attachment.height}"
    if attachment.model_width:
        size += f" → {attachment.model_width}x{attachment.model_height}"
    parts = [visible_line(attachment.name), size]
    if attachment.tokens:
        parts.append(f"{attachment.tokens} tokens")
    return " · ".join(parts)


def picture_grid(attachment: Attachment, look: Look) -> CellGrid:
    """Returns the cells that a picture takes before it is drawn."""
    bounds = picture_bounds(look)
    if not look.max_picture_rows or not attachment.width or not attachment.height:
        return CellGrid(0, 0)
    return fit((attachment.width, attachment.height), bounds, look.cell_size)


def picture_bounds(look: Look) -> tuple[int, int]:
    """Returns the most columns and rows that a picture may take."""
    return max(1, look.width), look.max_picture_rows


def picture_lines(
    attachment: Attachment, index: int, drawn: DrawnPicture | None, look: Look
) -> list[Line]:
    """Returns the lines of the attachment with this index."""
    if drawn:
        rows = [list(strip) for strip in drawn.strips]
    else:
        grid = picture_grid(attachment, look)
        rows = [[Segment(" " * grid.columns, look.palette.picture)]] * grid.rows
    words = [Segment(caption(attachment), look.palette.muted)]
    beside = look.width - max(map(cells_of, rows), default=0) - GAP
    if rows and beside >= NARROWEST_CAPTION:
        lines = _beside(rows, wrap(words, beside), look)
    else:
        lines = [Line(row, "") for row in rows] + wrap(words, look.width)
    return [line._replace(picture=index) for line in lines]


def _beside(rows: list[list[Segment]], words: list[Line], look: Look) -> list[Line]:
    """Returns the picture with the caption halfway down at its right."""
    start = max(0, (len(rows) - len(words)) // 2)
    gap = Segment(" " * GAP, look.palette.base)
    lines = []
    for row, segments in enumerate(rows):
        is_worded = start <= row < start + len(words)
        beside = [gap, *words[row - start].segments] if is_worded else []
        lines.append(Line([*segments, *beside], ""))
    return lines

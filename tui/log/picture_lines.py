"""The lines of a picture: its cells, or the room kept for them, and its caption."""

from rich.segment import Segment
from textual.strip import Strip

from ...core.conversation import Attachment
from ..pictures.drawn import CellGrid, DrawnPicture, fit
from ..visible import visible_line
from .line import Line, wrap
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
        rows = [(strip, drawn.columns) for strip in drawn.strips]
    else:
        grid = picture_grid(attachment, look)
        room = Strip([Segment(" " * grid.columns, look.palette.picture)], grid.columns)
        rows = [(room, grid.columns)] * grid.rows
    words = [Segment(caption(attachment), look.palette.muted)]
    columns = max((cells for _, cells in rows), default=0)
    beside = look.width - columns - GAP
    if rows and beside >= NARROWEST_CAPTION:
        return _beside(rows, wrap(words, beside), index, look)
    pictures = [Line(strip, "", index) for strip, _ in rows]
    return pictures + [line._replace(picture=index) for line in wrap(words, look.width)]


def _beside(rows: list[tuple[Strip, int]], words: list[Line], index: int, look: Look) -> list[Line]:
    """Returns the picture with the caption halfway down at its right."""
    start = max(0, (len(rows) - len(words)) // 2)
    gap = Segment(" " * GAP, look.palette.base)
    lines = []
    for row, (strip, _) in enumerate(rows):
        is_worded = start <= row < start + len(words)
        beside = [gap, *words[row - start].strip] if is_worded else []
        lines.append(Line(Strip([*strip, *beside]), "", index))
    return lines

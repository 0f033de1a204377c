"""The lines of a picture: its cells, or the room kept for them, and its caption."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.strip import Strip

from ...core.conversation import Attachment
from ..marks import highlighted
from ..visible import visible_line
from .line import Line, cells_of, wrap
from .look import Look

if TYPE_CHECKING:
    from ...core.pictures.jobs import DrawnMark
    from ..pictures import DrawnPicture

GAP = 3
"""Cells between a picture and the caption beside it."""
NARROWEST_CAPTION = 24
"""With less room beside the picture, the caption stands below."""
_FEWEST_ROWS = 12
"""What a picture may take in the smallest of terminals, if the log has that many."""


class NotBegun(NamedTuple):
    """Stands in place of a drawn picture whose drawing could not even begin, and says why."""

    strips: list[Strip]
    may_retry: bool = True

    @classmethod
    def because(cls, sentence: str, width: int) -> "NotBegun":
        """Returns the sentence as one strip, cut to the width."""
        text = visible_line(sentence)
        if cell_len(text) > width:
            text = set_cell_size(text, max(width - 1, 0)) + "…"
        return cls([Strip([Segment(text)])])


def caption(attachment: Attachment, width: int) -> str:
    """Returns the picture's label, its own size and that for the model, its cost and note.

    On one line if they fit the width, else on one line each.
    """
    size = f"{attachment.width}x{attachment.height}"
    if attachment.model_width:
        size += f" → {attachment.model_width}x{attachment.model_height}"
    parts = [visible_line(attachment.label), size]
    if attachment.tokens:
        parts.append(f"{attachment.tokens} tokens")
    if attachment.is_left_out:
        parts.append("left out")
    if attachment.note:
        parts.append(visible_line(attachment.note))
    line = " · ".join(parts)
    return line if cell_len(line) <= width else "\n".join(parts)


def picture_grid(attachment: Attachment, look: Look) -> tuple[int, int]:
    """Returns the columns and rows that a picture takes before it is drawn; none if left out."""
    if (
        attachment.is_left_out
        or not look.max_picture_rows
        or not attachment.width
        or not attachment.height
    ):
        return 0, 0
    # Pillow comes with it: not before there is a picture.
    from ..pictures.drawn import fit

    return fit((attachment.width, attachment.height), picture_bounds(look), look.cell_size)


def most_picture_rows(terminal_rows: int) -> int:
    """Returns the most rows that a picture takes: half of the terminal's, so 12 in one of 24.

    Of the terminal and not of the log, so that a prompt that grows changes no picture's size.
    """
    return max(terminal_rows // 2, _FEWEST_ROWS)


def picture_bounds(look: Look) -> tuple[int, int]:
    """Returns the most columns and rows that a picture may take."""
    return max(1, look.width), look.max_picture_rows


def picture_lines(
    attachment: Attachment,
    index: int,
    drawn: "DrawnPicture | NotBegun | None",
    marks: "Sequence[DrawnMark]",
    look: Look,
) -> list[Line]:
    """Returns the lines of the attachment with this index; its caption alone if it is left out.

    The caption ends with what is highlighted of the marks over the picture.
    """
    if drawn and not attachment.is_left_out:
        rows = [list(strip) for strip in drawn.strips]
    else:
        columns, count = picture_grid(attachment, look)
        rows = [[Segment(" " * columns, look.palette.picture)]] * count
    beside = look.width - max(map(cells_of, rows), default=0) - GAP
    is_beside = bool(rows) and beside >= NARROWEST_CAPTION
    width = beside if is_beside else look.width
    palette = look.palette
    style = palette.left_out if attachment.is_left_out else palette.muted
    segments = [Segment(caption(attachment, width), style)]
    if named := highlighted(marks):
        segments += [Segment("\n", style), Segment(named, palette.heading)]
    words = wrap(segments, width)
    lines = _beside(rows, words, look) if is_beside else [*(Line(row, "") for row in rows), *words]
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

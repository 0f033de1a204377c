"""Chips in rows: which stand in a row, which rows are shown, and what a chip says. Pure."""

from collections.abc import Sequence
from typing import Final

from ..session.draft import DraftPicture

GAP: Final = "   "
"""Between two chips."""
MOST_ROWS: Final = 3
"""Of chips; where there are more, those around the cursor."""


def lay_out(lengths: Sequence[int], width: int) -> list[range]:
    """Returns which chips stand in each row.

    Args:
        lengths: of the chips, in cells.
        width: of a row, in cells.
    """
    rows: list[range] = []
    taken = 0
    for index, length in enumerate(lengths):
        if rows and taken + len(GAP) + length <= width:
            rows[-1] = range(rows[-1].start, index + 1)
            taken += len(GAP) + length
        else:
            rows.append(range(index, index + 1))
            taken = length
    return rows


def row_of(rows: Sequence[range], cursor: int) -> int:
    """Returns the row in which a chip stands."""
    return next((number for number, row in enumerate(rows) if cursor in row), 0)


def window(rows: Sequence[range], cursor: int) -> slice:
    """Returns which rows to show so that the cursor's row is among them."""
    most = MOST_ROWS if len(rows) > MOST_ROWS + 1 else MOST_ROWS + 1
    first = max(0, min(row_of(rows, cursor) - 1, len(rows) - most))
    return slice(first, first + most)


def count_shown(shown: Sequence[range], number: int) -> str:
    """Returns which of a number of chips are in the rows shown."""
    first, last = shown[0].start + 1, shown[-1].stop
    return f"and {number - last} more" if first == 1 else f"{first} to {last} of {number}"


def state_of(picture: DraftPicture) -> str:
    """Returns what a chip says behind the name."""
    if picture.error:
        return "can't be sent"
    if picture.attachment is None:
        return "checking"
    tokens = f"{picture.attachment.tokens:,} tok" if picture.attachment.tokens else ""
    return " · ".join(filter(None, (tokens, picture.attachment.note)))


def facts_of(picture: DraftPicture) -> str:
    """Returns all that is known of a picture that was not refused."""
    it = picture.attachment
    if it is None:
        return f"{picture.path} is being checked"
    seen = f" → {it.model_width}x{it.model_height}" if it.model_width else ""
    tokens = f"{it.tokens:,} tokens" if it.tokens else ""
    return " · ".join(filter(None, (it.name, f"{it.width}x{it.height}{seen}", tokens, it.note)))

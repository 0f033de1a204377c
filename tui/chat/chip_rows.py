"""Chips in rows: which stand in a row, which rows are shown, and what a chip says. Pure."""

from collections.abc import Sequence
from typing import Final

from ..price_words import price_words, short_price
from ..session.draft import DraftPicture
from ..session.likenesses import Likeness
from ..session.prices import Price
from ..shortened import shorten_middle
from ..visible import visible_line

GAP: Final = "   "
"""Between two chips."""
_LIKE_COLUMNS: Final = 20
"""Of the name of the picture that one is like: it stands in full in the log."""

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


def state_of(picture: DraftPicture, price: Price, fetching: str = "", like: str = "") -> str:
    """Returns what a chip says behind the name.

    Args:
        picture: the picture.
        price: what it costs.
        fetching: how far it is if it comes from the web; empty where it does not.
        like: which other picture it is like, in words; empty for none.
    """
    if picture.error:
        return "can't be sent"
    if picture.attachment is None:
        return fetching or ("fetching" if picture.address else "checking")
    return _joined(short_price(price), picture, like)


def cost_of(picture: DraftPicture, price: Price, like: str = "") -> str:
    """Returns all that a chip can say behind the name of a picture that was not refused."""
    it = picture.attachment
    return _joined(price_words(it.width, it.height, price), picture, like) if it else ""


def facts_of(picture: DraftPicture, price: Price, like: str = "") -> str:
    """Returns all that is known of a picture that was not refused, with what it costs."""
    it = picture.attachment
    if it is None:
        if picture.address:
            return f"{picture.address} is being fetched"
        return f"{picture.path} is being checked"
    return f"{it.label} · {cost_of(picture, price, like)}"


def like_words(likeness: Likeness) -> str:
    """Returns `same as [1]` or `like IMG_1.jpg above`."""
    name = shorten_middle(visible_line(likeness.name), _LIKE_COLUMNS)
    which = f"[{likeness.number}]" if likeness.number else f"{name} above"
    return f"{'same as' if likeness.is_same else 'like'} {which}"


def _joined(cost: str, picture: DraftPicture, like: str) -> str:
    detail = "" if picture.detail == "normal" else picture.detail
    note = picture.attachment.note if picture.attachment else ""
    return " · ".join(filter(None, (cost, detail, like, note)))

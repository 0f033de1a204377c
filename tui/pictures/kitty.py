"""Kitty's graphics protocol as text: transmit, place, delete. Pure.

Every message carries `q=2`, so the terminal answers none of them: Textual reads the input.
Source: https://sw.kovidgoyal.net/kitty/graphics-protocol/
"""

from base64 import b64encode
from collections.abc import Iterator
from typing import Final, NamedTuple

_CHUNK: Final = 4096
"""Longest payload of one message, from the protocol."""

MAX_CELLS: Final = 297
"""Most columns or rows of a placement: the number of row and column diacritics."""


class Box(NamedTuple):
    """A rectangle of a picture, in pixels."""

    x: int
    y: int
    width: int
    height: int


def transmit(image_id: int, png: bytes) -> Iterator[str]:
    """Yields the messages that store a PNG in the terminal; nothing is shown yet."""
    payload = b64encode(png).decode("ascii")
    for start in range(0, len(payload), _CHUNK):
        more = 1 if start + _CHUNK < len(payload) else 0
        keys = f"a=t,f=100,i={image_id},q=2,m={more}" if start == 0 else f"m={more},q=2"
        yield _message(keys, payload[start : start + _CHUNK])


def place(image_id: int, placement: int, columns: int, rows: int) -> str:
    """Returns the message that lets placeholder cells show the picture at this size.

    Args:
        image_id: the picture.
        placement: 1 to 255; cells name it by their underline colour, so that one picture can
            stand at several places in several sizes.
        columns: cells across.
        rows: cells down.
    """
    return _message(f"a=p,U=1,i={image_id},p={placement},c={columns},r={rows},q=2")


def show(image_id: int, placement: int, box: Box, grid: tuple[int, int]) -> str:
    """Returns the message that shows a part of the picture from the cursor's cell on.

    Without placeholder cells: the picture stands on the screen until it is hidden, and hides what
    is written below it. The cursor stays.

    Args:
        image_id: the picture.
        placement: any number; the picture's part that had it before is moved or replaced.
        box: what of the picture.
        grid: columns and rows that it takes.
    """
    source = f"x={box.x},y={box.y},w={box.width},h={box.height}"
    return _message(f"a=p,i={image_id},p={placement},{source},c={grid[0]},r={grid[1]},C=1,q=2")


def hide(image_id: int, placement: int) -> str:
    """Returns the message that takes one part of the picture from the screen, and keeps it."""
    return _message(f"a=d,d=i,i={image_id},p={placement},q=2")


def delete(image_id: int) -> str:
    """Returns the message that removes the picture and frees its memory in the terminal."""
    return _message(f"a=d,d=I,i={image_id},q=2")


def end_early() -> str:
    """Returns the message that ends a transmission whose last chunk was never written."""
    return _message("m=0,q=2")


def _message(keys: str, payload: str = "") -> str:
    return f"\x1b_G{keys};{payload}\x1b\\" if payload else f"\x1b_G{keys}\x1b\\"

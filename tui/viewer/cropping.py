"""The rectangle that is cut out: moved, grown, shrunk, typed, or taken from a grid. Pure."""

import re
from typing import Final

from ...core.excerpt import Region

_NUMBERS: Final = re.compile(
    r"\s*(\d{1,7})\s*[,; x]\s*(\d{1,7})\s*[,; x]\s*(\d{1,7})\s*[,; x]\s*(\d{1,7})\s*"
)

_FINE: Final = 1
"""Pixels of a fine step."""
_COARSE_SHARE: Final = 20
"""A coarse step is this part of what is in view."""


class CropError(ValueError):
    """The numbers typed are no rectangle of the picture; says what to type."""


def begin(seen: Region) -> Region:
    """Returns the rectangle to begin with: the middle of what is in view, half as wide and high."""
    width, height = max(1, seen.width // 2), max(1, seen.height // 2)
    x, y = seen.x + (seen.width - width) // 2, seen.y + (seen.height - height) // 2
    return Region(x, y, width, height)


def step_of(seen: Region, *, is_fine: bool) -> int:
    """Returns how many pixels a key moves: one, or a share of what is in view."""
    return _FINE if is_fine else max(2, min(seen.width, seen.height) // _COARSE_SHARE)


def move(crop: Region, right: int, down: int, size: tuple[int, int]) -> Region:
    """Returns the rectangle moved by pixels, as far as the picture of this size reaches."""
    width, height = size
    x = max(0, min(crop.x + right, width - crop.width))
    y = max(0, min(crop.y + down, height - crop.height))
    return Region(x, y, crop.width, crop.height)


def resize(crop: Region, wider: int, higher: int, size: tuple[int, int]) -> Region:
    """Returns the rectangle grown or shrunk by pixels at its right and lower edges.

    Where the picture ends it grows to the other side.
    """
    new_width = max(1, min(crop.width + wider, size[0]))
    new_height = max(1, min(crop.height + higher, size[1]))
    x, y = min(crop.x, size[0] - new_width), min(crop.y, size[1] - new_height)
    return Region(x, y, new_width, new_height)


def grow(crop: Region, by: int, size: tuple[int, int]) -> Region:
    """Returns the rectangle grown by pixels on every side, or shrunk, about its centre."""
    width = max(1, min(crop.width + 2 * by, size[0]))
    height = max(1, min(crop.height + 2 * by, size[1]))
    x = crop.x + (crop.width - width) // 2
    y = crop.y + (crop.height - height) // 2
    return move(Region(max(x, 0), max(y, 0), width, height), 0, 0, size)


def span(one: tuple[int, int], other: tuple[int, int], size: tuple[int, int]) -> Region:
    """Returns the rectangle between two pixels of a picture of this size, both included."""
    (x, y), (to_x, to_y) = (_within(point, size) for point in (one, other))
    return Region(min(x, to_x), min(y, to_y), abs(to_x - x) + 1, abs(to_y - y) + 1)


def grid_part(number: int, parts: int, size: tuple[int, int]) -> Region | None:
    """Returns a part of the picture cut into `parts` rows and columns; None beyond the last.

    Args:
        number: from 1, in reading order.
        parts: rows and columns.
        size: of the picture.
    """
    if not 1 <= number <= parts * parts:
        return None
    row, column = divmod(number - 1, parts)
    (left, right), (top, bottom) = (
        (length * place // parts, length * (place + 1) // parts)
        for length, place in zip(size, (column, row), strict=True)
    )
    return Region(left, top, max(1, right - left), max(1, bottom - top))


def read(text: str, size: tuple[int, int]) -> Region:
    """Returns the rectangle that four numbers name: left, top, width, height.

    Raises:
        CropError: they are none, or it lies outside a picture of this size.
    """
    match = _NUMBERS.fullmatch(text)
    if match is None:
        raise CropError("Type four numbers: left,top,width,height in pixels, as 0,0,640,480.")
    x, y, width, height = map(int, match.groups())
    named = Region(x, y, width, height) if width and height else None
    region = named.within(*size) if named is not None else None
    if region is None:
        raise CropError(
            f"That lies outside the picture, which is {size[0]}x{size[1]} pixels; type "
            "left,top,width,height."
        )
    return region


def _within(point: tuple[int, int], size: tuple[int, int]) -> tuple[int, int]:
    return max(0, min(point[0], size[0] - 1)), max(0, min(point[1], size[1] - 1))

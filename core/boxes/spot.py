"""A box or a point as an answer writes it, before it is known which picture is meant."""

from collections.abc import Sequence
from typing import Final, NamedTuple

THOUSANDTHS: Final = 1000.0

BOX_NUMBERS: Final = 4
POINT_NUMBERS: Final = 2


class Spot(NamedTuple):
    """The numbers of a box or a point, and what they count."""

    numbers: tuple[float, ...]
    """Left, top, right and bottom of a box; x and y of a point."""
    start: int
    """Where it begins in the answer."""
    label: str = ""
    whole: float = THOUSANDTHS
    """The number that stands for the picture's whole width, and for its whole height."""
    may_be_pixels: bool = False
    """Whether some models count pixels of the picture as they see it in this form."""
    picture: int = 0
    """Number of the picture, from 1, where the answer states it with the spot; else 0."""


def cut(numbers: Sequence[float], size: int) -> list[tuple[float, ...]]:
    """Returns numbers in groups of a size; none where they don't come out even."""
    if len(numbers) % size:
        return []
    return [tuple(numbers[at : at + size]) for at in range(0, len(numbers), size)]


def boxes_or_point(numbers: Sequence[float]) -> list[tuple[float, ...]]:
    """Returns two numbers as a point, others as boxes."""
    return cut(numbers, POINT_NUMBERS if len(numbers) == POINT_NUMBERS else BOX_NUMBERS)


def around(numbers: Sequence[float]) -> tuple[float, ...]:
    """Returns the box around the corners of a polygon, of which x and y take turns."""
    across, down = numbers[::2], numbers[1::2]
    return min(across), min(down), max(across), max(down)

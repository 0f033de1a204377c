"""What a picture looks like, in 63 bits: a perceptual hash, by which copies of it are found.

Each bit says whether one of the picture's lowest frequencies, brightness alone, is above their
median. A copy in another format or size, with other colours, or with a narrow edge cut off differs
in few bits; another picture in about half of them. The same shapes in other colours look alike too.

ImageHash computes the same, and brings SciPy and PyWavelets for it; this is one small transform.

Source of the method: http://www.hackerfactor.com/blog/index.php?/archives/432-Looks-Like-It.html
"""

from functools import cache
from math import cos, pi
from typing import Final

LOOK_SIDE: Final = 32
"""Pixels across and down of the square copy that a look is taken from."""

NO_LOOK: Final = 0
"""Of a picture that is all of one brightness, or can't be read; it looks like no other one."""

ALIKE_BITS: Final = 10
"""Most bits in which copies of one picture differ.

Source: `make bench-looks`.
"""

_FREQUENCIES: Final = 8
"""Across and down."""

_LEAST: Final = 512.0
"""Of the strongest frequency: below it there is nothing but noise."""


def look_of(grey: bytes) -> int:
    """Returns the look of a picture; `NO_LOOK` if there is nothing to be seen in it.

    Args:
        grey: its brightness, as a square of `LOOK_SIDE` pixels, row by row.
    """
    rows = [grey[start : start + LOOK_SIDE] for start in range(0, len(grey), LOOK_SIDE)]
    across = [[_weigh(row, wave) for row in rows] for wave in _waves()]
    strengths = [_weigh(column, wave) for wave in _waves() for column in across]
    # The first one is the picture's mean brightness.
    del strengths[0]
    if max(map(abs, strengths)) < _LEAST:
        return NO_LOOK
    median = sorted(strengths)[len(strengths) // 2]
    return sum(1 << place for place, strength in enumerate(strengths) if strength > median)


def looks_alike(one: int, other: int) -> bool:
    """Whether two looks are those of copies of one picture, as far as can be told."""
    return NO_LOOK not in (one, other) and (one ^ other).bit_count() <= ALIKE_BITS


@cache
def _waves() -> list[list[float]]:
    """Returns the cosines of the discrete cosine transform, the slowest first."""
    return [
        [cos(pi * (2 * x + 1) * wave / (2 * LOOK_SIDE)) for x in range(LOOK_SIDE)]
        for wave in range(_FREQUENCIES)
    ]


def _weigh(values: "bytes | list[float]", wave: list[float]) -> float:
    return sum(value * weight for value, weight in zip(values, wave, strict=True))

"""The colours of terminals that know only 256 or 16: their values, and the nearest to a colour.

Source of the values: xterm's 256colres.h and XTerm-col.ad. A terminal's user may have changed the
first 16, so only pictures use them.
"""

from functools import lru_cache
from typing import Final, Literal, TypeAlias

Rgb: TypeAlias = tuple[int, int, int]
"""Red, green and blue, 0 to 255 each."""

ColourDepth: TypeAlias = Literal["truecolor", "256", "16"]
"""How many colours a terminal shows: 24 bits of them, or these."""

FIRST_FIXED: Final = 16
"""From this number on every terminal shows the same colours: a cube, then greys."""

_LEVELS: Final = (0, 95, 135, 175, 215, 255)
"""Of each channel in the 6x6x6 cube."""
_FIRST_GREY: Final = 232
_GREYS: Final = tuple(range(8, 239, 10))

SIXTEEN: Final[tuple[Rgb, ...]] = (
    (0, 0, 0),
    (205, 0, 0),
    (0, 205, 0),
    (205, 205, 0),
    (0, 0, 238),
    (205, 0, 205),
    (0, 205, 205),
    (229, 229, 229),
    (127, 127, 127),
    (255, 0, 0),
    (0, 255, 0),
    (255, 255, 0),
    (92, 92, 255),
    (255, 0, 255),
    (0, 255, 255),
    (255, 255, 255),
)


def value_of(number: int) -> Rgb:
    """Returns the value of one of the colours from `FIRST_FIXED` to 255."""
    if number >= _FIRST_GREY:
        grey = _GREYS[number - _FIRST_GREY]
        return grey, grey, grey
    place = number - FIRST_FIXED
    return _LEVELS[place // 36], _LEVELS[place // 6 % 6], _LEVELS[place % 6]


@lru_cache(8192)
def nearest_of_256(color: Rgb) -> int:
    """Returns the number of the nearest colour in the cube and among the greys.

    A colour that is one of them gets its own number; Rich's own rounding shifts light greys by one
    and turns pale colours grey. Method: tmux's `colour_find_rgb`, which compares the nearest
    of the cube with the nearest grey.
    """
    red, green, blue = (_nearest(_LEVELS, channel) for channel in color)
    cube = FIRST_FIXED + 36 * red + 6 * green + blue
    grey = _FIRST_GREY + _nearest(_GREYS, round(sum(color) / 3))
    return min((cube, grey), key=lambda number: _distance(color, value_of(number)))


@lru_cache(8192)
def nearest_of_16(color: Rgb) -> int:
    """Returns the number of the nearest colour of xterm's first 16."""
    return min(range(16), key=lambda number: _distance(color, SIXTEEN[number]))


def _nearest(levels: tuple[int, ...], channel: int) -> int:
    return min(range(len(levels)), key=lambda place: abs(levels[place] - channel))


def _distance(one: Rgb, other: Rgb) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))

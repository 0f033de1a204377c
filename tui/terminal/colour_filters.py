"""Colours for terminals that know only 256 of them, or 16: the last step before a line is written.

With 256 the themes give exact numbers, and what they do not name gets the nearest. With 16 nobody
knows what a colour looks like, since users choose them: text has the terminal's default colours,
and bold and reverse video tell what colours tell elsewhere. Only pictures use the 16.
"""

from functools import lru_cache
from typing import Final

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from .pixel_cells import PixelColor
from .xterm_colours import ColourDepth, Rgb, nearest_of_16, nearest_of_256

INK: Final = "#fefefe"
STRONG_INK: Final = "#fdfdfd"
"""Bold."""
GROUND: Final = "#000000"
RAISED: Final = "#010101"
"""Reverse video."""
CURSOR: Final = "#020202"
"""Reverse video and bold."""

_HALF_BLOCKS: Final = frozenset("▀▄")
"""What pictures are drawn with."""
_BRIGHT: Final = 384
"""Sum of a light colour's channels."""


def colour_filters(depth: ColourDepth) -> tuple[LineFilter, ...]:
    """Returns what lines go through on their way to a terminal of so many colours."""
    return {"truecolor": (), "256": (Exactly256(),), "16": (AttributesOnly(),)}[depth]


class Exactly256(LineFilter):
    """Replaces 24-bit colours by their numbers among 256."""

    def apply(
        self,
        segments: list[Segment],
        background: Color,  # noqa: ARG002
    ) -> list[Segment]:
        """Returns the line's segments in colours that the terminal has."""
        return [Segment(text, _in_256(style) if style else style) for text, style, _ in segments]


class AttributesOnly(LineFilter):
    """Replaces the colours of text by the terminal's own and by attributes; keeps pictures."""

    def apply(
        self,
        segments: list[Segment],
        background: Color,  # noqa: ARG002
    ) -> list[Segment]:
        """Returns the line's segments without the colours that the theme gave them."""
        return [
            Segment(text, _as_picture(style) if _is_picture(text, style) else _as_text(style))
            if style
            else Segment(text)
            for text, style, _ in segments
        ]


def _is_picture(text: str, style: Style) -> bool:
    """Whether a segment is half blocks of a picture, and not those of a scroll bar."""
    if isinstance(style.color, PixelColor):
        return True
    color = _rgb(style.color)
    return text[:1] in _HALF_BLOCKS and color is not None and color not in _MARKS


@lru_cache(8192)
def _in_256(style: Style) -> Style:
    return style + Style.from_color(_number_of_256(style.color), _number_of_256(style.bgcolor))


def _number_of_256(color: RichColor | None) -> RichColor | None:
    rgb = _rgb(color)
    return color if rgb is None else RichColor.from_ansi(nearest_of_256(rgb))


@lru_cache(8192)
def _as_picture(style: Style) -> Style:
    color, ground = _rgb(style.color), _rgb(style.bgcolor)
    return Style.from_color(
        RichColor.from_ansi(nearest_of_16(color)) if color else style.color,
        RichColor.from_ansi(nearest_of_16(ground)) if ground else None,
    )


@lru_cache(1024)
def _as_text(style: Style) -> Style:
    """Returns a style's attributes, with those that its colours stand for."""
    color, ground = _rgb(style.color), _rgb(style.bgcolor)
    is_reverse = bool(style.reverse)
    is_bold = bool(style.bold) or color == _STRONG_INK or ground == _CURSOR
    if ground in _REVERSED or (ground is not None and sum(ground) > _BRIGHT):
        is_reverse = not is_reverse
    return style.without_color + Style(bold=is_bold, reverse=is_reverse, dim=False)


def _rgb(color: RichColor | None) -> Rgb | None:
    """Returns a 24-bit colour's value; None for what is none to look at, as a picture's id."""
    if type(color) is not RichColor or color.triplet is None:
        return None
    return color.triplet.red, color.triplet.green, color.triplet.blue


def _value(name: str) -> Rgb:
    return Color.parse(name).rgb


_STRONG_INK: Final = _value(STRONG_INK)
_CURSOR: Final = _value(CURSOR)
_REVERSED: Final = {_value(RAISED), _CURSOR}
_MARKS: Final = {_value(INK), _STRONG_INK, _value(GROUND), *_REVERSED}

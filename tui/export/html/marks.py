"""Boxes and points of an answer as SVG over their picture, and their names below it.

Over a picture stand the numbers alone: labels would lie over each other on a telephone.
"""

from typing import Final

from ....core.boxes import Box, PlacedMark
from ....core.excerpt import Region
from ...marks import colour_of
from .. import words
from .content import text_html

_BADGE_SHARE: Final = 24
"""The number of a mark is so many times lower than the longer side of its picture."""
_DIGIT_SHARE: Final = 0.62
"""How wide a digit is, of how high it is written."""


def over_picture(placed: PlacedMark, index: int) -> str:
    """Returns a mark with its number, in pixels of its picture.

    Args:
        placed: the mark.
        index: its place among all that the answer marks, from 0.
    """
    height = max(8, max(placed.picture.width, placed.picture.height) // _BADGE_SHARE)
    colour, number = _hex(index), str(index + 1)
    badge = round(height * _DIGIT_SHARE * (len(number) + 1))
    if isinstance(placed.mark, Box):
        shape = _rectangle(placed.mark.numbers)
        x, y = placed.mark.left, placed.mark.top
    else:
        x, y = placed.mark.x, placed.mark.y
        shape = f'cx="{x}" cy="{y}" r="{height // 3}"'
    tag = "rect" if isinstance(placed.mark, Box) else "circle"
    # What begins in the last column has its number before it.
    x = min(x, max(0, placed.picture.width - badge))
    y = min(y, max(0, placed.picture.height - height))
    return (
        f'<g><title>{text_html(words.mark_name(placed, index + 1))}</title><{tag} class="edge" '
        f'{shape}/><{tag} class="mark" stroke="{colour}" {shape}/>'
        f'<rect x="{x}" y="{y}" width="{badge}" height="{height}"/>'
        f'<text x="{x + badge / 2:g}" y="{y + height * 0.83:g}" font-size="{height * 0.9:g}" '
        f'fill="{colour}" text-anchor="middle">{number}</text></g>'
    )


def legend(placed: PlacedMark, index: int) -> str:
    """Returns a mark's item in the list of their names."""
    swatch = (
        '<svg class="swatch" aria-hidden="true" width="12" height="12" viewBox="0 0 12 12">'
        f'<rect width="12" height="12" rx="2" fill="{_hex(index)}"/></svg>'
    )
    name = text_html(words.mark_name(placed, index + 1))
    return f"<li>{swatch}{name} <span>{text_html(words.mark_place(placed))}</span></li>"


def place_of(region: Region) -> str:
    """Returns a rectangle's place in the whole picture."""
    shape = _rectangle((region.x, region.y, region.right, region.bottom))
    return f'<rect class="edge" {shape}/><rect class="mark" stroke="#fff" {shape}/>'


def _rectangle(edges: tuple[int, ...]) -> str:
    left, top, right, bottom = edges
    return f'x="{left}" y="{top}" width="{right - left}" height="{bottom - top}"'


def _hex(index: int) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour_of(index))

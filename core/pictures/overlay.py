"""What is drawn over a small copy: rectangles and points, each with its label or its number.

Every line is bright between two dark ones, so that it is seen on any ground.
"""

from collections.abc import Iterator
from math import ceil
from typing import Final, NamedTuple

from PIL import Image, ImageDraw, ImageFont

from ..excerpt import Region
from .jobs import DrawnMark, Overlay

_DARK: Final = (0, 0, 0)

_TEXT_SHARE: Final = 1 / 14
"""Height of a label as a share of the copy's shorter side."""
_SMALLEST_TEXT: Final = 9
_LARGEST_TEXT: Final = 18
_PADDING: Final = 2


class _Area(NamedTuple):
    """Pixels of the copy; the last column and row are in it."""

    left: int
    top: int
    right: int
    bottom: int

    def grown(self, pixels: int) -> "_Area":
        """Returns it larger by pixels on each side; smaller by negative ones."""
        left, top, right, bottom = self
        return _Area(left - pixels, top - pixels, right + pixels, bottom + pixels)

    def overlaps(self, other: "_Area") -> bool:
        """Whether a pixel is in both."""
        is_beside = self.right < other.left or other.right < self.left
        return not (is_beside or self.bottom < other.top or other.bottom < self.top)


class _Line(NamedTuple):
    """How wide a line is, in pixels."""

    bright: int
    dark: int
    """Of the edge on each side."""


_FINE: Final = _Line(2, 1)
_IN_DOTS: Final = _Line(1, 0)


def draw_overlay(small: Image.Image, overlay: Overlay, shown: Region) -> Image.Image:
    """Returns a small copy with what is drawn over it; in its dots, where these are few.

    Args:
        small: the copy, RGB.
        overlay: what to draw.
        shown: what of the page the copy shows.
    """
    thin = _FINE
    if overlay.dots != (0, 0):
        small, thin = small.resize(overlay.dots, Image.Resampling.LANCZOS), _IN_DOTS
    draw = ImageDraw.Draw(small)
    # What is thick lies above the others.
    placed = [(mark, _place(mark, small, shown)) for mark in overlay.marks]
    placed.sort(key=lambda it: it[0].is_thick)
    for mark, area in placed:
        line = _Line(2 * thin.bright, thin.dark) if mark.is_thick else thin
        if mark.is_point:
            _draw_point(draw, area, line, mark.colour)
        else:
            _draw_box(draw, area, line, mark.colour)
    if thin is _FINE:
        labels = _Labels(draw, small.size)
        for mark, area in reversed(placed):
            labels.add(mark, area.grown(_radius(thin)) if mark.is_point else area)
    return small


def _place(mark: DrawnMark, small: Image.Image, shown: Region) -> _Area:
    """Returns where a mark is in the copy."""
    across, down = small.width / shown.width, small.height / shown.height
    left, top = round((mark.left - shown.x) * across), round((mark.top - shown.y) * down)
    right = round((mark.right - shown.x) * across) - 1
    bottom = round((mark.bottom - shown.y) * down) - 1
    return _Area(left, top, max(left, right), max(top, bottom))


def _draw_box(
    draw: ImageDraw.ImageDraw, area: _Area, line: _Line, colour: tuple[int, int, int]
) -> None:
    """Draws a frame whose bright line runs along the inside of the box."""
    for step in range(-line.dark, line.bright + line.dark):
        frame = area.grown(-step)
        if frame.left > frame.right or frame.top > frame.bottom:
            return
        draw.rectangle(frame, outline=colour if 0 <= step < line.bright else _DARK)


def _draw_point(
    draw: ImageDraw.ImageDraw, area: _Area, line: _Line, colour: tuple[int, int, int]
) -> None:
    """Draws a disc around a point, with a dark rim and a dark middle."""
    radius = _radius(line)
    middle = _Area(area.left, area.top, area.left, area.top)
    for size, fill in ((radius + line.dark, _DARK), (radius, colour), (line.bright // 2, _DARK)):
        draw.ellipse(middle.grown(size), fill=fill)


def _radius(line: _Line) -> int:
    return 2 * line.bright + 1


class _Labels:
    """Words at boxes, none over another."""

    def __init__(self, draw: ImageDraw.ImageDraw, size: tuple[int, int]) -> None:
        height = round(min(size) * _TEXT_SHARE)
        self._font = ImageFont.load_default(min(max(height, _SMALLEST_TEXT), _LARGEST_TEXT))
        self._draw = draw
        self._whole = _Area(0, 0, size[0] - 1, size[1] - 1)
        self._taken: list[_Area] = []

    def add(self, mark: DrawnMark, area: _Area) -> None:
        """Draws the label where there is room, else the number, else nothing."""
        # Pillow's own font has no other letters.
        texts = [mark.label] if mark.label.isascii() and mark.label.isprintable() else []
        for text in filter(None, [*texts, str(mark.number)]):
            place = self._find_room(text, area)
            if place is not None:
                self._taken.append(place)
                self._draw.rectangle(place, fill=_DARK)
                at = (place.left + _PADDING, place.top)
                self._draw.text(at, text, mark.colour, self._font, anchor="la")
                return

    def _find_room(self, text: str, area: _Area) -> _Area | None:
        """Returns where a text fits at a box: above it, below it, or in its corner."""
        width = ceil(self._draw.textlength(text, self._font)) + 2 * _PADDING
        height = ceil(self._font.getbbox("Ag")[3]) + _PADDING
        for left, top in self._corners(area, width, height):
            place = _Area(left, top, left + width - 1, top + height - 1)
            is_inside = left >= 0 and top >= 0 and place.right <= self._whole.right
            is_inside = is_inside and place.bottom <= self._whole.bottom
            if is_inside and not any(map(place.overlaps, self._taken)):
                return place
        return None

    def _corners(self, area: _Area, width: int, height: int) -> Iterator[tuple[int, int]]:
        """Yields where the left top corner of a label may be, the best place first."""
        start = min(area.left, self._whole.right + 1 - width)
        yield start, area.top - height - 1
        yield start, area.bottom + 2
        inside = area.grown(-_FINE.bright - _FINE.dark)
        yield inside.left, inside.top

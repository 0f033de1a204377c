"""A box or a point that an answer marks in a picture, in pixels of that picture."""

from typing import Final, NamedTuple

from ..conversation import Attachment
from ..excerpt import Region

_AROUND_POINT: Final = 4
"""What is cut out around a point is this fraction of the picture's shorter side."""


class Box(NamedTuple):
    """A labelled rectangle, in pixels from the picture's top left corner."""

    label: str
    """Empty where the answer gives none."""
    left: int
    top: int
    right: int
    """The first column that is not in it."""
    bottom: int
    """The first row that is not in it."""

    @property
    def numbers(self) -> tuple[int, ...]:
        """Left, top, right and bottom."""
        return self[1:]

    def moved(self, x: int, y: int) -> "Box":
        """Returns it further to the right and down."""
        return Box(self.label, self.left + x, self.top + y, self.right + x, self.bottom + y)


class Point(NamedTuple):
    """A labelled pixel, counted from the picture's top left corner."""

    label: str
    x: int
    y: int

    @property
    def numbers(self) -> tuple[int, ...]:
        """Column and row."""
        return self[1:]

    def moved(self, x: int, y: int) -> "Point":
        """Returns it further to the right and down."""
        return Point(self.label, self.x + x, self.y + y)


Mark = Box | Point


class PlacedMark(NamedTuple):
    """A box or a point, and which picture of the conversation it is in."""

    mark: Mark
    """In pixels of the picture as it was attached, which may be a rectangle of its file."""
    picture: Attachment
    number: int
    """Of the picture among those of its branch, from 1."""

    @property
    def in_file(self) -> Mark:
        """The same in pixels of the page of the file that the picture is cut from."""
        region = self.picture.excerpt.region
        return self.mark if region is None else self.mark.moved(region.x, region.y)

    @property
    def region(self) -> Region:
        """What to cut out of the picture to look at it closely; around a point a square."""
        width, height = self.picture.width, self.picture.height
        if isinstance(self.mark, Box):
            left, top, right, bottom = self.mark.numbers
            return Region(left, top, right - left, bottom - top)
        side = max(1, min(width, height) // _AROUND_POINT)
        left = min(max(self.mark.x - side // 2, 0), width - side)
        top = min(max(self.mark.y - side // 2, 0), height - side)
        return Region(left, top, side, side)

"""The pictures of a message as they are drawn: for which bounds, and with which marks over them."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from msgspec import Struct

from ...core.conversation import Attachment
from .look import Look
from .picture_lines import NotBegun, picture_bounds

if TYPE_CHECKING:
    from ...core.pictures.jobs import DrawnMark
    from ..pictures import DrawnPicture

MarksOn = Callable[[Attachment], "tuple[DrawnMark, ...]"]
"""Returns what is to lie over a picture."""


class PictureOrder(Struct, frozen=True):
    """A picture of a message that is to be drawn."""

    index: int
    """Among the message's pictures."""
    attachment: Attachment
    bounds: tuple[int, int]
    """Most columns and rows."""
    marks: "tuple[DrawnMark, ...]" = ()
    """What is to lie over it."""


class DrawnPictures:
    """What is on screen of a message's pictures, and what is missing."""

    def __init__(self) -> None:
        self._within = (0, 0)
        self._drawn: dict[int, DrawnPicture | NotBegun] = {}
        self._marks: dict[int, tuple[DrawnMark, ...]] = {}

    def put(self, order: PictureOrder, drawn: "DrawnPicture | NotBegun") -> bool:
        """Takes a picture that was drawn; returns whether it is still wanted in that size."""
        if self._within != order.bounds:
            return False
        self._drawn[order.index] = drawn
        self._marks[order.index] = order.marks
        return True

    def missing(
        self, pictures: Iterable[Attachment], look: Look, marks_on: MarksOn
    ) -> list[PictureOrder]:
        """Returns what is to be drawn for a look.

        What is drawn with other marks stays on screen until it is drawn again.
        """
        bounds = picture_bounds(look)
        if self._within != bounds:
            self._within = bounds
            self.clear()
        orders = (
            PictureOrder(index, it, bounds, marks_on(it))
            for index, it in enumerate(pictures)
            if not it.is_left_out
        )
        return [it for it in orders if not self._has(it)]

    def find(
        self, index: int, look: Look
    ) -> "tuple[DrawnPicture | NotBegun | None, tuple[DrawnMark, ...]]":
        """Returns a picture as it is drawn for a look, if it is, and what lies over it."""
        if self._within != picture_bounds(look):
            return None, ()
        return self._drawn.get(index), self._marks.get(index, ())

    def clear(self) -> None:
        """Forgets them all."""
        self._drawn.clear()
        self._marks.clear()

    def _has(self, order: PictureOrder) -> bool:
        drawn = self._drawn.get(order.index)
        is_drawn = drawn is not None and not drawn.may_retry
        return is_drawn and self._marks.get(order.index) == order.marks

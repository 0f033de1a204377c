"""Thumbnails of the pictures that are in sight, drawn one after the other beside the interface."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from rich.segment import Segment
from rich.style import Style
from textual.widget import Widget
from textual.worker import Worker

from ...core.conversation import Attachment
from ...core.excerpt import read_key

if TYPE_CHECKING:
    from ..pictures import DrawnPicture, Pictures

COLUMNS: Final = 10
"""Most cells of a thumbnail across."""


class Thumbnails:
    """Those of one list; what scrolls out of sight is let go."""

    def __init__(
        self,
        widget: Widget,
        pictures: "Callable[[], Pictures]",
        in_sight: Callable[[], Iterable[str]],
    ) -> None:
        """Draws nothing yet.

        Args:
            widget: shows them, and is drawn again when there is another one.
            pictures: returns what draws; called when the first one is to be drawn.
            in_sight: returns the keys of the pictures that are in sight.
        """
        self._widget = widget
        self._pictures = pictures
        self._in_sight = in_sight
        self._drawn: dict[str, DrawnPicture] = {}
        self._rows = 0
        self._drawing: Worker[None] | None = None

    def draw(self, rows: int) -> None:
        """Has those in sight drawn so many rows high; a drawing that runs takes them up too."""
        if rows != self._rows:
            self._drawn, self._rows = {}, rows
        is_drawing = self._drawing is not None and not self._drawing.is_finished
        if self._widget.is_attached and not is_drawing and self._next() is not None:
            self._drawing = self._widget.run_worker(self._draw_all)

    def cells(self, key: str, part: int, ground: Style) -> list[Segment]:
        """Returns a line of a thumbnail, or as much room where there is none."""
        drawn = self._drawn.get(key)
        if drawn is None or drawn.error or part >= len(drawn.strips):
            return [Segment(" " * COLUMNS, ground)]
        return [*drawn.strips[part], Segment(" " * (COLUMNS - drawn.columns), ground)]

    async def _draw_all(self) -> None:
        pictures = self._pictures()
        while (key := self._next()) is not None:
            rows = self._rows
            drawn = await pictures.draw(_picture_of(key), COLUMNS, rows)
            if rows == self._rows:
                self._drawn[key] = drawn
            self._widget.refresh()

    def _next(self) -> str | None:
        """Returns the key of a picture in sight that is not drawn; those of others are dropped."""
        wanted = dict.fromkeys(self._in_sight())
        self._drawn = {key: it for key, it in self._drawn.items() if key in wanted}
        return next((key for key in wanted if key and key not in self._drawn), None)


def _picture_of(key: str) -> Attachment:
    sha256, excerpt = read_key(key)
    return Attachment(sha256, "The picture", 0, 0, excerpt=excerpt)

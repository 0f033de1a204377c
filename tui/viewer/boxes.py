"""The boxes that lie over pictures of a gallery, and the one that is highlighted. Pure."""

from collections.abc import Callable, Sequence

from ...core.boxes import PlacedMark
from ...core.conversation import Attachment
from ...core.pictures.jobs import DrawnMark
from ..marks import drawn_marks
from .gallery import Slide

ReadMarks = Callable[[Attachment], Sequence[PlacedMark]]
"""Returns what the answer marks that is shown over a stored picture, in this and in others."""


class Boxes:
    """What is drawn over each picture, until it is hidden."""

    def __init__(self, read: ReadMarks = lambda _picture: ()) -> None:
        self._read = read
        self._chosen: PlacedMark | None = None
        self.are_shown = True
        """Whether they are drawn at all."""

    def any_in(self, slide: Slide) -> bool:
        """Returns whether there are any in a picture."""
        return bool(self._in(slide))

    def drawn_on(self, slide: Slide) -> tuple[DrawnMark, ...]:
        """Returns what to draw over a picture."""
        if not self.are_shown or not isinstance(slide.source, Attachment):
            return ()
        marks = self._read(slide.source)
        chosen = self.chosen_in(slide)
        return drawn_marks(marks, slide.source, marks.index(chosen) if chosen else None)

    def chosen_in(self, slide: Slide) -> PlacedMark | None:
        """Returns what is highlighted in a picture."""
        return self._chosen if self.are_shown and self._chosen in self._in(slide) else None

    def move(self, slide: Slide, distance: int) -> PlacedMark | None:
        """Highlights another one in a picture, or none behind the last one; returns it."""
        marks = self._in(slide)
        places: list[PlacedMark | None] = [*marks, None]
        place = places.index(self.chosen_in(slide))
        self._chosen = places[(place + distance) % len(places)]
        self.are_shown = True
        return self._chosen

    def leave(self) -> None:
        """Highlights none."""
        self._chosen = None

    def _in(self, slide: Slide) -> list[PlacedMark]:
        picture = slide.source
        if not isinstance(picture, Attachment):
            return []
        return [it for it in self._read(picture) if it.picture.key == picture.key]

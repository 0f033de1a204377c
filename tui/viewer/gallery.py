"""The pictures that one looks through: those of a conversation, or of a folder. Pure."""

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from ...core.conversation import Attachment
from ...core.excerpt import WHOLE, Excerpt
from ...core.pictures.jobs import Fed
from ...core.settings import Paths
from ..pictures import Source
from ..session.draft import DraftPicture, part_of


class Slide(Struct, frozen=True):
    """One picture to look at."""

    source: Source
    name: str
    """What it is called, with what of its file it is."""
    excerpt: Excerpt = WHOLE
    """What of the source's file it is."""

    @classmethod
    def of(cls, source: Source, excerpt: Excerpt = WHOLE) -> "Slide":
        """Returns a stored picture, or what of a file."""
        if isinstance(source, Attachment):
            return cls(source, source.label, source.excerpt)
        return cls(source, f"{source.name}{excerpt}", excerpt)

    def part(self, excerpt: Excerpt, paths: Paths) -> DraftPicture:
        """Returns a part of it, to be attached: of the same file, which is stored once."""
        it = self.source
        if isinstance(it, Path):
            return DraftPicture(it, excerpt=excerpt)
        return part_of(it, excerpt, paths.picture(it.sha256))

    @property
    def size(self) -> tuple[int, int]:
        """Pixels across and down; (0, 0) of a file that was not read yet."""
        if isinstance(self.source, Path):
            return 0, 0
        return self.source.width, self.source.height

    @property
    def fed(self) -> Fed | None:
        """What the model was given of it, or will be; None while that is not known."""
        it = self.source
        if isinstance(it, Path) or not it.model_width:
            return None
        return Fed(self.excerpt, it.model_width, it.model_height)


class Gallery(Struct, frozen=True):
    """Pictures in their order, one of which is looked at, and another one beside it."""

    slides: Sequence[Slide]
    place: int = 0
    """Of the one that is looked at."""
    other: int = 0
    """Of the one to compare it with; the same where there is no other."""

    @classmethod
    def at(cls, slides: Sequence[Slide], place: int) -> "Gallery":
        """Returns the pictures with one of them in view."""
        return cls(slides, place, _neighbour(place, len(slides)))

    @property
    def slide(self) -> Slide:
        """The one that is looked at."""
        return self.slides[self.place]

    @property
    def partner(self) -> Slide | None:
        """The one to compare it with; None where there is no other."""
        return self.slides[self.other] if self.other != self.place else None

    def moved(self, distance: int) -> "Gallery":
        """Returns it with another picture in view: the one so many places on, if there is one."""
        place = max(0, min(self.place + distance, len(self.slides) - 1))
        return Gallery.at(self.slides, place) if place != self.place else self

    def swapped(self) -> "Gallery":
        """Returns it with the two compared pictures in each other's place."""
        return Gallery(self.slides, self.other, self.place)

    def with_next_partner(self) -> "Gallery":
        """Returns it with the next one of the others to compare the picture with."""
        count = len(self.slides)
        others = [(self.other + step) % count for step in range(1, count + 1)]
        other = next((place for place in others if place != self.place), self.other)
        return Gallery(self.slides, self.place, other)


def _neighbour(place: int, count: int) -> int:
    return place + 1 if place + 1 < count else max(place - 1, 0)

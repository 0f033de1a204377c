"""A folder's pictures on the whole screen: the viewer as the picker opens it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from textual.app import App

from ...core.excerpt import Excerpt
from ..pictures import Pictures
from ..session.draft import DraftPicture
from ..session.prices import Prices
from ..viewer import Gallery, Slide, Viewer
from .picked import Picked


class Looked(NamedTuple):
    """What came of looking."""

    last: int
    """Place of the picture that was looked at last."""
    parts: list[DraftPicture]
    """Rectangles that are to be attached."""


async def look_through(
    app: App[Any], pictures: Pictures, prices: Prices, listed: Sequence[Picked], place: int
) -> Looked:
    """Shows pictures on the whole screen until the user leaves that.

    Args:
        app: shows the viewer.
        pictures: draws.
        prices: tells what rectangles cost.
        listed: the pictures, in order.
        place: of the one to begin with.
    """
    parts: list[DraftPicture] = []

    def attach(slide: Slide, excerpt: Excerpt) -> None:
        parts.append(DraftPicture(listed[gallery.slides.index(slide)].path, excerpt=excerpt))

    gallery = Gallery.at([Slide.of(it.path, it.excerpt) for it in listed], place)
    last = await app.push_screen_wait(Viewer(pictures, gallery, prices, attach))
    return Looked(gallery.slides.index(last), parts)

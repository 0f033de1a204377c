"""What the viewer says of a picture: name, size, zoom, where one looks. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from ...core.excerpt import Region
from ...core.pictures.jobs import DrawnMark, Fed
from ..marks import highlighted
from ..visible import visible_line
from .gallery import Gallery
from .sight import Sight, Stage

_PART = " · "


class View(NamedTuple):
    """What is on screen, as far as it is told."""

    gallery: Gallery
    stage: Stage | None
    """Of the picture that is looked at; None while its size is not known."""
    sight: Sight
    fed: Fed | None = None
    """What the model was given, where that is seen."""
    is_compared: bool = False
    """Whether another picture stands beside it, or in its place when a key is pressed."""
    marks: Sequence[DrawnMark] = ()
    """Boxes and points over it."""


def view_words(view: View) -> str:
    """Returns one line: name, size, zoom, the part in view, and which of the pictures it is."""
    gallery, stage = view.gallery, view.stage
    facts = []
    if stage is not None:
        facts.append(f"{stage.width}x{stage.height}")
        if view.fed is not None:
            facts.append(_fed_words(view.fed, stage))
        facts.append(f"{stage.percent(view.sight)} %")
        seen = stage.place(view.sight).region
        if seen != Region(0, 0, stage.width, stage.height):
            facts.append(f"at {seen}")
    if len(gallery.slides) > 1:
        facts.append(f"{gallery.place + 1} of {len(gallery.slides)}")
    if named := highlighted(view.marks):
        facts.insert(0, named)
    if view.is_compared and gallery.partner is not None:
        facts.append(f"beside {visible_line(gallery.partner.name)}")
    return _PART.join([visible_line(gallery.slide.name), *facts])


def _fed_words(fed: Fed, stage: Stage) -> str:
    """Returns the size that the model was given, and its width in parts of the picture's."""
    scale = round(100 * fed.width / stage.width)
    return f"model's view {fed.width}x{fed.height} ({scale} %)"

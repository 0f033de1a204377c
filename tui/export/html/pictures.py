"""The pictures of a page as SVG: the data of each one once, and what is marked drawn over it.

A picture that is shown again, under an answer that marks something in it, refers to the first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from ....core.boxes import PlacedMark
from ....core.conversation import Attachment, Message
from ....core.excerpt import Excerpt, key_of
from .. import words
from ..stored_pictures import StoredPictures
from .ahead import PicturesAhead
from .content import text_html
from .marks import legend, over_picture, place_of

_LOST: Final = "<p>This picture could not be read when the page was made.</p>"


@dataclass(frozen=True)
class _Drawn:
    """A picture that is in the page."""

    id: str
    width: int
    height: int


class PagePictures:
    """Draws the pictures of one page."""

    def __init__(self, stored: StoredPictures, *, are_whole: bool) -> None:
        """Has drawn none yet.

        Args:
            stored: where they come from.
            are_whole: whether they have all their pixels.
        """
        self._ahead = PicturesAhead(partial(stored.data_url, is_whole=are_whole))
        self._drawn: dict[str, _Drawn | None] = {}
        """Those that were wanted so far, by their keys; None for one that can't be read."""

    def expect(self, messages: Iterable[Message]) -> None:
        """Says which messages are told next, so that their pictures are read ahead."""
        found = {it.key: it for message in messages for it in message.attachments}
        self._ahead.expect(it for key, it in found.items() if key not in self._drawn)

    async def figure(self, picture: Attachment, number: int) -> str:
        """Returns a picture with its caption, and with where it lies in a larger one above it."""
        name = words.picture_name(picture, number)
        facts = text_html(", ".join(words.picture_facts(picture)))
        caption = f"<figcaption>{text_html(name)} <span>{facts}</span></figcaption>"
        element = await self._element(picture)
        if not element:
            return f'<figure class="lost">{_LOST}{caption}</figure>\n'
        image = _svg(element, name, picture.width, picture.height)
        return f"<figure>{image}{self._place(picture)}{caption}</figure>\n"

    async def marked(self, marks: Sequence[PlacedMark]) -> str:
        """Returns what an answer marks, drawn over each of the pictures that it marks it in."""
        figures = []
        for number in dict.fromkeys(it.number for it in marks):
            inside = [(at, it) for at, it in enumerate(marks) if it.number == number]
            picture = inside[0][1].picture
            element = await self._element(picture)
            name = f"{words.picture_name(picture, number)}, with what the answer marks"
            drawn = element + "".join(over_picture(it, at) for at, it in inside)
            image = _svg(drawn, name, picture.width, picture.height) if element else ""
            names = "".join(legend(it, at) for at, it in inside)
            caption = f"<figcaption>Marked in picture {number}:<ul>{names}</ul></figcaption>"
            figures.append(f'<figure class="marked">{image}{caption}</figure>\n')
        return "".join(figures)

    async def _element(self, picture: Attachment) -> str:
        """Returns what draws a picture; empty where it can't be read."""
        if picture.key in self._drawn:
            known = self._drawn[picture.key]
            return f'<use href="#{known.id}"/>' if known else ""
        url = await self._ahead.take(picture)
        if not url:
            self._drawn[picture.key] = None
            return ""
        drawn = _Drawn(f"p{len(self._drawn) + 1}", picture.width, picture.height)
        self._drawn[picture.key] = drawn
        size = f'width="{drawn.width}" height="{drawn.height}"'
        return f'<image id="{drawn.id}" href="{url}" {size} preserveAspectRatio="none"/>'

    def _place(self, picture: Attachment) -> str:
        """Returns where a rectangle lies in its page, if all of that is shown above it."""
        region = picture.excerpt.region
        whole = self._drawn.get(key_of(picture.sha256, Excerpt(picture.excerpt.page)))
        if region is None or whole is None:
            return ""
        name = f"Where it lies in the whole picture: {region.width}x{region.height} pixels"
        drawn = f'<use href="#{whole.id}"/>{place_of(region)}'
        return _svg(drawn, name, whole.width, whole.height, kind=' class="place"')


def _svg(inside: str, name: str, width: int, height: int, *, kind: str = "") -> str:
    return (
        f'<svg{kind} role="img" aria-label="{text_html(name)}" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" preserveAspectRatio="xMinYMin meet">{inside}</svg>'
    )

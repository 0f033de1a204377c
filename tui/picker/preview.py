"""The preview pane: one picture as large as fits, and what is known of it below."""

import asyncio
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import ClassVar, Final, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.events import Click
from textual.message import Message
from textual.reactive import var
from textual.strip import Strip
from textual.widget import Widget
from textual.worker import Worker

from ...core.conversation import Attachment
from ...core.excerpt import WHOLE, Excerpt
from ...core.pictures.jobs import DrawnMark, Fed
from ..line_profile import line_of
from ..marks import highlighted
from ..pictures import DrawnPicture, Pictures, Rendition, Source, laid_on
from ..price_words import price_words
from ..scarcity import Scarcity, scarcity_named
from ..session.prices import NO_PRICE, Price, Prices
from ..size_watcher import watch_size
from ..sizes import in_bytes
from ..visible import visible_line
from ..wrapped import wrap_cells

SETTLE_SECONDS: Final = 0.06
"""How long a picture must stay wanted before it is drawn where the one before was not drawn yet, or
the line is slow: while a key is held down, nothing is drawn that would be late."""

_JUST_BEFORE_SECONDS: Final = 0.3
"""Keys that repeat come faster, also on a slow line."""

NOTHING_SHOWN: Final = "The picture that you attach, or open in the chat, is shown here."

_CAPTION_ROWS: Final = 3
"""An empty row, the name, and the facts; these take more rows if they are long."""


class _Shown(NamedTuple):
    """What a pane shows, or is to show."""

    source: Source
    excerpt: Excerpt | None
    """What of its file; None for what the stored picture is, or all."""
    marks: tuple[DrawnMark, ...]
    """Boxes and points that are drawn over it."""

    @property
    def label(self) -> str:
        """The name of it, and behind that what of the file it is."""
        if self.excerpt is None and isinstance(self.source, Attachment):
            return self.source.label
        return f"{self.source.name}{self.excerpt or ''}"

    def fed(self, price: Price) -> Fed | None:
        """Returns what the model is given of it; None while that is not known."""
        if not price.model_width:
            return None
        excerpt = self.source.excerpt if isinstance(self.source, Attachment) else WHOLE
        return Fed(self.excerpt or excerpt, price.model_width, price.model_height)


class PreviewPane(Widget):
    """Shows a picture at its aspect ratio and fits it again when the pane changes its size."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"preview-pane--name", "preview-pane--note"}
    DEFAULT_CSS = """
    PreviewPane { padding: 0 1; background: $surface; }
    PreviewPane > .preview-pane--name { color: $foreground; }
    PreviewPane > .preview-pane--note { color: $text-muted; }
    """

    shows_fed: var[bool] = var(False)
    """Whether it shows what the model is given in place of the picture itself."""

    class Drawn(Message):
        """What the pane was asked to show is drawn, or why it is not."""

    class Opened(Message):
        """The picture was clicked."""

    def __init__(
        self,
        pictures: Pictures | None = None,
        *,
        empty: str = NOTHING_SHOWN,
        prices: Prices | None = None,
        id: str | None = None,  # noqa: A002
    ) -> None:
        """Makes an empty pane.

        Args:
            pictures: draws what is shown.
            empty: the sentence of a pane that is asked to show nothing.
            prices: tells what files would cost; without it nothing is said of that.
            id: the widget's id.
        """
        super().__init__(id=id)
        self._pictures = pictures
        self._prices = prices
        self._empty = empty
        self._sentence = empty
        self._wanted: _Shown | None = None
        self._shown: _Shown | None = None
        """What is drawn."""
        self._drawn: DrawnPicture | None = None
        self._facts = ""
        self._wanted_at = 0.0
        self._drawing: Worker[None] | None = None

    @property
    def drawn(self) -> DrawnPicture | None:
        """What the pane shows; None while nothing is drawn."""
        return self._drawn

    @property
    def source(self) -> Source | None:
        """What the pane was last asked to show."""
        return self._wanted.source if self._wanted else None

    def pages_of(self, source: Source) -> int:
        """Returns how many pages the file has if it is what the pane has drawn; 1 until then."""
        is_drawn = self._shown is not None and self._shown.source == source
        return self._drawn.pages if self._drawn is not None and is_drawn else 1

    def show(
        self,
        shown: Source | str | None,
        excerpt: Excerpt | None = None,
        marks: tuple[DrawnMark, ...] = (),
    ) -> None:
        """Shows a picture, a sentence in place of one, or what stands in an empty pane.

        Of several calls in quick succession the last one counts.

        Args:
            shown: any of these.
            excerpt: what of its file; by default what the stored picture is, or all.
            marks: boxes and points to draw over the picture.
        """
        wanted = None if shown is None or isinstance(shown, str) else _Shown(shown, excerpt, marks)
        self._sentence = shown if isinstance(shown, str) else self._empty
        is_drawn = self._drawn is not None and not self._drawn.error
        if wanted is not None and wanted == self._wanted and is_drawn:
            return
        self._wanted = wanted
        if wanted is None:
            self._drawn = self._shown = None
            self.refresh()
        self._draw_soon()

    def draw_again(self) -> None:
        """Draws what is shown once more, as for a terminal that draws otherwise now."""
        self._drawn = None
        self._draw_soon()

    def watch_shows_fed(self) -> None:
        """Draws the other pixels."""
        self._draw_soon()

    def on_click(self, _event: Click) -> None:
        """Tells that somebody wants to see more of the picture."""
        if self._drawn is not None and not self._drawn.error:
            self.post_message(self.Opened())

    def on_mount(self) -> None:
        """Fits the picture to every size that the pane gets."""
        watch_size(self, self._draw_soon)

    def on_show(self) -> None:
        """Tries again what could not be drawn when the pane was on screen last."""
        if self._drawn is not None and self._drawn.may_retry:
            self._draw_soon()

    def render_line(self, y: int) -> Strip:
        """Returns a row of the picture or of its caption."""
        width = self.size.width
        ground = self.rich_style
        strip = self._line(y, width)
        return laid_on(strip.adjust_cell_length(width, ground), ground)

    def _line(self, y: int, width: int) -> Strip:
        drawn = self._drawn
        if drawn is None or drawn.error:
            sentence = drawn.error if drawn else "" if self._wanted else self._sentence
            lines = wrap_cells(visible_line(sentence), max(width, 1))
            return _caption(lines[y] if y < len(lines) else "", width, self._note_style)
        rows = drawn.strips
        captions = self._captions(width)
        if y < len(rows):
            margin = (width - drawn.columns) // 2
            return Strip([Segment(" " * margin), *rows[y]], margin + drawn.columns)
        index = y - len(rows) - 1
        return captions[index] if 0 <= index < len(captions) else Strip.blank(width)

    def _captions(self, width: int) -> list[Strip]:
        if self._shown is None or self._drawn is None:
            return []
        label = visible_line(self._shown.label)
        name = _caption(label, width, self._style("preview-pane--name"))
        lines = _lines(self._facts, width)
        return [name, *(_caption(line, width, self._note_style) for line in lines)]

    def _draw_soon(self) -> None:
        is_late = self._drawing is not None and not self._drawing.is_finished
        if self._drawing is not None:
            self._drawing.cancel()
        wanted_at, self._wanted_at = self._wanted_at, time.monotonic()
        is_repeated = self._wanted_at - wanted_at < _JUST_BEFORE_SECONDS
        may_wait = is_late or line_of(self.app).is_slow
        delay = SETTLE_SECONDS if is_repeated and may_wait else 0.0
        if self._wanted is not None and self._pictures is not None and self.size.width > 0:
            draw = partial(self._draw, self._wanted, self._pictures, delay)
            self._drawing = self.run_worker(draw)

    async def _draw(self, shown: _Shown, pictures: Pictures, delay: float) -> None:
        await asyncio.sleep(delay)
        columns = self.size.width
        rows = min(self.size.height, line_of(self.app).picture_rows + _CAPTION_ROWS)
        source, rendition = shown.source, Rendition(marks=shown.marks)
        draw = partial(pictures.draw, source, columns, excerpt=shown.excerpt)
        drawn = await draw(rows - _CAPTION_ROWS, rendition=rendition)
        price = await self._price(source, drawn)
        size_bytes = 0
        if isinstance(source, Path) and not drawn.error:
            with suppress(OSError, Scarcity), scarcity_named():
                size_bytes = (await asyncio.to_thread(source.stat)).st_size
        fed = shown.fed(price) if self.shows_fed and not drawn.error else None
        facts = _facts(source, drawn, price, size_bytes, fed)
        if named := highlighted(shown.marks):
            facts = f"{named} · {facts}"
        room = rows - _CAPTION_ROWS + 1 - len(_lines(facts, columns))
        if fed is not None:
            room = max(1, min(room, rows - _CAPTION_ROWS))
            drawn = await draw(room, rendition=rendition._replace(fed=fed))
        elif drawn.rows > room > 0:
            drawn = await draw(room, rendition=rendition)
        self._drawn, self._shown, self._facts = drawn, shown, facts
        self.refresh()
        self.post_message(self.Drawn())

    async def _price(self, source: Source, drawn: DrawnPicture) -> Price:
        """Returns what a picture took of the prompt, or what a file would take."""
        if isinstance(source, Attachment):
            return Price(source.model_width, source.model_height, source.tokens)
        if self._prices is None or not drawn.width:
            return NO_PRICE
        picture = Attachment("", source.name, drawn.width, drawn.height)
        return await self._prices.measure(picture)

    @property
    def _note_style(self) -> Style:
        return self._style("preview-pane--note")

    def _style(self, component: str) -> Style:
        return Style(color=self.get_component_rich_style(component).color)


def _facts(
    source: Source, drawn: DrawnPicture, price: Price, size_bytes: int, fed: Fed | None
) -> str:
    """Returns what is known of a drawn picture."""
    if isinstance(source, Attachment):
        facts = [price_words(source.width, source.height, price), source.note]
    else:
        size = price_words(drawn.width, drawn.height, price) if drawn.width else ""
        facts = [size, in_bytes(size_bytes) if size_bytes else "", drawn.note]
    if fed is not None:
        facts.append(f"as the model sees it, {_percent(fed, source, drawn)} % of its width")
    return " · ".join(fact for fact in facts if fact)


def _percent(fed: Fed, source: Source, drawn: DrawnPicture) -> int:
    width = source.width if isinstance(source, Attachment) else drawn.width
    return round(100 * fed.width / max(width, 1))


def _lines(facts: str, width: int) -> list[str]:
    """Returns what is known of a picture in lines of this width."""
    return wrap_cells(visible_line(facts), max(width, 1))


def _caption(text: str, width: int, style: Style) -> Strip:
    if cell_len(text) > width:
        text = set_cell_size(text, max(width - 1, 0)) + "…"
    return Strip([Segment(text, style)], cell_len(text))

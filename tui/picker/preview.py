"""The preview pane: one picture as large as fits, and what is known of it below."""

import asyncio
from contextlib import suppress
from functools import partial
from pathlib import Path
from textwrap import wrap
from typing import ClassVar, Final

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget
from textual.worker import Worker

from ...core.conversation import Attachment
from ..pictures import DrawnPicture, Pictures, Source
from ..size_watcher import watch_size
from ..sizes import in_bytes
from ..visible import visible_line

SETTLE_SECONDS: Final = 0.06
"""How long a picture must stay wanted before it is drawn; a key held down draws nothing."""

_CAPTION_ROWS: Final = 3
"""An empty row, the name, and the facts; these take more rows if they are long."""


class PreviewPane(Widget):
    """Shows a picture at its aspect ratio and fits it again when the pane changes its size."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"preview-pane--name", "preview-pane--note"}
    DEFAULT_CSS = """
    PreviewPane { padding: 0 1; background: $surface; }
    PreviewPane > .preview-pane--name { color: $foreground; }
    PreviewPane > .preview-pane--note { color: $text-muted; }
    """

    def __init__(
        self,
        pictures: Pictures | None = None,
        *,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._pictures = pictures
        self._source: Source | None = None
        self._drawn: DrawnPicture | None = None
        self._drawn_source: Source | None = None
        self._size_bytes = 0
        self._drawing: Worker[None] | None = None

    @property
    def drawn(self) -> DrawnPicture | None:
        """What the pane shows; None while nothing is drawn."""
        return self._drawn

    @property
    def source(self) -> Source | None:
        """What the pane was last asked to show."""
        return self._source

    def show(self, source: Source | None) -> None:
        """Shows a picture, or nothing; of several calls in quick succession the last one counts."""
        if source == self._source and self._drawn is not None:
            return
        self._source = source
        if source is None:
            self._drawn = self._drawn_source = None
            self.refresh()
        self._draw_soon()

    def show_reason(self, sentence: str) -> None:
        """Shows why there is no picture in place of one."""
        if self._drawing is not None:
            self._drawing.cancel()
        self._source = self._drawn_source = None
        self._drawn = DrawnPicture(0, 0, [], error=sentence)
        self.refresh()

    def on_mount(self) -> None:
        """Fits the picture to every size that the pane gets."""
        watch_size(self, self._draw_soon)

    def render_line(self, y: int) -> Strip:
        """Returns a row of the picture or of its caption."""
        width = self.size.width
        ground = self.rich_style
        strip = self._line(y, width)
        return strip.adjust_cell_length(width, ground).apply_style(ground)

    def _line(self, y: int, width: int) -> Strip:
        drawn = self._drawn
        if drawn is None:
            return Strip.blank(width)
        if drawn.error:
            lines = wrap(visible_line(drawn.error), max(width, 1))
            return _caption(lines[y] if y < len(lines) else "", width, self._note_style)
        rows = drawn.strips
        captions = self._captions(width)
        if y < len(rows):
            margin = (width - drawn.columns) // 2
            return Strip([Segment(" " * margin), *rows[y]], margin + drawn.columns)
        index = y - len(rows) - 1
        return captions[index] if 0 <= index < len(captions) else Strip.blank(width)

    def _captions(self, width: int) -> list[Strip]:
        source, drawn = self._drawn_source, self._drawn
        if source is None or drawn is None:
            return []
        name = _caption(visible_line(source.name), width, self._style("preview-pane--name"))
        lines = _fact_lines(source, drawn, self._size_bytes, width)
        return [name, *(_caption(line, width, self._note_style) for line in lines)]

    def _draw_soon(self) -> None:
        if self._drawing is not None:
            self._drawing.cancel()
        if self._source is not None and self._pictures is not None and self.size.width > 0:
            self._drawing = self.run_worker(partial(self._draw, self._source, self._pictures))

    async def _draw(self, source: Source, pictures: Pictures) -> None:
        await asyncio.sleep(SETTLE_SECONDS)
        columns, rows = self.size
        drawn = await pictures.draw(source, columns, rows - _CAPTION_ROWS)
        size_bytes = 0
        if isinstance(source, Path) and not drawn.error:
            with suppress(OSError):
                size_bytes = (await asyncio.to_thread(source.stat)).st_size
        room = rows - _CAPTION_ROWS + 1 - len(_fact_lines(source, drawn, size_bytes, columns))
        if drawn.rows > room > 0:
            drawn = await pictures.draw(source, columns, room)
        self._drawn, self._drawn_source, self._size_bytes = drawn, source, size_bytes
        self.refresh()

    @property
    def _note_style(self) -> Style:
        return self._style("preview-pane--note")

    def _style(self, component: str) -> Style:
        return Style(color=self.get_component_rich_style(component).color)


def _fact_lines(source: Source, drawn: DrawnPicture, size_bytes: int, width: int) -> list[str]:
    """Returns what is known of a drawn picture, in lines of this width."""
    size = f"{drawn.width}x{drawn.height}" if drawn.width else ""
    facts = [size, in_bytes(size_bytes) if size_bytes else "", drawn.note]
    if isinstance(source, Attachment):
        seen = f" → {source.model_width}x{source.model_height}" if source.model_width else ""
        tokens = f"{source.tokens} tokens" if source.tokens else ""
        facts = [f"{source.width}x{source.height}{seen}", tokens, source.note]
    return wrap(visible_line(" · ".join(fact for fact in facts if fact)), max(width, 1))


def _caption(text: str, width: int, style: Style) -> Strip:
    if cell_len(text) > width:
        text = set_cell_size(text, max(width - 1, 0)) + "…"
    return Strip([Segment(text, style)], cell_len(text))

"""One picture, any part of it: drawn at once as well as is quick, and sharply when keys rest."""

import asyncio
import time
from typing import ClassVar, Final, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.events import MouseDown, MouseMove, MouseScrollDown, MouseScrollUp, MouseUp
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from ...core.excerpt import Region
from ...core.pictures.jobs import DrawnMark, Fed
from ..pictures import DrawnPicture, Pictures, Rendition, laid_on
from ..size_watcher import watch_size
from ..visible import visible_line
from ..wrapped import wrap_cells
from .frame_lines import CellFrame, draw_frame, frame_cells
from .gallery import Slide
from .sight import FIT, Cells, Placed, Sight, Stage

REST_SECONDS: Final = 0.25
"""How long no key must come before the picture is drawn sharply, at least."""

_RESTS: Final = 2
"""And this many times what the quick drawing took: a slow line is given more time for keys."""

_WHEEL: Final = 1.25

_NOT_DRAWN: Final = "Pictures are not drawn in this terminal."

_MARGIN: Final = 2
"""Columns beside a sentence in place of a picture."""


class Shot(NamedTuple):
    """What is to be seen."""

    slide: Slide
    sight: Sight = FIT
    fed: Fed | None = None
    """What the model was given, to be seen in place of the picture itself."""
    marks: tuple[DrawnMark, ...] = ()
    """Boxes and points over it."""


class _Shown(NamedTuple):
    """What is on screen."""

    shot: Shot
    placed: Placed
    drawn: DrawnPicture


class PictureView(Widget, can_focus=True):
    """Shows the newest of what it is asked for; while one is drawn, those between are left out."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"picture-view--frame", "picture-view--note"}

    crop: reactive[Region | None] = reactive(None)
    """Rectangle of the picture with a frame around it."""

    class Drawn(Message):
        """What was asked for is on screen."""

    class Zoomed(Message):
        """The wheel was turned."""

        def __init__(self, factor: float) -> None:
            super().__init__()
            self.factor = factor

    class Dragged(Message):
        """The mouse was dragged from one pixel of the picture to another."""

        def __init__(
            self, view: "PictureView", start: tuple[int, int], end: tuple[int, int]
        ) -> None:
            super().__init__()
            self.view = view
            self.start = start
            self.end = end

        @property
        def control(self) -> "PictureView":
            """Whose picture it is."""
            return self.view

    def __init__(
        self,
        pictures: Pictures,
        sizes: dict[Slide, tuple[int, int]],
        id: str | None = None,  # noqa: A002
    ) -> None:
        """Shows nothing yet.

        Args:
            pictures: draws.
            sizes: takes those of files once they were read.
            id: the widget's id.
        """
        super().__init__(id=id)
        self._pictures = pictures
        self._shot: Shot | None = None
        self._changed = asyncio.Event()
        self._shown: _Shown | None = None
        self._sizes = sizes
        self._drag_start: tuple[int, int] | None = None

    def on_mount(self) -> None:
        """Draws whatever is asked for, as long as the widget is there."""
        watch_size(self, self._changed.set)
        self.run_worker(self._draw_newest())

    def show(self, shot: Shot) -> None:
        """Shows something else, as soon as what is being drawn is done."""
        if shot != self._shot:
            self._shot = shot
            self._changed.set()

    @property
    def drawn(self) -> DrawnPicture | None:
        """What is on screen; None before the first picture."""
        return self._shown.drawn if self._shown else None

    @property
    def is_settled(self) -> bool:
        """Whether what was asked for last is on screen."""
        return self._shown is not None and self._shown.shot == self._shot

    @property
    def stage(self) -> Stage | None:
        """The picture that was asked for and its room; None while its size is not known."""
        width, height = self._size_of(self._shot.slide) if self._shot else (0, 0)
        cells = self._cells
        return Stage(width, height, cells) if width and cells.columns and cells.rows else None

    def stage_of(self, slide: Slide) -> Stage | None:
        """Returns another picture in the same room; None while its size is not known."""
        width, height = self._size_of(slide)
        return Stage(width, height, self._cells) if width else None

    def watch_crop(self) -> None:
        """Draws the frame anew."""
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Returns a row of the picture in the middle of the widget, with the frame over it."""
        ground, width = self.rich_style, self.size.width
        if self._shown is None:
            return Strip.blank(width, ground)
        drawn = self._shown.drawn
        if drawn.error or not drawn.strips:
            return self._sentence_line(drawn.error or _NOT_DRAWN, y)
        left, top = _margin(self.size, drawn)
        row = y - top
        strip = Strip.blank(width, ground)
        if 0 <= row < len(drawn.strips):
            cells = [Segment(" " * left), *drawn.strips[row]]
            strip = Strip(cells).adjust_cell_length(width, ground)
        frame = self._frame()
        if frame is not None:
            style = Style(color=self.get_component_rich_style("picture-view--frame").color)
            strip = draw_frame(strip, y, frame, style)
        return laid_on(strip, ground)

    def on_mouse_down(self, event: MouseDown) -> None:
        """Begins a rectangle."""
        self._drag_start = self._pixel_at(event.x, event.y)
        if self._drag_start is not None:
            self.capture_mouse()

    def on_mouse_move(self, event: MouseMove) -> None:
        """Spans the rectangle to here."""
        end = self._pixel_at(event.x, event.y)
        if self._drag_start is not None and end is not None and end != self._drag_start:
            self.post_message(self.Dragged(self, self._drag_start, end))

    def on_mouse_up(self, _event: MouseUp) -> None:
        """Leaves the rectangle as it is."""
        self._drag_start = None
        self.release_mouse()

    def on_mouse_scroll_up(self, _event: MouseScrollUp) -> None:
        """Zooms in."""
        self.post_message(self.Zoomed(_WHEEL))

    def on_mouse_scroll_down(self, _event: MouseScrollDown) -> None:
        """Zooms out."""
        self.post_message(self.Zoomed(1 / _WHEEL))

    @property
    def _cells(self) -> Cells:
        return Cells(*self.size, *self._pictures.cell_size, self._pictures.dot)

    def _sentence_line(self, sentence: str, y: int) -> Strip:
        """Returns a row of the sentence that stands in place of a picture."""
        ground, (width, height) = self.rich_style, self.size
        lines = wrap_cells(visible_line(sentence), max(1, width - 2 * _MARGIN))
        row = y - (height - len(lines)) // 2
        text = " " * _MARGIN + lines[row] if 0 <= row < len(lines) else ""
        style = Style(color=self.get_component_rich_style("picture-view--note").color)
        return Strip([Segment(text, style)]).adjust_cell_length(width, ground).apply_style(ground)

    def _size_of(self, slide: Slide) -> tuple[int, int]:
        return self._sizes.get(slide, slide.size)

    async def _draw_newest(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            shot = self._shot
            if shot is None or not all(self.size):
                continue
            started_at = time.monotonic()
            await self._draw(shot, is_sharp=False)
            rest = max(REST_SECONDS, _RESTS * (time.monotonic() - started_at))
            if self._pictures.sharpens and await self._rests(rest):
                await self._draw(shot, is_sharp=True)

    async def _rests(self, seconds: float) -> bool:
        """Returns whether nothing else is asked for within so long."""
        try:
            await asyncio.wait_for(self._changed.wait(), seconds)
        except TimeoutError:
            return True
        return False

    async def _draw(self, shot: Shot, *, is_sharp: bool) -> None:
        slide, sight = shot.slide, shot.sight
        stage = self.stage_of(slide)
        placed = stage.place(sight) if stage else Placed(Region(0, 0, 1, 1), *self.size, 1.0)
        is_part = stage is not None and placed.region != Region(0, 0, stage.width, stage.height)
        excerpt = slide.excerpt
        if is_part:
            excerpt = excerpt.part(placed.region)
        drawn = await self._pictures.draw(
            slide.source,
            placed.columns,
            placed.rows,
            excerpt,
            Rendition(shot.fed, is_sharp, shot.marks),
        )
        if stage is None and drawn.width:
            # All of it was drawn, since nothing was known of it.
            self._sizes[slide] = drawn.width, drawn.height
            placed = Stage(drawn.width, drawn.height, self._cells).place(FIT)
            shot = shot._replace(sight=FIT)
        self._shown = _Shown(shot, placed, drawn)
        self.refresh()
        self.post_message(self.Drawn())

    def _frame(self) -> CellFrame | None:
        """Returns where the frame stands, in the widget's columns and rows."""
        shown = self._shown
        if self.crop is None or shown is None or self._shot is None or shown.drawn.error:
            return None
        if shown.shot.slide != self._shot.slide:
            return None
        origin = _margin(self.size, shown.drawn)
        return frame_cells(self.crop, shown.placed, self._pictures.cell_size, origin, self.size)

    def _pixel_at(self, x: int, y: int) -> tuple[int, int] | None:
        """Returns the pixel of the picture at a cell, which may lie beside it; None for none."""
        shown = self._shown
        if shown is None or shown.drawn.error:
            return None
        left, top = _margin(self.size, shown.drawn)
        width, height = self._pictures.cell_size
        region, scale = shown.placed.region, shown.placed.scale
        across = (x - left + 0.5) * width / scale
        down = (y - top + 0.5) * height / scale
        return (
            max(region.x, min(region.x + int(across), region.right - 1)),
            max(region.y, min(region.y + int(down), region.bottom - 1)),
        )


def _margin(size: tuple[int, int], drawn: DrawnPicture) -> tuple[int, int]:
    """Returns the empty columns at the left of a picture and the rows above it."""
    return max(0, (size[0] - drawn.columns) // 2), max(0, (size[1] - drawn.rows) // 2)

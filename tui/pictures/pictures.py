"""Every picture of an app run: each is decoded once, sent once, and drawn at any size."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final
from weakref import WeakValueDictionary

from ...core.conversation import Attachment
from ...core.errors import ImageError
from ...core.excerpt import WHOLE, Excerpt
from ...core.pictures.jobs import DrawnMark, Overlay
from ..scarcity import Scarcity, scarcity_named
from ..terminal.canvas import Canvas
from ..terminal.facts import TerminalFacts
from .choice import choose_drawer
from .copies import CopyCache, CopyKey, SmallCopy
from .decoder import MAX_PIXELS, Decoder
from .drawer import Drawer
from .drawn import DOTS_DOWN, NOT_DRAWN, USUAL, CellGrid, DrawnPicture, Rendition, draw_error, fit

Source = Attachment | Path
"""What can be drawn: a stored picture, or any file."""

SHARP_PIXELS: Final = 480_000
"""Most pixels of a picture that is looked at closely: some 400 KB as palette PNG."""


class Pictures:
    """Draws pictures as cells, in the way that the terminal can show."""

    def __init__(
        self,
        terminal: TerminalFacts,
        find_file: Callable[[str], Path],
        write: Callable[[str], None],
        *,
        is_behind: Callable[[], bool] = lambda: False,
        is_slow: Callable[[], bool] = lambda: False,
        max_pixels: int = MAX_PIXELS,
    ) -> None:
        """Prepares to draw; nothing is started or sent before the first picture.

        Args:
            terminal: what the terminal can show.
            find_file: where a stored picture of this sha256 lies.
            write: sends text to the terminal in turn with Textual's own output.
            is_behind: whether the line is too slow for what was written already.
            is_slow: whether less is drawn, as on a slow line.
            max_pixels: pictures with more are refused before they are decoded.
        """
        self._find_file = find_file
        self._write = write
        self._is_behind = is_behind
        self._is_slow = is_slow
        self._max_pixels = max_pixels
        self._drawing: set[asyncio.Task[object]] = set()
        self._set_up(terminal)

    def _set_up(self, terminal: TerminalFacts) -> None:
        self._cell_size = (terminal.cell_width, terminal.cell_height)
        self._drawer = drawer = choose_drawer(terminal, self._write, self._is_behind)
        self._decoder = Decoder(drawer.form if drawer else "rgb", max_pixels=self._max_pixels)
        self._copies = CopyCache(drawer.drop if drawer else lambda _copy: None)
        self._loading: WeakValueDictionary[tuple[Path, CopyKey], asyncio.Lock] = (
            WeakValueDictionary()
        )

    @property
    def canvas(self) -> Canvas | None:
        """What has pixels painted over cells, and so has to be told of what is written."""
        return self._drawer.canvas if self._drawer else None

    async def draw(
        self,
        source: Source,
        max_columns: int,
        max_rows: int,
        excerpt: Excerpt | None = None,
        rendition: Rendition = USUAL,
    ) -> DrawnPicture:
        """Returns the picture as cells within the bounds, at its aspect ratio.

        A picture that can't be drawn comes as one line that says why; this raises nothing.

        Args:
            source: a stored picture, or any file.
            max_columns: bound in cells; so is `max_rows`.
            max_rows: bound in cells.
            excerpt: what of its file to draw; by default what the stored picture is, or all.
            rendition: which pixels, and how many of them.
        """
        if excerpt is None:
            excerpt = source.excerpt if isinstance(source, Attachment) else WHOLE
        if self._drawer is None or max_columns < 1 or max_rows < 1:
            return NOT_DRAWN
        try:
            with scarcity_named(), self._counted():
                bounds = CellGrid(max_columns, max_rows)
                budget = self._budget(self._drawer, bounds, rendition)
                overlay = self._overlay(source, excerpt, bounds, rendition.marks)
                wanted = CopyKey("", excerpt, budget, rendition.fed, overlay)
                return await self._draw(self._drawer, source, wanted, bounds)
        except ImageError as error:
            return draw_error(str(error), max_columns)
        except Scarcity as error:
            return draw_error(f"{source.name} can't be drawn now: {error}", max_columns)

    @property
    def cell_size(self) -> tuple[int, int]:
        """Pixels of a cell, across and down."""
        return self._cell_size

    @property
    def dot(self) -> float:
        """How many of these the smallest thing drawn is wide: a whole cell for half blocks."""
        draws_pixels = self._drawer is not None and self._drawer.draws_pixels
        return 1.0 if draws_pixels else float(self._cell_size[0])

    @property
    def sharpens(self) -> bool:
        """Whether a sharp rendition has more pixels than the usual one: never on a slow line."""
        it = self._drawer
        return it is not None and it.draws_pixels and it.terminal_keeps and not self._is_slow()

    async def start(self) -> None:
        """Loads and starts what drawing needs, as far as possible, ahead of the first picture."""
        if self._drawer is not None:
            with suppress(Scarcity), scarcity_named():
                await self._decoder.start()
                await self._drawer.start()

    async def send_again(self) -> None:
        """Sends every picture to a terminal that has forgotten them, the last drawn first."""
        if self._drawer is None or not self._drawer.terminal_keeps:
            return
        for copy in self._copies:
            with suppress(ImageError, Scarcity), scarcity_named():
                await self._send_again(self._drawer, copy)

    async def turn_to(self, terminal: TerminalFacts) -> None:
        """Draws for a terminal of other facts from now on; all pictures are to be drawn again."""
        before, decoder, drawing = self._drawer, self._decoder, set(self._drawing)
        self._set_up(terminal)
        if drawing:
            await asyncio.wait(drawing)
        if before is not None:
            await before.close()
        await decoder.close()

    @contextmanager
    def _counted(self) -> Iterator[None]:
        """Has whoever turns to another way of drawing wait for the end of this drawing."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - it is called by a coroutine
        self._drawing.add(task)
        try:
            yield
        finally:
            self._drawing.discard(task)

    async def close(self) -> None:
        """Removes every picture from the terminal and ends the decoder."""
        if self._drawer is not None:
            await self._drawer.close()
        self._copies.clear()
        await self._decoder.close()

    async def _draw(
        self, drawer: Drawer, source: Source, wanted: CopyKey, bounds: CellGrid
    ) -> DrawnPicture:
        copy = await self._load(drawer, source, wanted)
        hold = copy.hold()
        size = copy.made.size
        grid = fit(size, bounds, self._cell_size)
        strips = copy.strips(grid)
        if strips is None:
            strips = await drawer.draw(copy, grid)
            copy.keep_strips(grid, strips)
        return DrawnPicture(*grid, strips, "", *size, copy.made.note, copy.made.pages, hold)

    async def _send_again(self, drawer: Drawer, copy: SmallCopy) -> None:
        _hold = copy.hold()
        key = copy.key
        made, payload = await self._decoder.decode(copy.path, key)
        if made.sha256 == key.sha256:
            await drawer.take_again(copy, payload)

    async def _load(self, drawer: Drawer, source: Source, wanted: CopyKey) -> SmallCopy:
        """Returns the small copy, decoded now if this is the first time or the file has changed."""
        if isinstance(source, Attachment):
            copy = self._copies.find(wanted._replace(sha256=source.sha256))
            if copy is not None:
                return copy
        path = source if isinstance(source, Path) else self._find_stored(source)
        async with self._loading.setdefault((path, wanted), asyncio.Lock()):
            return await self._decode(drawer, path, wanted)

    def _budget(self, drawer: Drawer, bounds: CellGrid, rendition: Rendition) -> int:
        """Returns the most pixels of the copy that is drawn."""
        usual = drawer.budget(bounds)
        if not (rendition.is_sharp and self.sharpens):
            return usual
        cell_width, cell_height = self._cell_size
        shown = bounds.columns * cell_width * bounds.rows * cell_height
        return max(usual, min(shown, SHARP_PIXELS))

    def _overlay(
        self, source: Source, excerpt: Excerpt, bounds: CellGrid, marks: tuple[DrawnMark, ...]
    ) -> Overlay | None:
        """Returns what is drawn over the copy of a stored picture; lines a dot wide in few dots."""
        if not marks or self._drawer is None or isinstance(source, Path):
            return None
        if self._drawer.draws_pixels:
            return Overlay(marks)
        region = excerpt.region
        size = (region.width, region.height) if region else (source.width, source.height)
        grid = fit(size, bounds, self._cell_size)
        return Overlay(marks, (grid.columns, DOTS_DOWN * grid.rows))

    def _find_stored(self, attachment: Attachment) -> Path:
        path = Path(attachment.path) if attachment.path else self._find_file(attachment.sha256)
        if not path.is_file():
            raise ImageError(f"The stored copy of {attachment.name} is gone; attach it again.")
        return path

    async def _decode(self, drawer: Drawer, path: Path, wanted: CopyKey) -> SmallCopy:
        # Whether it has changed is found by the worker: the file may lie where nothing answers.
        held, state = self._copies.find_file(path, wanted)
        _hold = held.hold() if held else None
        made, payload = await self._decoder.decode(path, wanted, state)
        if held is not None and not payload:
            return self._copies.find(held.key) or held
        key = wanted._replace(sha256=made.sha256)
        self._copies.note_file(path, key, made.state)
        copy = self._copies.find(key)
        if copy is None:
            copy = SmallCopy(key, path, made, payload)
            drawer.take(copy)
            self._copies.add(copy)
        return copy

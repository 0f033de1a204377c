"""Every picture of an app run: each is decoded once, sent once, and drawn at any size."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from weakref import WeakValueDictionary

from ...core.conversation import Attachment
from ...core.errors import ImageError
from ..scarcity import Scarcity, scarcity_named
from ..terminal.facts import TerminalFacts
from .choice import choose_drawer
from .copies import CopyCache, CopyKey, SmallCopy
from .decoder import MAX_PIXELS, Decoder
from .drawer import Drawer
from .drawn import NOT_DRAWN, CellGrid, DrawnPicture, draw_error, fit

Source = Attachment | Path
"""What can be drawn: a stored picture, or any file."""


class Pictures:
    """Draws pictures as cells, in the way that the terminal can show."""

    def __init__(
        self,
        terminal: TerminalFacts,
        find_file: Callable[[str], Path],
        write: Callable[[str], None],
        *,
        is_behind: Callable[[], bool] = lambda: False,
        max_pixels: int = MAX_PIXELS,
    ) -> None:
        """Prepares to draw; nothing is started or sent before the first picture.

        Args:
            terminal: what the terminal can show.
            find_file: where a stored picture of this sha256 lies.
            write: sends text to the terminal in turn with Textual's own output.
            is_behind: whether the line is too slow for what was written already.
            max_pixels: pictures with more are refused before they are decoded.
        """
        self._cell_size = (terminal.cell_width, terminal.cell_height)
        self._find_file = find_file
        self._drawer = drawer = choose_drawer(terminal, write, is_behind)
        self._decoder = Decoder(drawer.form if drawer else "rgb", max_pixels=max_pixels)
        self._copies = CopyCache(drawer.drop if drawer else lambda _copy: None)
        self._loading: WeakValueDictionary[tuple[Path, int], asyncio.Lock] = WeakValueDictionary()

    async def draw(self, source: Source, max_columns: int, max_rows: int) -> DrawnPicture:
        """Returns the picture as cells within the bounds, at its aspect ratio.

        A picture that can't be drawn comes as one line that says why; this raises nothing.
        """
        if self._drawer is None or max_columns < 1 or max_rows < 1:
            return NOT_DRAWN
        try:
            with scarcity_named():
                return await self._draw(self._drawer, source, CellGrid(max_columns, max_rows))
        except ImageError as error:
            return draw_error(str(error), max_columns)
        except Scarcity as error:
            return draw_error(f"{source.name} can't be drawn now: {error}", max_columns)

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

    async def close(self) -> None:
        """Removes every picture from the terminal and ends the decoder."""
        if self._drawer is not None:
            await self._drawer.close()
        self._copies.clear()
        await self._decoder.close()

    async def _draw(self, drawer: Drawer, source: Source, bounds: CellGrid) -> DrawnPicture:
        copy = await self._load(drawer, source, drawer.budget(bounds))
        hold = copy.hold()
        size = copy.made.size
        grid = fit(size, bounds, self._cell_size)
        strips = copy.strips(grid)
        if strips is None:
            strips = await drawer.draw(copy, grid)
            copy.keep_strips(grid, strips)
        return DrawnPicture(*grid, strips, "", *size, copy.made.note, hold)

    async def _send_again(self, drawer: Drawer, copy: SmallCopy) -> None:
        _hold = copy.hold()
        made, payload = await self._decoder.decode(copy.path, copy.key.budget)
        if made.sha256 == copy.key.sha256:
            await drawer.take_again(copy, payload)

    async def _load(self, drawer: Drawer, source: Source, budget: int) -> SmallCopy:
        """Returns the small copy, decoded now if this is the first time or the file has changed."""
        if isinstance(source, Attachment):
            copy = self._copies.find(CopyKey(source.sha256, None, budget))
            if copy is not None:
                return copy
        path = source if isinstance(source, Path) else self._find_stored(source)
        async with self._loading.setdefault((path, budget), asyncio.Lock()):
            return await self._decode(drawer, path, budget)

    def _find_stored(self, attachment: Attachment) -> Path:
        path = self._find_file(attachment.sha256)
        if not path.is_file():
            raise ImageError(f"The stored copy of {attachment.name} is gone; attach it again.")
        return path

    async def _decode(self, drawer: Drawer, path: Path, budget: int) -> SmallCopy:
        # Whether it has changed is found by the worker: the file may lie where nothing answers.
        held, state = self._copies.find_file(path, budget)
        _hold = held.hold() if held else None
        made, payload = await self._decoder.decode(path, budget, state)
        if held is not None and not payload:
            return self._copies.find(held.key) or held
        key = CopyKey(made.sha256, None, budget)
        self._copies.note_file(path, key, made.state)
        copy = self._copies.find(key)
        if copy is None:
            copy = SmallCopy(key, path, made, payload)
            drawer.take(copy)
            self._copies.add(copy)
        return copy

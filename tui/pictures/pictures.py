"""Every picture of an app run: each is decoded once, sent once, and drawn at any size."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from weakref import WeakValueDictionary

from textual.strip import Strip

from ...core.conversation import Attachment
from ...core.errors import ImageError
from ...core.pictures.jobs import Finished
from ..terminal.facts import TerminalFacts
from .decoder import MAX_PIXELS, Decoder
from .drawn import NOT_DRAWN, CellGrid, DrawnPicture, draw_error, fit
from .library import Library
from .transmitter import Transmitter

Source = Attachment | Path
"""What can be drawn: a stored picture, or any file."""

_KEPT_PICTURES: Final = 48
"""Small copies of up to 180 KB kept to be drawn at other sizes; the terminal keeps its own."""

_KEPT_SIZES: Final = 4
"""Sizes of a picture whose cells are kept: log, pane and picker, and one from before a resize."""


@dataclass
class _Picture:
    """A small copy and what was drawn of it."""

    path: Path
    decoded: Finished
    payload: bytes
    image_id: int = 0
    """Id in the terminal; 0 where it was not sent."""
    drawn: dict[CellGrid, DrawnPicture] = field(default_factory=dict)


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
        self._terminal = terminal
        self._find_file = find_file
        self._is_sent = terminal.images == "tgp"
        self._decoder = Decoder("png" if self._is_sent else "rgb", max_pixels=max_pixels)
        self._transmitter = Transmitter(write, is_behind, is_tmux=terminal.is_tmux)
        self._pictures: OrderedDict[str, _Picture] = OrderedDict()
        self._seen: dict[Path, Finished] = {}
        self._loading: WeakValueDictionary[Path, asyncio.Lock] = WeakValueDictionary()
        self._library: Library | None = None

    async def draw(self, source: Source, max_columns: int, max_rows: int) -> DrawnPicture:
        """Returns the picture as cells within the bounds, at its aspect ratio.

        A picture that can't be read comes as one line that says why; this raises nothing.
        """
        if self._terminal.images == "none" or max_columns < 1 or max_rows < 1:
            return NOT_DRAWN
        try:
            picture = await self._load(source)
        except ImageError as error:
            return draw_error(str(error), max_columns)
        cell_size = (self._terminal.cell_width, self._terminal.cell_height)
        size = picture.decoded.size
        grid = fit(size, (max_columns, max_rows), cell_size)
        drawn = picture.drawn.get(grid)
        if drawn is None:
            strips = await self._strips(picture, grid)
            drawn = DrawnPicture(*grid, strips, "", *size, picture.decoded.note)
            picture.drawn[grid] = drawn
            if len(picture.drawn) > _KEPT_SIZES:
                del picture.drawn[next(iter(picture.drawn))]
        return drawn

    async def start(self) -> None:
        """Loads and starts what drawing needs, ahead of the first picture."""
        if self._terminal.images != "none":
            await self._decoder.start()
            await self._load_library()

    async def send_again(self) -> None:
        """Sends every picture to a terminal that has forgotten them, the last drawn first."""
        for sha256, picture in reversed(list(self._pictures.items())):
            if not picture.image_id:
                continue
            with suppress(ImageError):
                decoded, payload = await self._decoder.decode(picture.path)
                if decoded.sha256 == sha256:
                    await self._transmitter.send_again(picture.image_id, payload)

    async def close(self) -> None:
        """Removes every picture from the terminal and ends the decoder."""
        await self._transmitter.close()
        self._pictures.clear()
        await self._decoder.close()

    async def _load(self, source: Source) -> _Picture:
        """Returns the small copy, decoded now if this is the first time or the file has changed."""
        picture = None
        if isinstance(source, Attachment):
            picture = self._pictures.get(source.sha256)
        if picture is None:
            path = source if isinstance(source, Path) else self._find_stored(source)
            async with self._loading.setdefault(path, asyncio.Lock()):
                picture = await self._decode(path)
        self._pictures.move_to_end(picture.decoded.sha256)
        return picture

    def _find_stored(self, attachment: Attachment) -> Path:
        path = self._find_file(attachment.sha256)
        if not path.is_file():
            raise ImageError(f"The stored copy of {attachment.name} is gone; attach it again.")
        return path

    async def _decode(self, path: Path) -> _Picture:
        # Whether it has changed is found by the worker: the file may lie where nothing answers.
        seen = self._seen.get(path, Finished())
        held = self._pictures.get(seen.sha256)
        decoded, payload = await self._decoder.decode(path, seen.state if held else (0, 0))
        if held is not None and not payload:
            self._pictures[seen.sha256] = held
            return held
        self._seen[path] = decoded
        picture = self._pictures.get(decoded.sha256)
        if picture is not None:
            return picture
        picture = _Picture(path, decoded, payload)
        if self._is_sent:
            picture.image_id = self._transmitter.new_id()
            picture.payload = b""
            self._pictures[decoded.sha256] = picture
            self._transmitter.send(picture.image_id, payload)
            return picture
        self._pictures[decoded.sha256] = picture
        if len(self._pictures) > _KEPT_PICTURES:
            self._pictures.popitem(last=False)
        return picture

    async def _strips(self, picture: _Picture, grid: CellGrid) -> list[Strip]:
        library = await self._load_library()
        if self._is_sent:
            placement = await self._transmitter.place(picture.image_id, grid)
            return library.placeholder_strips(picture.image_id, placement, *grid)
        strips = []
        size = picture.decoded.payload_size
        for strip in library.halfblock_strips(picture.payload, size, *grid):
            strips.append(strip)
            await asyncio.sleep(0)
        return strips

    async def _load_library(self) -> Library:
        if self._library is None:
            self._library = await asyncio.to_thread(
                Library, self._terminal.cell_width, self._terminal.cell_height
            )
        return self._library

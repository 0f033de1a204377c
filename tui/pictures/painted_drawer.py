"""Pictures as pixels over cells: half blocks while anything moves, pixels once it rests."""

import asyncio
from collections.abc import Iterator
from typing import Final, NamedTuple, Protocol

from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from ..terminal.pixel_cells import Patch, PixelColor
from ..terminal.surface import Surface
from .copies import CopyKey, SmallCopy
from .drawer import CopyForm
from .drawn import CellGrid
from .half_blocks import least_budget
from .renderables import Loader
from .resting_canvas import RestingCanvas

_COLOURS: Final = 16
"""Of the half blocks, which so take half the bytes: they are seen only until pixels stand there."""

_LEAST_BYTES: Final = 46_000
_BYTES_A_CELL: Final = 57
_MOST_BYTES: Final = 110_000
"""Of the pixels of a patch: as many as a picture of the log may take, up to those of a pane."""


class Part(NamedTuple):
    """What of a picture to encode."""

    rgb: bytes
    """The whole small copy."""
    size: tuple[int, int]
    """Of it, in pixels."""
    box: tuple[float, float, float, float]
    """What of it, in pixels: left, top, right and bottom."""
    grid: CellGrid
    """Cells that this takes."""
    most_bytes: int


class Encoder(Protocol):
    """Makes of a part of a picture what paints it from the cursor's cell on."""

    @property
    def most(self) -> CellGrid:
        """Cells of the largest part."""

    def pixels(self, bounds: CellGrid) -> int:
        """Returns how many pixels of a picture within the bounds can be seen."""

    async def encode(self, part: Part) -> str:
        """Returns the sequence, made beside the event loop."""


class Sheet(NamedTuple):
    """A picture at one size in cells."""

    copy: SmallCopy
    grid: CellGrid


class PaintedDrawer:
    """Draws half blocks that say what they show, so that a canvas can paint pixels over them."""

    form: CopyForm = "rgb"
    terminal_keeps = False
    draws_pixels = True

    def __init__(
        self,
        loader: Loader,
        encoder: Encoder,
        surface: Surface,
    ) -> None:
        """Prepares; sends nothing.

        Args:
            loader: of textual-image.
            encoder: knows the terminal's protocol.
            surface: where pixels are written.
        """
        self._loader = loader
        self._encoder = encoder
        self._sheets: dict[int, Sheet] = {}
        self._numbers: dict[tuple[CopyKey, CellGrid], int] = {}
        self._next = 1
        self.canvas = RestingCanvas(self._encode, surface, lambda: encoder.most)

    def budget(self, bounds: CellGrid) -> int:
        """Returns the least budget with all pixels that can be seen."""
        return least_budget(self._encoder.pixels(bounds))

    def take(self, copy: SmallCopy) -> None:
        """Does nothing: the copy is at hand."""

    async def draw(self, copy: SmallCopy, grid: CellGrid) -> list[Strip]:
        """Returns the rows; keys are read between two of them."""
        renderables = await self._loader.load()
        sheet = self._sheet(copy, grid)
        rgb = await asyncio.to_thread(
            renderables.few_colours, copy.payload, copy.made.payload_size, grid, _COLOURS
        )
        size = (grid.columns, 2 * grid.rows)
        strips = []
        for row, strip in enumerate(renderables.half_block_strips(rgb, size, grid)):
            strips.append(Strip(list(_named_cells(strip, sheet, row)), grid.columns))
            await asyncio.sleep(0)
        return strips

    def drop(self, copy: SmallCopy) -> None:
        """Forgets all sizes of it; what stands on the screen stays until it is written over."""
        for key, number in list(self._numbers.items()):
            if key[0] == copy.key:
                del self._numbers[key], self._sheets[number]

    async def take_again(self, copy: SmallCopy, payload: bytes) -> None:
        """Does nothing: pixels follow the cells, which are drawn again with the screen."""

    async def start(self) -> None:
        """Loads textual-image."""
        await self._loader.load()

    async def close(self) -> None:
        """Ends what is being painted; the screen takes the rest along."""
        await self.canvas.close()

    def _sheet(self, copy: SmallCopy, grid: CellGrid) -> int:
        number = self._numbers.setdefault((copy.key, grid), self._next)
        self._next += number == self._next
        self._sheets[number] = Sheet(copy, grid)
        return number

    async def _encode(self, patch: Patch) -> str:
        """Returns what paints a patch; empty if its picture was dropped meanwhile."""
        sheet = self._sheets.get(patch.sheet)
        if sheet is None:
            return ""
        width, height = size = sheet.copy.made.payload_size
        across, down = width / sheet.grid.columns, height / sheet.grid.rows
        left, top = patch.column * across, patch.row * down
        right = min(width, left + patch.columns * across)
        bottom = min(height, top + patch.rows * down)
        grid = CellGrid(patch.columns, patch.rows)
        most = min(max(_LEAST_BYTES, _BYTES_A_CELL * patch.columns * patch.rows), _MOST_BYTES)
        part = Part(sheet.copy.payload, size, (left, top, right, bottom), grid, most)
        return await self._encoder.encode(part)


def _named_cells(strip: Strip, sheet: int, row: int) -> Iterator[Segment]:
    """Yields the cells of a row of half blocks, each with what it shows in its colour."""
    column = 0
    for text, style, _ in strip:
        for char in text:
            triplet = style.color.triplet if style and style.color else None
            color = PixelColor.of(triplet or ColorTriplet(0, 0, 0), sheet, column, row)
            yield Segment(char, (style or Style()) + Style(color=color))
            column += 1

"""textual-image's pictures as cells and as sixels, without a word to the terminal.

textual-image asks the terminal when it is imported and when it first draws, unless standard output
is no terminal: a reply would be typed into the prompt, for Textual reads the input by then. So both
are done here while it sees none, with the cell's size in the variables that textual-serve sets
for it. Its own sending goes past Textual's output and is never used: a picture of kitty's protocol
that has an id already is not sent. Only its encoder of sixels has no public name. Holds for both of
its lines: 0.12, which Python 3.11 gets, and 0.13 to 0.14.
"""

import asyncio
import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from io import StringIO
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from .drawn import CellGrid
from .placeholder_color import PlaceholderColor

if TYPE_CHECKING:
    from PIL.Image import Image

_CELL_WIDTH: Final = "TEXTUAL_CELL_WIDTH"
_CELL_HEIGHT: Final = "TEXTUAL_CELL_HEIGHT"

_DEFINED_COLOUR: Final = re.compile(r"#(\d+);2;\d+;\d+;\d+")
"""How a sixel picture defines a colour."""

_loading: Final = Lock()
"""What is hidden while textual-image loads is hidden from the whole process."""


class Renderables:
    """What textual-image draws pictures with."""

    def __init__(self, cell_size: tuple[int, int]) -> None:
        """Loads it, which takes a tenth of a second.

        Args:
            cell_size: pixels of a cell, across and down; those of the first call hold.
        """
        with _loading, _no_terminal(cell_size), _no_numpy():
            module: Any = import_module("textual_image.renderable")
            self._half_blocks: Any = module.HalfcellImage
            self._placeholders: Any = module.TGPImage
            self._encode_sixels: Any = module.sixel.image_to_sixels
            self._console = Console(file=StringIO())
            self._image: Any = import_module("PIL.Image")
            # Its first drawing has it look for the size of a cell, which it keeps.
            list(self._render(self._half_blocks(self._one_pixel(), 1, 1)))

    def placeholder_strips(self, image_id: int, placement: int, grid: CellGrid) -> list[Strip]:
        """Returns the cells in which a terminal draws a picture that it keeps."""
        renderable = self._placeholders(self._one_pixel(), *grid)
        renderable.terminal_image_id = image_id
        style = Style(color=PlaceholderColor.of(image_id, placement))
        return [
            Strip([Segment(segment.text.rstrip("\n"), style)], grid.columns)
            for segment in self._render(renderable)
        ]

    def half_block_strips(
        self, rgb: bytes, size: tuple[int, int], grid: CellGrid
    ) -> Iterator[Strip]:
        """Yields rows of half blocks, two pixels a cell, of a picture given as raw RGB."""
        image = self._image.frombytes("RGB", size, rgb)
        row: list[Segment] = []
        for segment in self._render(self._half_blocks(image, *grid)):
            if segment.text == "\n":
                yield Strip(row, grid.columns).simplify()
                row = []
            else:
                row.append(segment)

    def few_colours(self, rgb: bytes, size: tuple[int, int], grid: CellGrid, most: int) -> bytes:
        """Returns raw RGB with two pixels a cell, one above the other, in few colours."""
        image = self._image.frombytes("RGB", size, rgb).resize((grid.columns, 2 * grid.rows))
        few: bytes = image.quantize(most).convert("RGB").tobytes()
        return few

    def part_image(
        self,
        rgb: bytes,
        size: tuple[int, int],
        box: tuple[float, float, float, float],
        wanted: tuple[int, int],
    ) -> "Image":
        """Returns a part of a picture given as raw RGB, at the size that is wanted."""
        image: Image = self._image.frombytes("RGB", size, rgb)
        return image.resize(wanted, self._image.Resampling.LANCZOS, box)

    def with_palette(self, image: "Image", colours: int) -> "Image":
        """Returns a picture in few colours, without dither: that would take twice the bytes."""
        octree, none = self._image.Quantize.FASTOCTREE, self._image.Dither.NONE
        return image.quantize(colours, method=octree, dither=none)

    def sixels(self, image: "Image") -> str:
        """Returns a picture with a palette as sixels; takes a tenth of a second."""
        sixels: str = self._encode_sixels(image)
        # xterm does not go on in a colour because that was defined; others do.
        return _DEFINED_COLOUR.sub(r"\g<0>#\1", sixels)

    def _render(self, renderable: Any) -> Iterable[Segment]:
        return self._console.render(renderable, self._console.options)

    def _one_pixel(self) -> "Image":
        image: Image = self._image.new("RGB", (1, 1))
        return image


class Loader:
    """Loads textual-image beside the event loop when the first picture is drawn."""

    def __init__(self, cell_size: tuple[int, int]) -> None:
        self._cell_size = cell_size
        self._renderables: Renderables | None = None

    async def load(self) -> Renderables:
        """Returns what draws, loaded once."""
        if self._renderables is None:
            self._renderables = await asyncio.to_thread(Renderables, self._cell_size)
        return self._renderables


@contextmanager
def _no_terminal(cell_size: tuple[int, int]) -> Iterator[None]:
    """Hides the terminal, and gives the size of its cells instead."""
    stdout = sys.__stdout__
    names = (_CELL_WIDTH, _CELL_HEIGHT)
    before = {name: os.environ.get(name) for name in names}
    sys.__stdout__ = StringIO()  # type: ignore[misc, assignment]
    os.environ.update({name: str(pixels) for name, pixels in zip(names, cell_size, strict=True)})
    try:
        yield
    finally:
        sys.__stdout__ = stdout  # type: ignore[misc]
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _no_numpy() -> Iterator[None]:
    """Hides numpy, which only sixel would use: it costs 0.1 s and 20 MB."""
    if "numpy" in sys.modules:
        yield
        return
    sys.modules["numpy"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["numpy"]

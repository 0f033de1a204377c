"""Pictures as sixels: pixels of the terminal, in few enough colours for the line.

Source of the order of the trials: signal to noise of photographs at a number of bytes.
"""

import asyncio
from bisect import bisect_left
from typing import Final, NamedTuple

from ..terminal.cell_size import CellSize
from .drawn import CellGrid
from .painted_drawer import Part
from .renderables import Loader, Renderables

_MOST_SIDE: Final = 1000
"""Pixels: xterm leaves out larger pictures."""


class _Trial(NamedTuple):
    """A way to encode; each takes fewer bytes than the one before it among all."""

    side: int
    """Pixels of the terminal that become one, across and down."""
    colours: int


_TRIALS: Final = (
    *(_Trial(1, colours) for colours in (256, 128, 64, 48, 32, 24, 16)),
    *(_Trial(2, colours) for colours in (32, 16)),
    _Trial(4, 32),
    _Trial(4, 16),
    _Trial(8, 8),
)


class SixelEncoder:
    """Encodes by textual-image."""

    def __init__(self, loader: Loader, cell: CellSize) -> None:
        """Prepares.

        Args:
            loader: of textual-image.
            cell: pixels of a cell.
        """
        self._loader = loader
        self._cell = cell

    @property
    def most(self) -> CellGrid:
        """Cells of the largest part."""
        width, height = self._cell.now()
        return CellGrid(max(1, _MOST_SIDE // width), max(1, _MOST_SIDE // height))

    def pixels(self, bounds: CellGrid) -> int:
        """Returns the pixels of the terminal within the bounds."""
        width, height = self._cell.now()
        return bounds.columns * width * bounds.rows * height

    async def encode(self, part: Part) -> str:
        """Returns the sixels."""
        renderables = await self._loader.load()
        return await asyncio.to_thread(self._encode, renderables, part)

    def _encode(self, renderables: Renderables, part: Part) -> str:
        width, height = self._cell.now()
        size = (part.grid.columns * width, part.grid.rows * height)
        made: dict[_Trial, str] = {}

        def fits(trial: _Trial) -> bool:
            made[trial] = _sixels(renderables, part, size, trial)
            return len(made[trial]) <= part.most_bytes

        trial = _TRIALS[min(bisect_left(_TRIALS, True, key=fits), len(_TRIALS) - 1)]
        return made[trial]


def _sixels(renderables: Renderables, part: Part, size: tuple[int, int], trial: _Trial) -> str:
    small = (max(1, size[0] // trial.side), max(1, size[1] // trial.side))
    image = renderables.part_image(part.rgb, part.size, part.box, small)
    few = renderables.with_palette(image, trial.colours)
    return renderables.sixels(few.resize(size))

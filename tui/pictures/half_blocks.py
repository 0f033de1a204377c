"""Pictures as half blocks: two pixels a cell, in any terminal with colours."""

import asyncio
from typing import Final

from textual.strip import Strip

from .copies import SmallCopy
from .drawer import CopyForm
from .drawn import DOTS_DOWN, CellGrid
from .renderables import Loader

BUDGETS: Final = (60_000, 240_000)
"""Pixels of copies, for most terminals and for very large ones."""
THUMBNAIL_BUDGET: Final = 500
"""Pixels of copies for lists, where pictures are a few cells wide: others would fill the cache."""
_SMOOTH: Final = 4
"""Pixels of a copy for each that is drawn, for it to look smooth."""


def least_budget(pixels: int) -> int:
    """Returns the least budget that has room for so many pixels, or the largest."""
    return next((budget for budget in BUDGETS if budget >= pixels), BUDGETS[-1])


class HalfBlockDrawer:
    """Draws two pixels a cell; the terminal keeps nothing."""

    form: CopyForm = "rgb"
    canvas = None
    terminal_keeps = False
    draws_pixels = False

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def budget(self, bounds: CellGrid) -> int:
        """Returns the least budget with a pixel for each half of a cell."""
        pixels = DOTS_DOWN * bounds.columns * bounds.rows
        return THUMBNAIL_BUDGET if _SMOOTH * pixels <= THUMBNAIL_BUDGET else least_budget(pixels)

    def take(self, copy: SmallCopy) -> None:
        """Does nothing: the copy is at hand."""

    async def draw(self, copy: SmallCopy, grid: CellGrid) -> list[Strip]:
        """Returns the rows; keys are read between two of them."""
        renderables = await self._loader.load()
        strips = []
        size = copy.made.payload_size
        for strip in renderables.half_block_strips(copy.payload, size, grid):
            strips.append(strip)
            await asyncio.sleep(0)
        return strips

    def drop(self, copy: SmallCopy) -> None:
        """Does nothing: the terminal keeps no picture."""

    async def take_again(self, copy: SmallCopy, payload: bytes) -> None:
        """Does nothing: cells are drawn again with the screen."""

    async def start(self) -> None:
        """Loads textual-image."""
        await self._loader.load()

    async def close(self) -> None:
        """Does nothing: the screen takes its cells along."""

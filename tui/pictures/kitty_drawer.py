"""Pictures in kitty's protocol: each is sent once, and cells of any size name it."""

from typing import Final

from textual.strip import Strip

from .copies import CopyKey, SmallCopy
from .drawer import CopyForm
from .drawn import CellGrid
from .renderables import Loader
from .transmitter import Transmitter

BUDGET: Final = 60_000
"""Pixels of a copy, whatever its size in cells: the terminal scales. 50 to 60 KB as palette PNG."""


class KittyDrawer:
    """Has the terminal keep pictures by id, and draws cells that name id and size."""

    form: CopyForm = "png"
    canvas = None
    terminal_keeps = True
    draws_pixels = True

    def __init__(self, loader: Loader, transmitter: Transmitter) -> None:
        self._loader = loader
        self._transmitter = transmitter
        self._ids: dict[CopyKey, int] = {}

    def budget(self, bounds: CellGrid) -> int:  # noqa: ARG002
        """Returns the one budget there is."""
        return BUDGET

    def take(self, copy: SmallCopy) -> None:
        """Begins to send the copy."""
        image_id = self._ids[copy.key] = self._transmitter.new_id()
        self._transmitter.send(image_id, copy.payload)
        copy.payload = b""

    async def draw(self, copy: SmallCopy, grid: CellGrid) -> list[Strip]:
        """Returns the cells once the copy is sent and the size is known to the terminal."""
        image_id = self._ids[copy.key]
        renderables = await self._loader.load()
        placement = await self._transmitter.place(image_id, grid)
        return renderables.placeholder_strips(image_id, placement, grid)

    def drop(self, copy: SmallCopy) -> None:
        """Deletes the picture in the terminal."""
        self._transmitter.delete(self._ids.pop(copy.key))

    async def take_again(self, copy: SmallCopy, payload: bytes) -> None:
        """Sends the picture under its id, with all its placements."""
        if copy.key in self._ids:
            await self._transmitter.send_again(self._ids[copy.key], payload)

    async def start(self) -> None:
        """Loads textual-image."""
        await self._loader.load()

    async def close(self) -> None:
        """Deletes every picture in the terminal."""
        await self._transmitter.close()
        self._ids.clear()

"""Pictures in iTerm2's protocol: a file, and how many cells it takes.

Source: https://iterm2.com/documentation-images.html
"""

import asyncio
import io
from base64 import b64encode
from typing import TYPE_CHECKING, Final

from ..terminal.cell_size import CellSize
from .drawn import CellGrid
from .kitty import MAX_CELLS
from .painted_drawer import Part
from .renderables import Loader, Renderables

if TYPE_CHECKING:
    from PIL.Image import Image

_TRIALS: Final = ((1, 90), (1, 80), (1, 65), (1, 45), (2, 65), (2, 45), (4, 45), (8, 45))
"""Pixels that become one, across and down, and JPEG's quality; each takes fewer bytes."""
_PALETTE: Final = 256
"""A picture with no more colours is no photograph: kept exactly, it takes fewer bytes."""


class Iterm2Encoder:
    """Encodes as JPEG, or as PNG with a palette; the terminal scales."""

    most = CellGrid(MAX_CELLS, MAX_CELLS)

    def __init__(self, loader: Loader, cell: CellSize) -> None:
        """Prepares.

        Args:
            loader: of textual-image, which knows Pillow.
            cell: pixels of a cell.
        """
        self._loader = loader
        self._cell = cell

    def pixels(self, bounds: CellGrid) -> int:
        """Returns the pixels of the terminal within the bounds."""
        width, height = self._cell.now()
        return bounds.columns * width * bounds.rows * height

    async def encode(self, part: Part) -> str:
        """Returns the file in its envelope."""
        renderables = await self._loader.load()
        return await asyncio.to_thread(_encode, renderables, part)


def _encode(renderables: Renderables, part: Part) -> str:
    left, top, right, bottom = part.box
    size = (max(1, round(right - left)), max(1, round(bottom - top)))
    image = renderables.part_image(part.rgb, part.size, part.box, size)
    file = _file(renderables, image, part.most_bytes)
    keys = (
        f"inline=1;size={len(file)};width={part.grid.columns};height={part.grid.rows};"
        "preserveAspectRatio=0;doNotMoveCursor=1"
    )
    return f"\x1b]1337;File={keys}:{b64encode(file).decode('ascii')}\x07"


def _file(renderables: Renderables, image: "Image", most_bytes: int) -> bytes:
    """Returns the best file whose payload keeps the limit, or the smallest."""
    if image.getcolors(_PALETTE) is not None:
        file = _saved(renderables.with_palette(image, _PALETTE), "PNG", optimize=True)
        if len(file) * 4 <= most_bytes * 3:
            return file
    for side, quality in _TRIALS:
        file = _saved(image.reduce(side), "JPEG", quality=quality)
        if len(file) * 4 <= most_bytes * 3:
            break
    return file


def _saved(image: "Image", form: str, **options: int | bool) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()

"""How pictures are drawn: one interface for every kind of terminal."""

from typing import Literal, Protocol

from textual.strip import Strip

from ..terminal.canvas import Canvas
from .copies import SmallCopy
from .drawn import CellGrid

CopyForm = Literal["png", "rgb"]
"""A PNG with a palette, or raw RGB."""


class Drawer(Protocol):
    """Draws small copies as rows of cells, which are cut, moved and scrolled like text.

    The terminal may keep the pictures and show them where cells name them: then `take` sends each
    once, and `drop` frees it there. Or pixels stand over cells: then the cells say by their colour
    what is to be seen there, and a canvas, which the painter tells of all that is written, has it
    painted.
    """

    form: CopyForm
    """What copies it draws."""
    terminal_keeps: bool
    """Whether the terminal keeps pictures, and may forget them."""
    draws_pixels: bool
    """Whether it draws every pixel of the terminal, and not just two for each cell."""

    @property
    def canvas(self) -> Canvas | None:
        """What has pixels painted over cells; None where the cells are all there is."""

    def budget(self, bounds: CellGrid) -> int:
        """Returns the most pixels that a copy needs to be drawn within bounds, in few steps."""

    def take(self, copy: SmallCopy) -> None:
        """Prepares a new copy to be drawn; its payload goes where the terminal keeps it."""

    async def draw(self, copy: SmallCopy, grid: CellGrid) -> list[Strip]:
        """Returns one strip a row, each as wide as the grid."""

    def drop(self, copy: SmallCopy) -> None:
        """Frees what was taken; the copy is not drawn again."""

    async def take_again(self, copy: SmallCopy, payload: bytes) -> None:
        """Sends a copy to a terminal that has forgotten it, with all sizes drawn of it."""

    async def start(self) -> None:
        """Loads what drawing needs, ahead of the first picture."""

    async def close(self) -> None:
        """Takes every picture out of the terminal."""

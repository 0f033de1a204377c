"""Pictures in kitty's protocol without placeholder cells: sent once, placed over blanks.

For terminals that draw pictures but know no placeholders: kitty before 0.28, konsole, WezTerm.
"""

from collections.abc import Callable

from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from ..terminal.pixel_cells import PixelColor
from .copies import CopyKey, SmallCopy
from .drawer import CopyForm
from .drawn import CellGrid
from .kitty_drawer import BUDGET
from .placing_canvas import Kept, PlacingCanvas
from .transmitter import Transmitter

_UNSEEN = ColorTriplet(0, 0, 0)
"""Of blanks, whose colour nobody sees."""


class PlacedDrawer:
    """Has the terminal keep pictures by id, and draws blanks that say what stands over them."""

    form: CopyForm = "png"
    terminal_keeps = True
    draws_pixels = True

    def __init__(self, transmitter: Transmitter, write: Callable[[str], None]) -> None:
        """Prepares; sends nothing.

        Args:
            transmitter: sends the pictures.
            write: sends text to the terminal in turn with Textual's own output.
        """
        self._transmitter = transmitter
        self._ids: dict[CopyKey, int] = {}
        self._sheets: dict[int, Kept] = {}
        self._numbers: dict[tuple[CopyKey, CellGrid], int] = {}
        self._next = 0
        self.canvas = PlacingCanvas(self._sheets.get, transmitter, write)

    def budget(self, bounds: CellGrid) -> int:  # noqa: ARG002
        """Returns the one budget there is."""
        return BUDGET

    def take(self, copy: SmallCopy) -> None:
        """Begins to send the copy."""
        image_id = self._ids[copy.key] = self._transmitter.new_id()
        self._transmitter.send(image_id, copy.payload)
        copy.payload = b""

    async def draw(self, copy: SmallCopy, grid: CellGrid) -> list[Strip]:
        """Returns the cells once the copy is sent."""
        image_id = self._ids[copy.key]
        await self._transmitter.wait_until_sent(image_id)
        number = self._numbers.get((copy.key, grid))
        if number is None:
            self._next += 1
            number = self._numbers[copy.key, grid] = self._next
            self._sheets[number] = Kept(image_id, copy.made.payload_size, grid)
        return [_blanks(number, row, grid.columns) for row in range(grid.rows)]

    def drop(self, copy: SmallCopy) -> None:
        """Deletes the picture in the terminal, and all that shows it."""
        for key, number in list(self._numbers.items()):
            if key[0] == copy.key:
                del self._numbers[key], self._sheets[number]
        image_id = self._ids.pop(copy.key)
        self.canvas.drop(image_id)
        self._transmitter.delete(image_id)

    async def take_again(self, copy: SmallCopy, payload: bytes) -> None:
        """Sends the picture under its id, and places it where it stands."""
        if copy.key in self._ids:
            await self._transmitter.send_again(self._ids[copy.key], payload)
            self.canvas.show_again()

    async def start(self) -> None:
        """Does nothing: blanks need no library."""

    async def close(self) -> None:
        """Deletes every picture in the terminal."""
        await self.canvas.close()
        await self._transmitter.close()
        self._ids.clear()
        self._sheets.clear()
        self._numbers.clear()


def _blanks(sheet: int, row: int, columns: int) -> Strip:
    cells = (PixelColor.of(_UNSEEN, sheet, column, row) for column in range(columns))
    return Strip([Segment(" ", Style(color=color)) for color in cells], columns)

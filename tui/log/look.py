"""What the rendering of a message depends on besides the message."""

from typing import NamedTuple

from ..keys.keymap import DEFAULT_KEYS, Keymap
from .palette import Palette


class Look(NamedTuple):
    """Equal looks draw equal lines."""

    width: int
    """Cells across, without the margin."""
    palette: Palette
    shows_receipts: bool = True
    has_whole_receipts: bool = False
    shows_thoughts: bool = False
    """Whether thoughts are shown above their answer, or folded into a line."""
    max_picture_rows: int = 12
    """0 where no pictures are drawn."""
    cell_size: tuple[int, int] = (10, 20)
    """Pixels of the terminal's cells, across and down; only their ratio matters."""
    late_lexers: int = 0
    """Counts up when more code can be coloured than before."""
    keymap: Keymap = DEFAULT_KEYS
    """The keys that are named below a message."""
    now: int = 0
    """Minutes since the epoch, by which the ages of messages are told; 0 where no times are."""

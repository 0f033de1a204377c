"""Which drawer draws in this terminal."""

from collections.abc import Callable
from typing import Final

from ..terminal.facts import Drawing, TerminalFacts
from .drawer import Drawer
from .half_blocks import HalfBlockDrawer
from .kitty_drawer import KittyDrawer
from .renderables import Loader
from .transmitter import Transmitter

MakeDrawer = Callable[[Loader, Transmitter], Drawer]

_DRAWERS: Final[dict[Drawing, MakeDrawer | None]] = {
    "tgp": KittyDrawer,
    "halfblock": lambda loader, _transmitter: HalfBlockDrawer(loader),
    "none": None,
}
"""Who draws what the terminal's facts say that it shows."""


def choose_drawer(
    terminal: TerminalFacts, write: Callable[[str], None], is_behind: Callable[[], bool]
) -> Drawer | None:
    """Returns what draws pictures in the terminal; None where none are drawn.

    Args:
        terminal: what it can show.
        write: sends text to the terminal in turn with Textual's own output.
        is_behind: whether the line is too slow for what was written already.
    """
    make = _DRAWERS[terminal.images]
    if make is None:
        return None
    loader = Loader((terminal.cell_width, terminal.cell_height))
    return make(loader, Transmitter(write, is_behind, is_tmux=terminal.is_tmux))

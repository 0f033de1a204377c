"""Which drawer draws in this terminal."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ..terminal.cell_size import CellSize
from ..terminal.facts import Drawing, TerminalFacts
from ..terminal.surface import Surface
from .drawer import Drawer
from .half_blocks import HalfBlockDrawer
from .iterm2_encoder import Iterm2Encoder
from .kitty_drawer import KittyDrawer
from .painted_drawer import PaintedDrawer
from .placed_drawer import PlacedDrawer
from .renderables import Loader
from .sixel_encoder import SixelEncoder
from .transmitter import Transmitter


@dataclass(frozen=True)
class _Line:
    """The terminal, and how text gets there."""

    terminal: TerminalFacts
    write: Callable[[str], None]
    is_behind: Callable[[], bool]

    @property
    def cell_size(self) -> tuple[int, int]:
        return self.terminal.cell_width, self.terminal.cell_height

    def cell(self) -> CellSize:
        return CellSize(self.cell_size)

    def loader(self) -> Loader:
        return Loader(self.cell_size)

    def transmitter(self) -> Transmitter:
        return Transmitter(self.write, self.is_behind, is_tmux=self.terminal.is_tmux)

    def surface(self) -> Surface:
        return Surface(self.write, self.is_behind, is_tmux=self.terminal.is_tmux)


def _sixel(line: _Line) -> Drawer:
    loader = line.loader()
    return PaintedDrawer(loader, SixelEncoder(loader, line.cell()), line.surface())


def _iterm2(line: _Line) -> Drawer:
    loader = line.loader()
    return PaintedDrawer(loader, Iterm2Encoder(loader, line.cell()), line.surface())


_DRAWERS: Final[dict[Drawing, Callable[[_Line], Drawer] | None]] = {
    "tgp": lambda line: KittyDrawer(line.loader(), line.transmitter()),
    "kitty": lambda line: PlacedDrawer(line.transmitter(), line.write),
    "sixel": _sixel,
    "iterm2": _iterm2,
    "halfblock": lambda line: HalfBlockDrawer(line.loader()),
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
    return make(_Line(terminal, write, is_behind)) if make else None

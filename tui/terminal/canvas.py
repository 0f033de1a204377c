"""Pixels over cells: what the painter tells whoever paints pictures that are no cells. Pure."""

from typing import Protocol

from .pixel_cells import Patch, Spans
from .replies import wrap_for_tmux


class Canvas(Protocol):
    """Paints pixels of pictures over the cells that show them.

    The painter writes cells; whoever paints over them is told of each that was written, since it
    shows no pixels then, or none that belong there.
    """

    def covers(self, y: int) -> bool:
        """Returns whether pixels stand in a row, which so can't be moved like text."""

    def erase(self, y: int, start: int, end: int) -> None:
        """Notes that cells of a row were written."""

    def forget(self) -> None:
        """Notes that nothing is known of what the terminal shows."""

    def note_move(self) -> None:
        """Notes that rows without pixels were moved by the terminal."""

    def show(self, wanted: Spans, height: int) -> str:
        """Returns what paints pictures at once; paints later what can wait.

        Args:
            wanted: all cells of the screen that show pictures now.
            height: rows of the screen.
        """


def at_place(patch: Patch, sequence: str) -> str:
    """Returns a sequence as it is written where a patch stands; the cursor goes back after it."""
    return f"\x1b7\x1b[{patch.y + 1};{patch.x + 1}H{sequence}\x1b8"


def at_place_in_tmux(patch: Patch, sequence: str, pane: tuple[int, int]) -> str:
    """Returns the same for the terminal around tmux.

    Args:
        patch: where it stands in the pane.
        sequence: what to write.
        pane: column and row of the terminal where the pane begins.
    """
    left, top = pane
    return wrap_for_tmux(at_place(patch._replace(x=patch.x + left, y=patch.y + top), sequence))

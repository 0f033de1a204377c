"""Places pictures that the terminal keeps over cells, without sending a pixel again."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from ..terminal.canvas import at_place
from ..terminal.pixel_cells import Patch, Spans, patches_of
from . import kitty
from .drawn import CellGrid
from .transmitter import Transmitter


class Kept(NamedTuple):
    """A picture that the terminal keeps, at one size in cells."""

    image_id: int
    size: tuple[int, int]
    """Pixels of it."""
    grid: CellGrid


class PlacingCanvas:
    """Knows which parts of pictures the terminal shows where.

    They hide what is written below them, so parts are taken away where other cells stand now.
    """

    def __init__(
        self,
        find: Callable[[int], Kept | None],
        transmitter: Transmitter,
        write: Callable[[str], None],
    ) -> None:
        """Prepares; places nothing.

        Args:
            find: returns the picture of a sheet; None if it was dropped.
            transmitter: sends the pictures.
            write: sends text to the terminal in turn with Textual's own output.
        """
        self._find = find
        self._transmitter = transmitter
        self._write = write
        self._wanted: Spans = {}
        self._placed: dict[Patch, tuple[int, int]] = {}
        """Image and placement."""
        self._have_moved = False
        self._next = 0
        self._waiting: asyncio.Task[None] | None = None

    def covers(self, y: int) -> bool:  # noqa: ARG002
        """Returns no: below pictures stand blanks, which are moved like any."""
        return False

    def erase(self, y: int, start: int, end: int) -> None:
        """Does nothing: what is written over stays hidden."""

    def forget(self) -> None:
        """Has everything placed anew."""
        self._have_moved = True

    def note_move(self) -> None:
        """Has everything placed anew: terminals differ in what they move along."""
        self._have_moved = True

    def show(self, wanted: Spans, height: int) -> str:  # noqa: ARG002
        """Returns what makes the terminal show what is wanted, once no picture is under way."""
        self._wanted = wanted
        if not self._transmitter.is_sending:
            return self._update()
        if self._waiting is None:
            self._waiting = asyncio.create_task(self._update_later(), name="place pictures")
        return ""

    def drop(self, image_id: int) -> None:
        """Forgets the parts of a picture that the terminal no longer keeps."""
        self._placed = {patch: it for patch, it in self._placed.items() if it[0] != image_id}

    def show_again(self) -> None:
        """Places everything anew in a terminal that may have forgotten it."""
        self._have_moved = True
        self._write(self.show(self._wanted, 0))

    async def close(self) -> None:
        """Ends what waits; the pictures go with the parts of them."""
        if self._waiting is not None:
            self._waiting.cancel()
            await asyncio.gather(self._waiting, return_exceptions=True)

    async def _update_later(self) -> None:
        await self._transmitter.wait_until_free()
        self._waiting = None
        self._write(self.show(self._wanted, 0))

    def _update(self) -> str:
        wanted = {
            patch: kept
            for patch in patches_of(self._wanted, (kitty.MAX_CELLS, kitty.MAX_CELLS))
            if (kept := self._find(patch.sheet))
        }
        stale = [it for it in self._placed if self._have_moved or it not in wanted]
        self._have_moved = False
        messages = [kitty.hide(*self._placed.pop(patch)) for patch in stale]
        for patch, kept in wanted.items():
            if patch not in self._placed:
                self._next += 1
                self._placed[patch] = kept.image_id, self._next
                placing = kitty.show(kept.image_id, self._next, _box(patch, kept), patch[2:4])
                messages.append(at_place(patch, placing))
        return "".join(messages)


def _box(patch: Patch, kept: Kept) -> kitty.Box:
    """Returns what of the picture a patch shows."""
    across, down = (pixels / cells for pixels, cells in zip(kept.size, kept.grid, strict=True))
    left, top = round(patch.column * across), round(patch.row * down)
    right = round((patch.column + patch.columns) * across)
    bottom = round((patch.row + patch.rows) * down)
    return kitty.Box(left, top, max(1, right - left), max(1, bottom - top))

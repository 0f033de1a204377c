"""Sends pictures to a terminal that keeps them: each once, whatever sizes it is shown at."""

import asyncio
import random
from collections.abc import Callable
from typing import Final

from ..terminal.replies import wrap_for_tmux
from . import kitty
from .drawn import CellGrid

_MAX_PLACEMENTS: Final = 255
"""Sizes of a picture at a time: the placement is an index of 8 bits."""

_BEHIND_SECONDS: Final = 0.003


class Transmitter:
    """What the terminal holds: pictures by id, and the sizes placed of each."""

    def __init__(
        self, write: Callable[[str], None], is_behind: Callable[[], bool], *, is_tmux: bool
    ) -> None:
        """Prepares; sends nothing.

        Args:
            write: sends text to the terminal in turn with Textual's own output.
            is_behind: whether the line is too slow for what was written already.
            is_tmux: whether tmux must be asked to pass graphics on.
        """
        self._write = write
        self._is_behind = is_behind
        self._is_tmux = is_tmux
        self._placements: dict[int, dict[CellGrid, int]] = {}
        self._sending: dict[int, asyncio.Task[None]] = {}
        self._line = asyncio.Lock()
        # Programs that share a terminal should not share ids.
        self._next_id = random.randrange(0x010000, 0xF00000)  # noqa: S311

    def new_id(self) -> int:
        """Returns an id of 24 bits that no other picture of this run has."""
        self._next_id += 1
        return self._next_id

    def send(self, image_id: int, png: bytes) -> None:
        """Sends a picture, in turn with others; placing it waits until it is sent."""
        self._sending[image_id] = asyncio.create_task(self._send(image_id, png), name="send")

    async def send_again(self, image_id: int, png: bytes) -> None:
        """Sends a picture that was sent before, with all its placements."""
        await asyncio.shield(self._sending[image_id])
        self.send(image_id, png)
        await asyncio.shield(self._sending[image_id])

    async def wait_until_sent(self, image_id: int) -> None:
        """Returns once the terminal has the picture."""
        await asyncio.shield(self._sending[image_id])

    @property
    def is_sending(self) -> bool:
        """Whether a picture is only sent in part, so that any other message would spoil it."""
        return self._line.locked()

    async def wait_until_free(self) -> None:
        """Returns once no picture is sent in part."""
        async with self._line:
            pass

    async def place(self, image_id: int, grid: CellGrid) -> int:
        """Returns the placement of this size of a picture sent, made now if there is none."""
        await self.wait_until_sent(image_id)
        placements = self._placements[image_id]
        if grid not in placements:
            if len(placements) == _MAX_PLACEMENTS:
                placements[grid] = placements.pop(next(iter(placements)))
            else:
                placements[grid] = len(placements) + 1
            await self._write_between(kitty.place(image_id, placements[grid], *grid))
        return placements[grid]

    def delete(self, image_id: int) -> None:
        """Deletes a picture in the terminal, in turn with others; it is not placed again."""
        sent = self._sending[image_id]
        self._sending[image_id] = asyncio.create_task(self._delete(image_id, sent), name="delete")

    async def close(self) -> None:
        """Ends what is being sent and removes every picture from the terminal."""
        is_sending = self._line.locked()
        for task in self._sending.values():
            task.cancel()
        await asyncio.gather(*self._sending.values(), return_exceptions=True)
        if is_sending:
            self._write_message(kitty.end_early())
        for image_id in self._placements:
            self._write_message(kitty.delete(image_id))
        self._placements.clear()
        self._sending.clear()

    async def _write_between(self, message: str) -> None:
        """Writes a message; between the chunks of a picture it would spoil the picture."""
        async with self._line:
            self._write_message(message)

    async def _send(self, image_id: int, png: bytes) -> None:
        placements = self._placements.setdefault(image_id, {})
        async with self._line:
            for message in kitty.transmit(image_id, png):
                while self._is_behind():  # noqa: ASYNC110 - the writer has no event to wait for
                    await asyncio.sleep(_BEHIND_SECONDS)
                self._write_message(message)
                await asyncio.sleep(0)
            for grid, placement in placements.items():
                self._write_message(kitty.place(image_id, placement, *grid))

    async def _delete(self, image_id: int, sent: "asyncio.Task[None]") -> None:
        await asyncio.shield(sent)
        async with self._line:
            self._write_message(kitty.delete(image_id))
            del self._placements[image_id], self._sending[image_id]

    def _write_message(self, message: str) -> None:
        self._write(wrap_for_tmux(message) if self._is_tmux else message)

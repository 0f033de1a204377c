"""Where pixels are written: at a cell of the terminal, or of a pane of tmux within it."""

import asyncio
import os
from collections.abc import Callable
from typing import Final

from .canvas import at_place, at_place_in_tmux
from .pixel_cells import Patch

_BEHIND_SECONDS: Final = 0.01

_ASK_PANE: Final = (
    "#{pane_left} #{pane_top} #{window_active} #{?#{==:#{status-position},top},#{status},off}"
)
"""Where the pane begins, whether it is on screen, and how many status lines are above it."""

_STATUS_LINES: Final = {"off": 0, "on": 1}
_ASK_SECONDS: Final = 1.0


class Surface:
    """Writes sequences where patches stand."""

    def __init__(
        self, write: Callable[[str], None], is_behind: Callable[[], bool], *, is_tmux: bool
    ) -> None:
        """Prepares.

        Args:
            write: sends text to the terminal in turn with Textual's own output.
            is_behind: whether the line is too slow for what was written already.
            is_tmux: whether tmux stands between and must be asked to pass sequences on.
        """
        self._write = write
        self._is_behind = is_behind
        self._is_tmux = is_tmux
        self._pane = (0, 0)

    async def is_ready(self) -> bool:
        """Returns whether patches can be written now, once what was written before is sent."""
        while self._is_behind():  # noqa: ASYNC110 - the writer has no event to wait for
            await asyncio.sleep(_BEHIND_SECONDS)
        if self._is_tmux:
            pane = await _find_pane()
            self._pane = pane or (0, 0)
            return pane is not None
        return True

    def write(self, patch: Patch, sequence: str) -> None:
        """Writes a sequence where a patch stands."""
        if self._is_tmux:
            self._write(at_place_in_tmux(patch, sequence, self._pane))
        else:
            self._write(at_place(patch, sequence))


async def _find_pane() -> tuple[int, int] | None:
    """Returns the column and row of the terminal where this pane begins; None if it is hidden."""
    try:
        process = await asyncio.create_subprocess_exec(
            *("tmux", "display-message", "-p", "-t", os.environ.get("TMUX_PANE", ""), _ASK_PANE),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        answer, _ = await asyncio.wait_for(process.communicate(), _ASK_SECONDS)
    except (OSError, TimeoutError):
        return None
    return read_pane(answer.decode(errors="replace"))


def read_pane(answer: str) -> tuple[int, int] | None:
    """Returns what tmux's answer says of where the pane begins; None if it is hidden."""
    parts = answer.split()
    if len(parts) != 4 or parts[2] != "1" or not (parts[0] + parts[1]).isdecimal():
        return None
    lines = int(parts[3]) if parts[3].isdecimal() else _STATUS_LINES.get(parts[3], 0)
    return int(parts[0]), int(parts[1]) + lines

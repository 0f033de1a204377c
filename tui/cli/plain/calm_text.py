"""Streamed text at a rate that can be listened to: whole words, a few times a second."""

import asyncio
import re
from collections.abc import Callable
from typing import Final

INTERVAL: Final = 0.5
"""Seconds between two pieces: a screen reader begins anew with each."""

_LONGEST_WORD: Final = 200
"""Characters without a space after which a piece ends anywhere, as in Chinese."""


class CalmText:
    """Holds the last word back until it is whole."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self._held = ""
        self._timer: asyncio.TimerHandle | None = None

    def feed(self, text: str) -> None:
        """Takes a piece of the text."""
        self._held += text
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(INTERVAL, self._pass_on)

    def end(self) -> None:
        """Writes the rest."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._give(len(self._held))

    def _pass_on(self) -> None:
        self._timer = None
        ends = [match.end() for match in re.finditer(r"\s+", self._held)]
        self._give(len(self._held) if len(self._held) > _LONGEST_WORD else max(ends, default=0))

    def _give(self, length: int) -> None:
        piece, self._held = self._held[:length], self._held[length:]
        if piece:
            self._write(piece)

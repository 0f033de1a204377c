"""Keys typed at irregular intervals, and how long each took to come on the screen."""

import time
from random import Random

from ..terminal.pseudo_terminal import PseudoTerminal
from .replay import replay

_LEAD = "qzj"
"""Begins each line typed, so that what is looked for stands nowhere else."""
_LINE = 24
_INTERVALS = (0.15, 0.35)


class Typist:
    """Types short lines into the prompt, clearing it after each."""

    def __init__(self, terminal: PseudoTerminal) -> None:
        self._terminal = terminal
        self._random = Random(5)
        self._typed: list[tuple[float, str]] = []

    def type_between(self, start: float, end: float) -> None:
        """Types from one moment to another; the prompt is empty afterwards."""
        time.sleep(max(0.0, start - time.monotonic()))
        line = ""
        while time.monotonic() < end:
            line += _LEAD[len(line)] if len(line) < len(_LEAD) else self._random.choice("bfkvwxy")
            moment = self._terminal.send(line[-1])
            if len(line) >= len(_LEAD):
                self._typed.append((moment, line))
            if len(line) == _LINE:
                time.sleep(_INTERVALS[1])
                self._clear(line)
                line = ""
            time.sleep(self._random.uniform(*_INTERVALS))
        self._clear(line)

    def latencies(self) -> list[float]:
        """Returns the seconds from each key to the screen that shows it.

        Raises:
            LookupError: a key never came on the screen.
        """
        found: list[float] = []
        waiting = iter(self._typed)
        key = next(waiting, None)
        for moment, rows in replay(self._terminal):
            while key and moment >= key[0] and any(key[1] in row for row in rows):
                found.append(moment - key[0])
                key = next(waiting, None)
        if key:
            raise LookupError(f"A key typed never came on the screen: {key[1]!r}")
        return found

    def _clear(self, line: str) -> None:
        self._terminal.press(*["backspace"] * len(line))

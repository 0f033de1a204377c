"""When something came to stand on the screen, found out after the run.

The emulator is slower than what it measures, so the output is recorded with its times and shown
only afterwards.
"""

import re
from collections.abc import Iterator

from ..terminal.pseudo_terminal import PseudoTerminal
from ..terminal.screen import Screen


def replay(terminal: PseudoTerminal) -> Iterator[tuple[float, list[str]]]:
    """Yields the time of each piece of output and the rows that it changed."""
    screen = Screen(terminal.columns, terminal.rows)
    for moment, output in terminal.chunks:
        yield moment, screen.feed(output)


def first_seen(terminal: PseudoTerminal, pattern: str, after: float) -> float:
    """Returns when a row first showed the pattern after a moment.

    Raises:
        LookupError: it never did.
    """
    wanted = re.compile(pattern)
    for moment, rows in replay(terminal):
        if moment >= after and any(wanted.search(row) for row in rows):
            return moment
    raise LookupError(f"{pattern!r} never came on the screen:\n{terminal.text}")


def bytes_between(terminal: PseudoTerminal, start: float, end: float) -> int:
    """Returns how many bytes the program wrote between two moments."""
    return sum(len(output) for moment, output in terminal.chunks if start <= moment < end)

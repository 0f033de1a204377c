"""The terminal while the app starts: what is typed is neither shown nor changed, and waits.

A shell leaves its terminal so that it shows what is typed, turns Enter into a line feed and keeps a
line to itself until that is ended.
"""

import os
import signal
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

Modes = list[int | list[bytes | int]]
"""A terminal's modes, as `termios` has them."""


@contextmanager
def quiet_terminal(source: int) -> Iterator[Modes | None]:
    """Keeps for the app what is typed, and gives the terminal back on every path.

    Ctrl+C still interrupts, and Ctrl+Z suspends.

    Args:
        source: the terminal.

    Yields:
        The shell's modes; None where the terminal is not this program's to change.
    """
    if not is_in_foreground(source):
        # A process in the background is stopped for changing the terminal.
        yield None
        return
    shell_modes: Modes = termios.tcgetattr(source)
    quiet = termios.tcgetattr(source)
    quiet[tty.IFLAG] &= ~(termios.ICRNL | termios.INLCR | termios.IGNCR | termios.IXON)
    quiet[tty.LFLAG] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)
    quiet[tty.CC][termios.VMIN] = 1
    with ending_signals_raised():
        try:
            termios.tcsetattr(source, termios.TCSANOW, quiet)
            yield shell_modes
        finally:
            termios.tcsetattr(source, termios.TCSANOW, shell_modes)


@contextmanager
def ending_signals_raised() -> Iterator[None]:
    """Turns the signals that would end the process into exceptions, so that clean-up runs."""

    def leave(number: int, _frame: FrameType | None) -> NoReturn:
        sys.exit(128 + number)

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, action in before.items():
            signal.signal(number, action)


def is_in_foreground(source: int) -> bool:
    """Whether this process may change the terminal's modes without being stopped for it."""
    try:
        return os.tcgetpgrp(source) == os.getpgrp()
    except OSError:
        # Job control guards the controlling terminal alone, and this is another one.
        return True

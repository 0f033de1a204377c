"""The mouse, turned off and on while the app runs: without it the terminal selects text."""

from typing import Final

from textual.driver import Driver

_MODES: Final = (1000, 1003, 1006, 1015, 1016)
"""Clicks, movement, two forms of coordinates, and coordinates in pixels."""
_ASKED_FOR: Final = (1000, 1003, 1006, 1015)


def turn_mouse(driver: Driver, *, on: bool) -> None:
    """Has the terminal report the mouse or keep it, also after it was in the shell's hands."""
    modes = _ASKED_FOR if on else _MODES
    driver.write("".join(f"\x1b[?{mode}{'h' if on else 'l'}" for mode in modes))
    # What Textual asks when it takes the terminal back from the shell, and when it ends.
    driver._mouse = on

"""The mouse, turned off and on while the app runs: without it the terminal selects text."""

from typing import Final

from textual.driver import Driver

_MODES: Final = (1000, 1003, 1015, 1006)
"""Clicks, movement, and two forms of coordinates, of which the last one counts."""
_IN_PIXELS: Final = 1016


def turn_mouse(driver: Driver, *, on: bool) -> None:
    """Has the terminal report the mouse or keep it, also after it was in the shell's hands."""
    # Textual goes on reading pixels where it has once asked for them.
    in_pixels = on and getattr(driver, "_mouse_pixels", False)
    modes = (*_MODES, _IN_PIXELS) if in_pixels else _MODES
    driver.write("".join(f"\x1b[?{mode}{'h' if on else 'l'}" for mode in modes))
    # Textual looks there when it takes the terminal back from the shell, and when it ends.
    driver._mouse = on

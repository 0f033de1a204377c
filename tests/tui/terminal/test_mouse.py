"""The mouse, turned off and on while the app runs."""

import pytest
from textual.app import App
from textual.drivers.headless_driver import HeadlessDriver

from seeshell.tui.terminal.mouse import turn_mouse


class Terminal(HeadlessDriver):
    """Keeps what is written to it."""

    def __init__(self, *, in_pixels: bool) -> None:
        super().__init__(App[None](), mouse=True)
        self._mouse_pixels = in_pixels
        self.written = ""

    def write(self, data: str) -> None:
        self.written += data


@pytest.mark.parametrize("in_pixels", [False, True])
async def test_the_mouse_comes_back_as_it_was(in_pixels: bool) -> None:
    terminal = Terminal(in_pixels=in_pixels)
    turn_mouse(terminal, on=False)
    assert terminal.written == "\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l"
    assert not terminal._mouse
    terminal.written = ""
    turn_mouse(terminal, on=True)
    assert terminal.written.startswith("\x1b[?1000h\x1b[?1003h\x1b[?1015h\x1b[?1006h")
    assert terminal.written.endswith("\x1b[?1016h") is in_pixels
    assert terminal._mouse

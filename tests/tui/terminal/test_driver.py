"""The driver in a real terminal: its keyboard, and what is typed before the app is there."""

import os
import re
import sys
import termios

import pytest

from ...terminal.pseudo_terminal import PseudoTerminal

SHOW_KEYS = """
import sys
from functools import partial
from textual.widgets import Static
from seeshell.tui.crash import ReportedApp
from seeshell.tui.terminal.driver import TerminalDriver

class Keys(ReportedApp):
    ENABLE_COMMAND_PALETTE = False
    names = []
    def compose(self):
        yield Static("ready")
    def on_key(self, event):
        self.names.append(event.key)
        if event.key == "f5":
            with self.suspend():
                pass
        self.query_one(Static).update(" ".join([*self.names, "."]))

app = Keys()
app.driver_class = partial(TerminalDriver, received=b"ab\\x1b[?62;22cx")
app.run()
sys.exit(1 if app.crash else app.return_code)
"""


def kitty_stack(output: bytes) -> list[list[int]]:
    """Returns the flags of kitty's keyboard protocol after each change, the newest last."""
    stack: list[int] = []
    history: list[list[int]] = []
    for kind, flags, mode in re.findall(rb"\x1b\[([<>=])(\d*)(?:;(\d))?u", output):
        if kind == b">":
            stack.append(int(flags))
        elif kind == b"<":
            stack.pop()
        else:
            assert mode == b"1"
            stack[-1] = int(flags)
        history.append(list(stack))
    return history


def test_a_terminal_is_read_lent_and_given_back() -> None:
    terminal = PseudoTerminal([sys.executable, "-c", SHOW_KEYS], os.environ)
    with terminal:
        terminal.wait_for(r"a b x \.")
        os.write(terminal._master, b"\xff\xe9\x1b[1097::111;5u\x1b[97;1:3u")
        terminal.wait_for(r"ctrl\+o \.")
        before = termios.tcgetattr(terminal._master)
        terminal.press("f5")
        terminal.wait_for(r"f5 \.")
        terminal.send("\x1b[1072::102;5:2uz")
        terminal.wait_for(r"f5 ctrl\+f z \.")
        assert termios.tcgetattr(terminal._master) == before
        terminal.press("ctrl+q")
        assert terminal.wait_for_exit() == 0
        output = b"".join(chunk.output for chunk in terminal.chunks)
    # Textual pushes an entry each time, whose flags are replaced before anything is typed.
    assert kitty_stack(output) == [[25], [5], [], [25], [5], []]
    for mode in (b"1000", b"1003", b"1006", b"1004", b"2004", b"1049"):
        set_at, reset_at = (output.rfind(b"\x1b[?" + mode + it) for it in (b"h", b"l"))
        assert -1 < set_at < reset_at, mode
    assert b"2048" not in output


FAILING_READER = """
from seeshell.tui.terminal.input_reader import InputReader
def fail(*_): raise ZeroDivisionError
InputReader.feed = fail
"""

NO_MORE_THREADS = """
from threading import Thread
start = Thread.start
def fail(self):
    if self.name == "textual-input":
        raise RuntimeError("can't start new thread")
    start(self)
Thread.start = fail
"""


@pytest.mark.parametrize("failure", [FAILING_READER, NO_MORE_THREADS], ids=["reader", "threads"])
def test_a_driver_that_fails_ends_the_app_and_gives_the_terminal_back(failure: str) -> None:
    with PseudoTerminal([sys.executable, "-c", failure + SHOW_KEYS], os.environ) as terminal:
        assert terminal.wait_for_exit() == 1
        output = b"".join(chunk.output for chunk in terminal.chunks)
    assert b"Traceback" not in output
    assert output.rfind(b"\x1b[?1049l") > output.rfind(b"\x1b[?1049h")


def test_a_closed_terminal_ends_the_app() -> None:
    terminal = PseudoTerminal([sys.executable, "-c", SHOW_KEYS], os.environ)
    terminal.wait_for(r"a b x \.")
    terminal.close()
    assert terminal.program.returncode is not None

"""What is typed while the app starts waits for it as it was typed."""

import os
import termios
import tty
from collections.abc import Callable
from typing import Any

import pytest

from seeshell.tui.terminal.quiet_terminal import quiet_terminal

Opens = Callable[..., Any]


def test_what_is_typed_is_neither_shown_nor_changed(open_terminal: Opens) -> None:
    terminal = open_terminal({})
    with quiet_terminal(terminal.near) as shell_modes:
        modes = termios.tcgetattr(terminal.near)
        terminal.type(b"hi\r\x13\x16\x04\x7f")
        typed = b""
        while len(typed) < 7:
            typed += os.read(terminal.near, 7)
    assert typed == b"hi\r\x13\x16\x04\x7f"
    assert terminal.received == ""
    assert modes[tty.LFLAG] & termios.ISIG
    assert termios.tcgetattr(terminal.near) == shell_modes


def test_what_was_typed_before_is_there_too(open_terminal: Opens) -> None:
    terminal = open_terminal({})
    terminal.type(b"early")
    terminal.wait_for("early")
    with quiet_terminal(terminal.near):
        assert os.read(terminal.near, 10) == b"early"


def test_the_modes_are_given_back_when_the_start_fails(open_terminal: Opens) -> None:
    terminal = open_terminal({})
    before = termios.tcgetattr(terminal.near)
    with pytest.raises(ValueError, match="start"), quiet_terminal(terminal.near):
        raise ValueError("start")
    assert termios.tcgetattr(terminal.near) == before

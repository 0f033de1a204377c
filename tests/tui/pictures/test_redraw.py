"""A terminal that has forgotten the pictures gets them again: after the shell had it, or asked."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from ...running_core import RunningCore
from .kitty_terminal import KITTY_REPLIES, KittyTerminal, assert_whole
from .terminal_session import TerminalSession

COMMAND = Path(sys.executable).with_name("seeshell")
PROMPT = "shell-prompt>"


@pytest.fixture
def session(demo_core: RunningCore, samples: Path) -> Iterator[TerminalSession]:
    """A shell in which a script, as `make` would, has started seeshell with two pictures."""
    shell = ["bash", "--noprofile", "--norc", "-i"]
    environment = {"PS1": PROMPT, "BASH_SILENCE_DEPRECATION_WARNING": "1"}
    session = TerminalSession(
        KittyTerminal(100, 30), KITTY_REPLIES, shell, environment=environment, folder=samples
    )
    session.until(lambda: PROMPT in session.text)
    pictures = "-i green-star.png -i red-circle-blue-square.png"
    session.type(f"sh -c '{COMMAND} {pictures}; exit'\n")
    session.until(lambda: "[2] red-circle-blue-square.png" in session.text)
    session.type("what is in the pictures?\r")
    session.until(lambda: "tokens/s" in session.text)
    session.until(lambda: len(session.terminal.placements) == 2)
    session.settle()
    yield session
    session.close()


def test_pictures_are_sent_again_when_the_shell_gives_the_terminal_back(
    session: TerminalSession,
) -> None:
    terminal = session.terminal
    before = dict(terminal.pictures), dict(terminal.placements)
    session.type("half a thou")
    session.until(lambda: "half a thou" in session.text)
    session.type("\x1a")
    session.until(lambda: PROMPT in session.text)
    _forget(session)
    session.type("fg\r")
    session.until(lambda: (terminal.pictures, terminal.placements) == before)
    session.settle()
    assert "half a thou" in session.text
    assert assert_whole(terminal)
    session.type("ght")
    session.until(lambda: "half a thought" in session.text)


def test_pictures_are_sent_again_after_the_signals_that_stop_and_continue_it(
    session: TerminalSession,
) -> None:
    terminal = session.terminal
    before = dict(terminal.pictures), dict(terminal.placements)
    children = psutil.Process(session.process.pid).children(recursive=True)
    (seeshell,) = [it for it in children if str(COMMAND) in it.cmdline()[:2]]
    seeshell.send_signal(signal.SIGTSTP)
    session.until(lambda: seeshell.status() == psutil.STATUS_STOPPED)
    _forget(session)
    terminal.screen.reset()
    seeshell.send_signal(signal.SIGCONT)
    session.until(lambda: (terminal.pictures, terminal.placements) == before)
    session.settle()
    assert assert_whole(terminal)
    assert "Ask about a picture" in session.text


def test_pictures_are_sent_again_for_the_redraw_key(session: TerminalSession) -> None:
    terminal = session.terminal
    before = dict(terminal.pictures), dict(terminal.placements)
    _forget(session)
    terminal.screen.reset()
    session.type("\x0c")
    session.until(lambda: (terminal.pictures, terminal.placements) == before)
    session.settle()
    assert assert_whole(terminal)
    assert "Ask about a picture" in session.text


def _forget(session: TerminalSession) -> None:
    """Drops every picture, as a terminal does that leaves its alternate screen."""
    session.terminal.pictures.clear()
    session.terminal.placements.clear()


def test_quitting_while_pictures_are_sent_again_takes_all_of_them_out(
    session: TerminalSession,
) -> None:
    terminal = session.terminal
    session.type("\x0c\x0c\x0c\x03\x03")
    session.until(lambda: set(terminal.deleted) == set(terminal.pictures))
    session.until(lambda: PROMPT in session.text or session.process.poll() is not None)
    assert "Traceback" not in session.text


def test_without_a_shell_the_key_says_so_and_stops_nothing(
    demo_core: RunningCore, samples: Path
) -> None:
    session = TerminalSession(KittyTerminal(100, 30), KITTY_REPLIES, [COMMAND], folder=samples)
    session.until(lambda: "Ask about a picture" in session.text)
    session.type("\x1a")
    session.until(lambda: "no shell to go back to" in session.text)
    session.type("still here")
    session.until(lambda: "still here" in session.text)
    session.close()

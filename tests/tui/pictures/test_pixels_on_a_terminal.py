"""Pictures as pixels over cells, as terminals show them that are far away."""

import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from PIL import Image

from seeshell.tui.pictures.drawn import CellGrid

from ...running_core import RunningCore
from ...terminal.brands import ITERM2, KONSOLE, XTERM
from ...terminal.likeness import difference
from .pixel_terminal import CELL, PixelTerminal
from .terminal_session import TerminalSession

pytestmark = pytest.mark.alone
"""A line that another test makes slow gets smaller pictures."""

COMMAND = Path(sys.executable).with_name("seeshell")
ROUND_TRIP = 0.15
APP = Path(__file__).with_name("picture_app.py")
LIST = CellGrid(26, 8)
"""Cells of each picture in that app's list."""
PERIOD = LIST.rows + 4
NAME = "red-circle-blue-square.png"


@pytest.mark.parametrize(
    ("replies", "protocol"),
    [
        pytest.param(KONSOLE, "kitty", id="konsole"),
        pytest.param(ITERM2, "iterm2", id="iTerm2"),
        pytest.param(XTERM, "sixel", id="xterm"),
    ],
)
def test_the_picture_of_a_question_is_shown_pixel_by_pixel(
    demo_core: RunningCore, home: Path, samples: Path, replies: Mapping[str, str], protocol: str
) -> None:
    terminal = PixelTerminal()
    command = [COMMAND, "-i", NAME]
    session = TerminalSession(terminal, replies, command, folder=samples, round_trip=ROUND_TRIP)
    session.until(lambda: f"[1] {NAME}" in session.text)
    session.type("What is in the picture?\r")
    session.until(lambda: "tokens/s" in session.text and bool(terminal.covered()))
    session.settle()
    with Image.open(samples / NAME) as original:
        shown = terminal.picture()
        assert difference(shown, original) < 4
        assert shown.width * original.height == pytest.approx(
            shown.height * original.width, rel=0.06
        )
        once = terminal.picture_bytes
        # The keys hide it, and it comes back whole.
        session.type("\x1bOP")
        session.until(lambda: "Show all keys" in session.text)
        session.settle()
        assert not terminal.covered()
        session.type("\x1b")
        session.until(lambda: bool(terminal.covered()))
        session.settle()
        assert difference(terminal.picture(), original) < 4
    assert terminal.protocols == {protocol}
    if protocol == "kitty":
        assert terminal.picture_bytes - once < 300
    typed = [it for it in ("Konsole", "Gi=", ";OK", "iTerm2", "63;1") if it in session.text]
    assert typed == []
    session.type("\x03\x03")
    session.until(lambda: session.process.poll() is not None)
    assert not terminal.sent
    session.close()


@pytest.mark.parametrize("images", ["sixel"])
def test_what_scrolls_is_painted_where_it_comes_to_rest(photo: Path, images: str) -> None:
    terminal = PixelTerminal(100, 24)
    session = TerminalSession(terminal, {}, [sys.executable, APP, photo, images])
    shown = 24 if images == "kitty" else 23
    for keys, scrolled in (("", 0), ("jjjjjjj", 7), ("j", 8), ("r", 8), ("m", 0), ("m", 8)):
        session.type(keys)
        if keys == "m" and not scrolled:
            session.until(lambda: "a modal" in session.text)
            session.settle()
            assert not terminal.covered()
        else:
            session.until(lambda at=scrolled: _rows(terminal) == _picture_rows(at, shown))
            session.settle()
            assert _list_difference(terminal, photo, scrolled) < 6
    session.close()


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_in_tmux_a_picture_stands_in_its_pane_and_nowhere_else(photo: Path, tmp_path: Path) -> None:
    conf = tmp_path / "tmux.conf"
    conf.write_text("set -g allow-passthrough on\nset -g status-position top\n")
    app = shlex.join([sys.executable, str(APP), str(photo), "iterm2"])
    tmux = ["tmux", "-S", str(tmp_path / "socket"), "-f", str(conf)]
    terminal = PixelTerminal(140, 30)
    session = TerminalSession(
        terminal,
        {},
        [*tmux, "new-session", "sleep 60", ";", "split-window", "-h", "-l", "100", app],
    )
    session.until(lambda: bool(_rows(terminal, left=40)))
    session.settle()
    assert min(x for _, x in terminal.covered()) == 40
    # Below the status line; the last row is left out.
    assert _rows(terminal, left=40) == {y + 1 for y in _picture_rows(0, 28)}
    assert _list_difference(terminal, photo, -1, left=40) < 6
    subprocess.run([*tmux, "kill-server"], check=True)
    session.close()


def _rows(terminal: PixelTerminal, left: int = 0) -> set[int]:
    """Returns the rows in which the list, which begins in a column, shows pixels."""
    return {y for y, x in terminal.covered() if x - left in range(LIST.columns)}


def _picture_rows(scrolled: int, height: int) -> set[int]:
    """Returns the rows in which the list has pictures, each with four blanks below it."""
    return {y for y in range(height) if (y + scrolled) % PERIOD < LIST.rows}


def _list_difference(terminal: PixelTerminal, photo: Path, scrolled: int, left: int = 0) -> float:
    """Returns how far the list's pixels are from those that its rows should show."""
    width, height = CELL
    with Image.open(photo) as file:
        whole = file.convert("RGB").resize((LIST.columns * width, LIST.rows * height))
    shown = Image.new("RGB", (whole.width, terminal.screen.lines * height))
    wanted = shown.copy()
    for (y, x), tile in terminal.covered().items():
        if x - left in range(LIST.columns):
            shown.paste(tile, ((x - left) * width, y * height))
    for y in _rows(terminal, left):
        row = (y + scrolled) % PERIOD * height
        wanted.paste(whole.crop((0, row, whole.width, row + height)), (0, y * height))
    return difference(shown, wanted)

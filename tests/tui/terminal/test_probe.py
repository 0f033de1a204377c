"""The terminal is asked once, and nothing of it stays behind."""

import fcntl
import json
import os
import shlex
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from textual.events import Key

from seeshell.core.settings import ImageProtocol
from seeshell.tui.terminal import probe as probe_module
from seeshell.tui.terminal.facts import TerminalFacts
from seeshell.tui.terminal.input_reader import InputReader
from seeshell.tui.terminal.probe import probe_terminal
from seeshell.tui.terminal.replies import (
    ASK_ATTRIBUTES,
    ASK_CELL_SIZE,
    ASK_COLOUR_COUNT,
    ASK_GRAPHICS,
    ASK_NAME,
    ASK_RGB,
)
from seeshell.tui.terminal.xterm_colours import ColourDepth

from ...patience import PATIENCE
from ..pictures.kitty_terminal import KITTY_REPLIES

ATTRIBUTES, NAME, GRAPHICS = ASK_ATTRIBUTES, ASK_NAME, ASK_GRAPHICS
KITTY = KITTY_REPLIES | {ASK_CELL_SIZE: "\x1b[6;34;16t"}
WEZTERM = KITTY | {NAME: "\x1bP>|WezTerm 20240203-110809-5046fc22\x1b\\"}
TERMINAL_APP = {ATTRIBUTES: "\x1b[?1;2c"}
XTERM = {
    NAME: "\x1bP>|XTerm(379)\x1b\\",
    ASK_COLOUR_COUNT: "\x1bP1+r436f=323536\x1b\\",
    ATTRIBUTES: "\x1b[?64;1;2;6;9;15;16;17;18;21;22;28c",
}
ITERM2 = {
    NAME: "\x1bP>|iTerm2 3.5.10\x1b\\",
    ASK_CELL_SIZE: "\x1b[6;34;16t",
    ATTRIBUTES: "\x1b[?65;1;2;4;6;9;15c",
}
MLTERM = {ASK_CELL_SIZE: "\x1b[6;19;10t", ATTRIBUTES: "\x1b[?63;1;2;3;4;6;7;15;18;22;29c"}
TMUX = {NAME: "\x1bP>|tmux 3.5a\x1b\\", ATTRIBUTES: "\x1b[?1;2;4c"}
SSH = {"TERM": "xterm-256color"}

Opens = Callable[..., Any]
"""The fixture that opens a terminal."""

SOON = 0.2

PATIENTLY = f"from seeshell.tui.terminal import probe; probe.PROBE_SECONDS = {PATIENCE}"
"""The beginning of a program that probes."""


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Has the probe wait for replies that a busy machine delays."""
    monkeypatch.setattr(probe_module, "PROBE_SECONDS", PATIENCE)
    monkeypatch.setattr(probe_module, "_NEAR_TMUX_SECONDS", PATIENCE)


def probe(
    terminal: Any, images: ImageProtocol = "auto", environment: Mapping[str, str] = SSH
) -> TerminalFacts:
    return probe_terminal(images, environment, terminal.near, terminal.near).facts


@pytest.mark.parametrize(
    ("replies", "images", "colours", "cell", "name"),
    [
        (KITTY, "tgp", "truecolor", (16, 34), "kitty(0.41.1)"),
        (WEZTERM, "kitty", "truecolor", (16, 34), "WezTerm 20240203-110809-5046fc22"),
        (TERMINAL_APP, "halfblock", "256", (10, 20), ""),
        (ITERM2, "iterm2", "truecolor", (16, 34), "iTerm2 3.5.10"),
        (MLTERM, "sixel", "256", (10, 19), ""),
    ],
)
def test_brand_and_reply_decide(
    open_terminal: Opens,
    replies: Mapping[str, str],
    images: ImageProtocol,
    colours: ColourDepth,
    cell: tuple[int, int],
    name: str,
) -> None:
    terminal = open_terminal(replies)
    facts = probe(terminal)
    assert (facts.images, facts.colours, facts.name) == (images, colours, name)
    assert (facts.cell_width, facts.cell_height) == cell
    assert terminal.leaked() == b""


def test_a_slow_line_is_waited_for_and_nothing_is_typed_into_the_app(open_terminal: Opens) -> None:
    terminal = open_terminal(KITTY, delay=0.4)
    assert probe(terminal).images == "tgp"
    assert terminal.leaked() == b""


def test_replies_that_arrive_byte_by_byte_are_put_together(open_terminal: Opens) -> None:
    terminal = open_terminal(KITTY, piece=1)
    assert probe(terminal).images == "tgp"
    assert terminal.leaked() == b""


def test_a_reply_that_overtakes_the_order_is_not_left_for_the_app(
    open_terminal: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe_module, "_DRAIN_SECONDS", SOON)
    terminal = open_terminal(TERMINAL_APP | {ATTRIBUTES: "\x1b[?1;2c\x1b_Gi=31;OK\x1b\\"}, piece=7)
    assert probe(terminal).images == "halfblock"
    assert terminal.leaked() == b""


def test_a_silent_terminal_costs_the_budget_and_no_more(
    open_terminal: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe_module, "PROBE_SECONDS", SOON)
    terminal = open_terminal({})
    before = time.monotonic()
    facts = probe(terminal)
    assert SOON <= time.monotonic() - before < PATIENCE / 2
    assert (facts.images, facts.name) == ("halfblock", "")


def test_a_terminal_that_answers_ends_the_wait_at_once(open_terminal: Opens) -> None:
    terminal = open_terminal(TERMINAL_APP)
    before = time.monotonic()
    probe(terminal)
    assert time.monotonic() - before < PATIENCE / 2


@pytest.mark.parametrize("images", ["tgp", "kitty", "sixel", "iterm2", "halfblock", "none"])
def test_a_chosen_protocol_sends_no_query(open_terminal: Opens, images: ImageProtocol) -> None:
    terminal = open_terminal(KITTY)
    facts = probe(terminal, images)
    assert facts.images == images
    assert facts.colours == ("truecolor" if images == "tgp" else "256")
    assert terminal.received == ""


@pytest.mark.parametrize(
    ("environment", "images"),
    [
        ({"TERM": "dumb"}, "none"),
        ({}, "none"),
        ({"TERM": "linux"}, "halfblock"),
        ({"TERM": "xterm-kitty", "NO_COLOR": "1"}, "halfblock"),
    ],
)
def test_terminals_that_would_print_a_query_get_none(
    open_terminal: Opens, environment: Mapping[str, str], images: ImageProtocol
) -> None:
    terminal = open_terminal(KITTY)
    assert probe(terminal, environment=environment).images == images
    assert terminal.received == ""


def test_no_terminal_is_not_asked() -> None:
    reader, writer = os.pipe()
    with os.fdopen(reader), os.fdopen(writer, "w"):
        assert probe_terminal("auto", SSH, reader, writer).facts.images == "none"


def test_colorterm_is_believed(open_terminal: Opens) -> None:
    facts = probe(open_terminal(TERMINAL_APP), environment=SSH | {"COLORTERM": "truecolor"})
    assert facts.colours == "truecolor"


@pytest.mark.parametrize(
    ("replies", "colours"),
    [
        (XTERM, "256"),
        (XTERM | {ASK_RGB: "\x1bP1$r0;48:2::1:2:3m\x1b\\"}, "truecolor"),
        (XTERM | {ASK_RGB: "\x1bP1$r0;48:2:1:2:3m\x1b\\"}, "truecolor"),
        (XTERM | {ASK_RGB: "\x1bP1$r48;2;1;2;3m\x1b\\"}, "truecolor"),
        (XTERM | {ASK_RGB: "\x1bP1$r0;48;5;16m\x1b\\"}, "256"),
        (XTERM | {ASK_COLOUR_COUNT: "\x1bP1+r436F=3136\x1b\\"}, "16"),
        (XTERM | {ASK_COLOUR_COUNT: "\x1bP0+r436f\x1b\\"}, "16"),
        (TERMINAL_APP, "16"),
    ],
)
def test_a_terminal_says_how_many_colours_it_has_where_its_name_does_not(
    open_terminal: Opens, replies: Mapping[str, str], colours: ColourDepth
) -> None:
    terminal = open_terminal(replies)
    assert probe(terminal, environment={"TERM": "xterm"}).colours == colours
    assert terminal.leaked() == b""


@pytest.mark.parametrize("term", ["screen", "screen-256color", "tmux-256color"])
def test_a_multiplexer_gets_no_question_that_it_would_print(
    open_terminal: Opens, monkeypatch: pytest.MonkeyPatch, term: str
) -> None:
    monkeypatch.setattr(probe_module, "_NEAR_TMUX_SECONDS", SOON)
    terminal = open_terminal({ATTRIBUTES: "\x1b[?1;2c"})
    probe(terminal, environment={"TERM": term})
    assert "\x1bP" not in terminal.received


def test_modes_and_screen_are_given_back(open_terminal: Opens) -> None:
    terminal = open_terminal(KITTY)
    before = termios.tcgetattr(terminal.near)
    probe(terminal)
    assert termios.tcgetattr(terminal.near) == before
    terminal.wait_for("\x1b[?1049l")
    assert terminal.received.startswith("\x1b[?1049h")


def test_what_is_typed_between_replies_is_the_apps(open_terminal: Opens) -> None:
    terminal = open_terminal(KITTY | {ATTRIBUTES: "he\x1b[?62;22cll\x1b[Ao"}, piece=5)
    received = probe_terminal("auto", SSH, terminal.near, terminal.near).received
    keys = [it.key for it in InputReader().feed(received, 0.0) if isinstance(it, Key)]
    assert keys == ["h", "e", "l", "l", "up", "o"]


def test_what_is_typed_into_a_silent_terminal_is_the_apps(
    open_terminal: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe_module, "PROBE_SECONDS", SOON)
    terminal = open_terminal({})
    terminal.type(b"hello")
    assert probe_terminal("auto", SSH, terminal.near, terminal.near).received == b"hello"


def test_ctrl_c_ends_the_probe_and_gives_the_terminal_back(open_terminal: Opens) -> None:
    terminal = open_terminal({ATTRIBUTES: "\x03"})
    before = termios.tcgetattr(terminal.near)
    with pytest.raises(KeyboardInterrupt):
        probe(terminal)
    assert termios.tcgetattr(terminal.near) == before
    terminal.wait_for("\x1b[?1049l")


def test_a_signal_that_ends_the_process_gives_the_terminal_back(open_terminal: Opens) -> None:
    terminal = open_terminal({})
    before = termios.tcgetattr(terminal.near)
    script = f"{PATIENTLY}; probe.probe_terminal('auto', {{'TERM': 'xterm'}}, 0, 1)"
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdin=terminal.near, stdout=terminal.near
    )
    terminal.wait_for(ATTRIBUTES)
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 128 + signal.SIGTERM
    assert termios.tcgetattr(terminal.near) == before
    terminal.wait_for("\x1b[?1049l")


def test_the_terminal_around_a_near_tmux_is_asked(open_terminal: Opens) -> None:
    terminal = open_terminal(TMUX, around=KITTY)
    facts = probe(terminal, environment={"TERM": "tmux-256color"})
    assert (facts.images, facts.is_tmux, facts.colours) == ("tgp", True, "truecolor")
    assert facts.name == "kitty(0.41.1) in tmux 3.5a"
    assert terminal.leaked() == b""


def test_a_tmux_that_passes_nothing_on_is_soon_given_up(
    open_terminal: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe_module, "_NEAR_TMUX_SECONDS", SOON)
    terminal = open_terminal(TMUX)
    before = time.monotonic()
    facts = probe(terminal, environment={"TERM": "tmux-256color"})
    assert time.monotonic() - before < PATIENCE / 2
    assert (facts.images, facts.is_tmux, facts.name) == ("halfblock", False, "tmux 3.5a")


def test_tmux_never_gets_the_graphics_query_as_a_title(
    open_terminal: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe_module, "_NEAR_TMUX_SECONDS", SOON)
    terminal = open_terminal(TMUX)
    probe(terminal, environment={"TERM": "screen-256color"})
    assert GRAPHICS not in terminal.received.replace("\x1b\x1b", "")


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
@pytest.mark.parametrize(
    ("passthrough", "replies", "images"),
    [("on", KITTY, "tgp"), ("off", KITTY, "halfblock"), ("on", ITERM2, "iterm2")],
)
def test_a_real_tmux_is_seen_through_if_it_lets_escapes_pass(
    open_terminal: Opens,
    tmp_path: Path,
    passthrough: str,
    replies: Mapping[str, str],
    images: ImageProtocol,
) -> None:
    # Without RGB tmux would round the colours that carry picture ids.
    settings = f"set -g allow-passthrough {passthrough}\nset -as terminal-features ',xterm*:RGB'\n"
    (tmp_path / "tmux.conf").write_text(settings)
    script = (
        f"{PATIENTLY}; import msgspec, os; from pathlib import Path;"
        "facts = msgspec.json.encode(probe.probe_terminal('auto', os.environ).facts);"
        f"Path({str(tmp_path / 'part')!r}).write_bytes(facts);"
        f"Path({str(tmp_path / 'part')!r}).rename({str(tmp_path / 'facts')!r})"
    )
    terminal = open_terminal(replies | {"\x1b[>q": replies[NAME]})
    fcntl.ioctl(terminal.near, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    tmux = ["tmux", "-S", str(tmp_path / "socket"), "-f", str(tmp_path / "tmux.conf")]
    process = subprocess.Popen(
        [*tmux, "new-session", f"{sys.executable} -c {shlex.quote(script)}"],
        stdin=terminal.near,
        stdout=terminal.near,
        stderr=terminal.near,
        env={key: value for key, value in os.environ.items() if key != "TMUX"} | SSH,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    process.wait(PATIENCE)
    facts = json.loads((tmp_path / "facts").read_bytes())
    assert (facts["images"], facts["is_tmux"]) == (images, passthrough == "on")
    assert facts["colours"] == "truecolor"

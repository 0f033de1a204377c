"""Windows that end within milliseconds of Enter: the question is stored, with its picture, once."""

import re
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from seeshell.core.demo import SAMPLES_PATH

from ...patience import PATIENCE
from ...running_core import RunningCore, StartCore
from ...terminal.installed import Installed
from ...terminal.pseudo_terminal import PseudoTerminal

PICTURE = SAMPLES_PATH / "green-star.png"

ENDS: dict[str, Callable[[PseudoTerminal], object]] = {
    "SIGHUP": lambda terminal: terminal.program.send_signal(signal.SIGHUP),
    "SIGTERM": lambda terminal: terminal.program.send_signal(signal.SIGTERM),
    "ctrl+q": lambda terminal: terminal.press("ctrl+q"),
    "closed": lambda terminal: terminal.hang_up(),
}


@pytest.fixture
def stopped_core(start_core: StartCore) -> Iterator[RunningCore]:
    """A core that answers nothing: it takes connections once it goes on."""
    core = start_core("--model", "demo")
    yield core
    core.signal(signal.SIGCONT)


def ask_and_end(terminal: PseudoTerminal, core: RunningCore, end: str) -> None:
    """Asks about a picture while the core does not answer, and ends the window."""
    core.signal(signal.SIGSTOP)
    try:
        terminal.send(f"end {end} {PICTURE}")
        terminal.press("enter")
        terminal.wait_for(f"checking 1 of 1  ctrl.t takes it back  end {re.escape(end)}")
        ENDS[end](terminal)
        terminal.wait_for_exit()
    finally:
        core.signal(signal.SIGCONT)


def stored(core: RunningCore) -> dict[str, int]:
    """Returns the questions that are stored, with the number of their pictures."""
    with closing(sqlite3.connect(core.paths.database)) as database:
        rows = database.execute(
            "SELECT text, (SELECT count(*) FROM part AS picture"
            "  WHERE picture.message_id = message.id AND picture.kind = 'picture')"
            " FROM message JOIN part ON part.message_id = message.id"
            " WHERE role = 'user' AND part.kind = 'text' ORDER BY text"
        )
        found = rows.fetchall()
    assert len(found) == len(dict(found))
    return dict(found)


def wait_until_stored(core: RunningCore, asked: dict[str, int]) -> None:
    give_up_at = time.monotonic() + PATIENCE
    while stored(core) != asked:
        assert time.monotonic() < give_up_at, stored(core)
        time.sleep(0.01)


def test_what_was_sent_as_the_window_ended_is_asked_once_by_the_next_one(
    home: Path, stopped_core: RunningCore
) -> None:
    installed = Installed(home)
    asked: dict[str, int] = {}
    for end in ENDS:
        with installed.open(columns=80, rows=24) as terminal:
            terminal.wait_for("· ready ·")
            wait_until_stored(stopped_core, asked)
            ask_and_end(terminal, stopped_core, end)
        asked[f"end {end} {PICTURE.name}"] = 1
    # Where it goes on is the conversation it was asked in, which need not be on screen.
    with installed.open(columns=80, rows=24):
        wait_until_stored(stopped_core, asked)

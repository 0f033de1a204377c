"""The installed command on a pseudo-terminal: the whole of seeshell as its user meets it."""

import json
import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from seeshell.core.demo import SAMPLES_PATH
from seeshell.core.settings import find_paths
from seeshell.core.store.database import Database
from seeshell.core.store.stored_conversations import StoredConversations

from .patience import PATIENCE
from .rambling import lift_answer_limit
from .terminal.installed import COMMAND, Installed
from .terminal.pseudo_terminal import PseudoTerminal

EMPTY_PROMPT = "Ask about"
PICTURE = SAMPLES_PATH / "red-circle-blue-square.png"
WHAT = "what is in the picture?"
HEAVY = ("mlx", "numpy", "tokenizers", "torch")


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[Installed]:
    installed = Installed(tmp_path)
    yield installed
    installed.run("stop")


@pytest.fixture
def rambling(tmp_path: Path, rambling_checkpoint: Path) -> Iterator[Installed]:
    """The command with a model whose answers go on until they are stopped."""
    installed = Installed(tmp_path, str(rambling_checkpoint))
    lift_answer_limit(find_paths(installed.environment))
    yield installed
    installed.run("stop")


def attach(terminal: PseudoTerminal, name: str) -> None:
    """Picks a picture of the current folder by typing a part of its name, after a look at it."""
    with Image.open(SAMPLES_PATH / name) as image:
        width, height = image.size
    terminal.press("ctrl+o")
    terminal.wait_for("type to filter")
    terminal.send(name[:10])
    terminal.wait_for(r" 1 of \d")
    terminal.wait_for(rf"(?s)▀▀▀.*{width}x{height}")
    terminal.press("enter")
    wait_for_chip(terminal, name)


def wait_for_chip(terminal: PseudoTerminal, name: str) -> None:
    """Waits until the picture belongs to the next message, whether checked or not."""
    terminal.wait_for(rf"\[1\] {re.escape(name)}")


def ask(terminal: PseudoTerminal, question: str, words: str) -> None:
    """Types a question, sends it and waits for words of the answer below it."""
    terminal.send(question)
    terminal.wait_for(re.escape(question))
    terminal.press("enter")
    terminal.wait_for(rf"(?s){re.escape(question)}.*answer.*{words}")


def leave(terminal: PseudoTerminal) -> None:
    """Quits, and checks that the terminal is as it was."""
    terminal.press("ctrl+q")
    assert terminal.wait_for_exit() == 0
    assert_given_back(terminal)


def assert_given_back(terminal: PseudoTerminal) -> None:
    """Checks that the program has left the screen as it was, with its cursor."""
    written = b"".join(chunk.output for chunk in terminal.chunks)
    assert written.rindex(b"\x1b[?1049l") > written.rindex(b"\x1b[?1049h")
    assert written.rindex(b"\x1b[?25h") > written.rindex(b"\x1b[?25l")


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (160, 45)])
def test_a_visual_chat_from_the_first_start_to_coming_back(
    installed: Installed, columns: int, rows: int
) -> None:
    size = {"columns": columns, "rows": rows}
    with installed.open(folder=SAMPLES_PATH, **size) as terminal:
        terminal.wait_for(EMPTY_PROMPT)
        attach(terminal, PICTURE.name)
        ask(terminal, WHAT, "red circle.*first token")
        ask(terminal, "what color is the square?", "blue.*first token")
        if Path("/proc").is_dir():
            maps = Path(f"/proc/{terminal.program.pid}/maps").read_text()
            assert not [name for name in HEAVY if f"/{name}" in maps]
        leave(terminal)
    with installed.open(**size) as terminal:
        terminal.wait_for(EMPTY_PROMPT)
        terminal.press("f2")
        terminal.wait_for(" now")
        terminal.wait_for("r rename")
        terminal.press("enter")
        terminal.wait_for("red circle")
        terminal.wait_for("what color is the square")
        leave(terminal)


def test_the_newest_conversation_opens_from_the_command_line(installed: Installed) -> None:
    installed.run("ask", "-i", PICTURE, "how many shapes?")
    with installed.open("--continue") as terminal:
        terminal.wait_for("how many shapes")
        leave(terminal)


def test_escape_stops_an_answer_and_keeps_it(rambling: Installed) -> None:
    with rambling.open("-i", PICTURE) as terminal:
        wait_for_chip(terminal, PICTURE.name)
        begin_answer(terminal, rambling)
        terminal.press("escape")
        terminal.wait_for("stopped: alt.a finishes it · ")
        terminal.wait_for(r"\bready\b")
        leave(terminal)
    assert stored_answer(rambling).startswith("I see")
    with rambling.open("--continue") as terminal:
        terminal.wait_for("stopped: alt.a finishes it · ")


def test_a_core_that_is_killed_in_mid_answer_loses_nothing_stored(rambling: Installed) -> None:
    with rambling.open("-i", PICTURE) as terminal:
        wait_for_chip(terminal, PICTURE.name)
        text = begin_answer(terminal, rambling)
        pid = core_pid(rambling)
        os.kill(pid, signal.SIGKILL)
        terminal.wait_for("The core has ended")
        terminal.press("f5")
        terminal.wait_for(r"\bready\b")
        terminal.press("home")
        assert stored_answer(rambling).startswith(text)
        terminal.wait_for("ended during this answer")
        assert core_pid(rambling) != pid


def core_pid(installed: Installed) -> int:
    """Returns the core's process."""
    return int(json.loads(installed.run("status", "--json").stdout)["pid"])


def stored_answer(installed: Installed) -> str:
    """Returns the answer of the first conversation as it lies on disk."""
    database = Database(find_paths(installed.environment))
    try:
        return StoredConversations(database).read(1).messages[-1].text
    finally:
        database.close()


def begin_answer(terminal: PseudoTerminal, installed: Installed) -> str:
    """Asks and returns the first part of the answer that is on disk; it is still going on."""
    terminal.send(WHAT)
    terminal.wait_for(re.escape(WHAT))
    terminal.press("enter")
    terminal.wait_for("answering")
    end = time.monotonic() + PATIENCE
    while not (text := stored_answer(installed)):
        assert time.monotonic() < end, "no part of the answer was stored"
    return text


def test_page_up_in_the_prompt_scrolls_the_log(installed: Installed) -> None:
    installed.run("ask", "-i", PICTURE, WHAT)
    for _ in range(4):
        installed.run("ask", "--continue", "what color is the circle?")
    with installed.open("--continue", columns=80, rows=24) as terminal:
        terminal.wait_for("what color is the circle")
        terminal.wait_until_gone(PICTURE.name)
        terminal.press("pageup", "pageup")
        terminal.wait_for(PICTURE.name)
        terminal.press("pagedown", "pagedown")
        terminal.wait_until_gone(PICTURE.name)


def test_a_line_that_drops_ends_the_program_and_loses_no_word(installed: Installed) -> None:
    ignoring_it = ["sh", "-c", f"trap '' HUP; exec {COMMAND}"]
    with PseudoTerminal(ignoring_it, installed.environment, folder=installed.home) as terminal:
        terminal.wait_for(EMPTY_PROMPT)
        terminal.send("half a thought")
        terminal.wait_for("half a thought")
        terminal.program.send_signal(signal.SIGHUP)
        assert terminal.wait_for_exit() == -signal.SIGHUP
    with installed.open() as terminal:
        terminal.wait_for("half a thought")


def test_a_signal_to_end_gives_the_terminal_back(installed: Installed) -> None:
    with installed.open() as terminal:
        terminal.wait_for("· ready ·")
        terminal.program.send_signal(signal.SIGTERM)
        assert terminal.wait_for_exit() == 128 + signal.SIGTERM
        assert_given_back(terminal)

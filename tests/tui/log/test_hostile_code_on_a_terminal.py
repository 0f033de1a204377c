"""The real app ends when it is told to while code is on screen that once froze it for good."""

import signal
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from seeshell.core.settings import Paths
from seeshell.core.store.database import Database
from seeshell.core.store.stored_conversations import StoredConversations
from seeshell.core.store.stored_turns import NewQuestion, StoredTurns

from ...terminal.installed import Installed
from ...terminal.pseudo_terminal import PseudoTerminal

ENDLESS = '"' + "\\" * 200
BLOCKS = "\n\n".join(
    f"```{name}\n{ENDLESS}\n```" for name in ("scala", "fish", "rego", "tcsh", "systemd")
)


@pytest.fixture
def installed(paths: Paths) -> Installed:
    """The command, with a conversation that ends with such code."""
    database = Database(paths)
    turns = StoredTurns(database, StoredConversations(database))
    conversation = turns.submit(None, NewQuestion("one", "Quotes, please.")).conversation
    answer = turns.start("one", ()).answer.with_text(f"{BLOCKS}\n\nThat is all.")
    turns.end_answer(conversation, replace(answer, finish_reason="stop"))
    database.close()
    return Installed(paths.config_file.parent)


def press_quit(terminal: PseudoTerminal) -> None:
    terminal.press("ctrl+q")


def terminate(terminal: PseudoTerminal) -> None:
    terminal.program.send_signal(signal.SIGTERM)


def hang_up(terminal: PseudoTerminal) -> None:
    terminal.program.send_signal(signal.SIGHUP)


def test_it_opens_and_ends_in_every_way(installed: Installed) -> None:
    ways: list[tuple[Callable[[PseudoTerminal], None], int]] = [
        (press_quit, 0),
        (terminate, 128 + signal.SIGTERM),
        (hang_up, -signal.SIGHUP),
    ]
    try:
        for end, status in ways:
            with installed.open("--chat", "1") as terminal:
                terminal.wait_for(r"That is all\.")
                terminal.wait_for(r"\\" * 60)
                end(terminal)
                assert terminal.wait_for_exit() == status
    finally:
        installed.run("stop").check_returncode()

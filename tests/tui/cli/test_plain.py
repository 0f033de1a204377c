"""`seeshell --plain`, end to end: the installed command, the real core, the demonstration model."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from seeshell.core.demo import SAMPLES_PATH

from ...running_core import RunningCore
from ...terminal.installed import COMMAND, Installed
from ...terminal.pseudo_terminal import PseudoTerminal

STAR = SAMPLES_PATH / "green-star.png"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    """The command with a core that stays for the whole module."""
    installed = Installed(tmp_path_factory.mktemp("plain"))
    # What a picture costs is known once the model is there.
    installed.run("ask", "hello").check_returncode()
    yield installed
    installed.run("stop")


def open_plain(installed: Installed, *arguments: str, term: str = "xterm") -> PseudoTerminal:
    return PseudoTerminal(
        [COMMAND, "--plain", *arguments],
        {**installed.environment, "TERM": term},
        columns=100,
        rows=40,
        folder=SAMPLES_PATH,
        echoes=True,
    )


def written(terminal: PseudoTerminal) -> bytes:
    return b"".join(chunk.output for chunk in terminal.chunks)


def ask(terminal: PseudoTerminal, question: str, answer: str) -> None:
    terminal.wait_for(r"You:\s*\Z")
    terminal.send(f"{question}\r")
    terminal.wait_for(rf"(?s){re.escape(question)}.*Answer:\n{answer}.*first word after.*You:\s*\Z")


@pytest.mark.parametrize("term", ["xterm-256color", "dumb"])
def test_a_visual_chat_line_by_line(installed: Installed, term: str) -> None:
    with open_plain(installed, term=term) as terminal:
        terminal.wait_for(r"Type a question, or /help.*\n*(?s:.*)You:\s*\Z")
        terminal.send(f"/attach {STAR.name}\r")
        terminal.wait_for(
            r"Picture 1: green-star\.png, \d+ by \d+ pixels, .*\d+ tokens, under 1 % of context\."
        )
        ask(terminal, "what is it?", r"\(?I see a green star\.")
        ask(terminal, "what color is it?", "The star is green.")
        terminal.send("/regenerate\r")
        terminal.wait_for(r"(?s)/regenerate.*Answer:\nThe star is green\..*You:\s*\Z")
        terminal.send("/quit\r")
        assert terminal.wait_for_exit() == 0
        output = written(terminal)
    # Neither another screen, nor colours, nor a cursor that leaves its line.
    assert b"\x1b[?1049h" not in output
    assert not re.search(rb"\x1b\[[\d;]*[mHJABf]", output)
    if term == "dumb":
        assert b"\x1b" not in output


def test_questions_and_commands_come_through_a_pipe(installed: Installed) -> None:
    lines = f"/attach {STAR}\n/pictures\nwhat is it?\n/list star\n/nonsense\n"
    done = installed.run("--plain", given=lines.encode())
    assert (done.returncode, done.stderr) == (0, "")
    told = done.stdout
    assert told.index("Picture 1: green-star.png") < told.index("You: what is it?")
    assert "Answer:\nI see a green star.\n" in told
    assert "There is no command /nonsense:" in told
    assert "\x1b" not in told


def test_a_private_conversation_is_marked_and_removed_for_good(installed: Installed) -> None:
    lines = "/private\nwhat is a quetzalcoatlus?\n/list\n/delete\n/undelete\n"
    told = installed.run("--plain", given=lines.encode()).stdout
    assert re.search(r"what is a quetzalcoatlus\? \(private, \d", told)
    assert re.search(r"Conversation \d+ is deleted; that can't be undone\.", told)
    assert "No conversation was deleted here." in told
    assert leaks_of("quetzalcoatlus", installed.home) == []


def leaks_of(word: str, folder: Path) -> list[Path]:
    files = (it for it in folder.rglob("*") if it.is_file() and not it.is_symlink())
    return [it for it in files if word.encode() in it.read_bytes()]


def test_a_pipe_fails_with_its_question(installed: Installed, tmp_path: Path) -> None:
    missing = tmp_path / "none.png"
    done = installed.run("--plain", given=f"what is in {missing} ?\n/drop\n".encode())
    assert done.returncode == 1
    assert "none.png" in done.stdout


def test_control_c_stops_the_answer_and_keeps_it(shared_rambling_core: RunningCore) -> None:
    home = shared_rambling_core.paths.config_file.parent
    with open_plain(Installed(home)) as terminal:
        terminal.wait_for(r"You:\s*\Z")
        terminal.send("what is it?\r")
        terminal.wait_for(r"Answer:\n\S")
        terminal.press("ctrl+c")
        terminal.wait_for(r"\(the answer was stopped\. /finish goes on with it\.\)(?s:.*)You:\s*\Z")
        terminal.send("half a thought")
        terminal.wait_for("You: half a thought")
        terminal.press("ctrl+c")
        terminal.wait_for(r"stopped(?s:.*)ends the chat\.\s*You:\s*\Z")
        terminal.press("ctrl+d")
        assert terminal.wait_for_exit() == 0


def test_a_line_that_drops_loses_neither_words_nor_pictures(installed: Installed) -> None:
    with open_plain(installed, "-i", str(STAR)) as terminal:
        terminal.wait_for(r"Picture 1: green-star\.png(?s:.*)You:\s*\Z")
        terminal.send("half a thought")
        terminal.wait_for("half a thought")
        terminal.program.send_signal(signal.SIGHUP)
        assert terminal.wait_for_exit() == 128 + signal.SIGHUP
    with open_plain(installed) as terminal:
        terminal.wait_for(r"Picture 1: green-star\.png(?s:.*)You: half a thought\s*\Z")
        terminal.press("ctrl+c")
        terminal.wait_for(r"half a thought\s*Ctrl.D or /quit ends the chat\.\s*You:\s*\Z")
        terminal.send("/drop\r")
        terminal.wait_for(r"The next message is empty\.\s*You:\s*\Z")
        terminal.press("ctrl+d")
        assert terminal.wait_for_exit() == 0


def test_a_question_is_edited_in_the_line(installed: Installed) -> None:
    with open_plain(installed) as terminal:
        ask(terminal, "hello", "")
        terminal.send("/edit\r")
        terminal.wait_for(r"You: hello\s*\Z")
        terminal.send(" again\r")
        terminal.wait_for(r"(?s)You: hello again.*Answer:.*You:\s*\Z")
        terminal.send("/older\r")
        terminal.wait_for(r"Question, version 1 of 2:\nhello\n(?s:.*)You:\s*\Z")
        terminal.press("ctrl+d")


def test_the_newest_conversation_is_shown_and_gone_on_with(installed: Installed) -> None:
    installed.run("ask", "-i", STAR, "what is it?")
    with open_plain(installed, "--continue") as terminal:
        terminal.wait_for(r"Conversation \d+: what is it\?")
        terminal.wait_for(r"\(picture 1: green-star\.png, \d+ by \d+ pixels")
        ask(terminal, "what color is it?", "The star is green.")
        terminal.press("ctrl+d")

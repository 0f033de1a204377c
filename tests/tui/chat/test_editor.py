"""The prompt in an editor: a real program in a real terminal, which the app hands over and back."""

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from seeshell.tui.chat.editor import EditorFailed, find_editor

from ...running_core import RunningCore, StartCore
from ...terminal.installed import COMMAND, Installed
from ...terminal.pseudo_terminal import PseudoTerminal
from ..conftest import OpenApp

APP = """
from textual.app import App
from seeshell.tui.chat.prompt import Prompt

async def nothing(word):
    return ()

class NoDraft:
    def write(self, text):
        pass
    def why_not_edited(self):
        return ""

class PromptApp(App):
    def compose(self):
        yield Prompt(cursor_blink=False, find_choices=nothing, draft=NoDraft())

PromptApp().run()
"""

EDITOR = """#!/bin/sh
case "$(cat "$2")" in
    interrupt) kill -INT "$PPID"; printf 'not interrupted\\n' > "$2" ;;
    fail) printf 'lost' > "$2"; exit 3 ;;
    *) printf '%s and edited\\nsecond line\\n' "$(cat "$2")" > "$2" ;;
esac
"""


ENDLESS_EDITOR = """#!/bin/sh
printf 'stored in the editor\\n' > "$1"
printf 'it is stored'
exec sleep 600
"""

ENDS: dict[str, Callable[[PseudoTerminal], object]] = {
    "SIGTERM": lambda terminal: terminal.program.send_signal(signal.SIGTERM),
    "closed": lambda terminal: terminal.hang_up(),
}


@pytest.fixture
def editor(tmp_path: Path) -> Path:
    path = tmp_path / "an editor"
    path.write_text(EDITOR)
    path.chmod(0o700)
    return path


def test_the_text_is_edited_and_what_goes_wrong_leaves_it(editor: Path) -> None:
    environment = {"VISUAL": f"'{editor}' --wait", "EDITOR": "false"}
    with PseudoTerminal([sys.executable, "-c", APP], environment) as terminal:
        terminal.wait_for("Ask about a picture")
        terminal.send("typed")
        terminal.wait_for("typed")
        terminal.press("ctrl+g")
        terminal.wait_for("typed and edited")
        terminal.wait_for("second line")
        terminal.press("ctrl+x")
        terminal.wait_until_gone("typed and edited")
        terminal.send("fail")
        terminal.wait_for("fail")
        terminal.press("ctrl+g")
        terminal.wait_for("ended with an error")
        assert "lost" not in terminal.text
        terminal.press("ctrl+x")
        terminal.send("interrupt")
        terminal.wait_for("interrupt")
        terminal.press("ctrl+g")
        terminal.wait_for("not interrupted")
        terminal.press("ctrl+q")
        assert terminal.wait_for_exit() == 0


def test_an_editor_that_can_not_be_started_is_told() -> None:
    environment = {"VISUAL": "/nowhere/editor", "EDITOR": ""}
    with PseudoTerminal([sys.executable, "-c", APP], environment) as terminal:
        terminal.wait_for("Ask about a picture")
        terminal.send("kept")
        terminal.press("ctrl+g")
        terminal.wait_for("can't be started")
        assert "kept" in terminal.text


@pytest.mark.parametrize("end", ENDS)
def test_what_an_editor_has_stored_outlasts_a_window_that_is_ended(
    home: Path, start_core: StartCore, tmp_path: Path, end: str
) -> None:
    start_core("--model", "demo")
    endless = tmp_path / "endless"
    endless.write_text(ENDLESS_EDITOR)
    endless.chmod(0o700)
    own = {"VISUAL": str(endless), "TMPDIR": str(tmp_path)}
    environment = {**Installed(home).environment, **own}
    with PseudoTerminal([COMMAND], environment) as terminal:
        terminal.wait_for("· ready ·")
        terminal.send("typed")
        terminal.wait_for("typed")
        terminal.press("ctrl+g")
        terminal.wait_for("it is stored")
        ENDS[end](terminal)
        terminal.wait_for_exit()
    with Installed(home).open(columns=80, rows=24) as terminal:
        terminal.wait_for("stored in the editor")
        assert "typed" not in terminal.text


async def test_a_question_that_is_refused_while_the_editor_is_open_stands_before_what_it_leaves(
    open_app: OpenApp, shared_demo_core: RunningCore, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_app(shared_demo_core) as user:

        async def edit(*_arguments: object) -> str:
            draft = user.chat.session.draft
            draft.put_in_front("refused", [])
            user.chat.chat.composer.give_back("refused")
            return "edited"

        monkeypatch.setattr("seeshell.tui.chat.editor.TextInEditor.edit", edit)
        await user.type("typed")
        await user.press("ctrl+g")
        await user.until(lambda: user.chat.prompt.text == "refused\nedited")
        await user.press("ctrl+underscore")
        assert user.chat.prompt.text == "refused\ntyped"


async def test_without_room_for_the_file_the_prompt_stays(
    open_app: OpenApp, shared_demo_core: RunningCore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object, **_options: object) -> TemporaryDirectory[str]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("seeshell.tui.chat.editor.TemporaryDirectory", refuse)
    async with open_app(shared_demo_core) as user:
        await user.type("typed")
        await user.press("ctrl+g")
        await user.sees("can't be handed to an", "typed")


@pytest.mark.parametrize(
    ("visual", "editor", "command"),
    [
        ("code --wait", "vi", ["code", "--wait"]),
        ("", "'/Applications/My Editor' -w", ["/Applications/My Editor", "-w"]),
        ("  ", "vi", ["vi"]),
        ("it's broken", "vi", ["vi"]),
    ],
)
def test_the_editor_is_the_users_own(
    monkeypatch: pytest.MonkeyPatch, visual: str, editor: str, command: list[str]
) -> None:
    monkeypatch.setenv("VISUAL", visual)
    monkeypatch.setenv("EDITOR", editor)
    assert find_editor() == command


def test_without_any_editor_there_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VISUAL", "")
    monkeypatch.setenv("EDITOR", "")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EditorFailed, match="set EDITOR"):
        find_editor()

"""The prompt in an editor: a real program in a real terminal, which the app hands over and back."""

import sys
from pathlib import Path

import pytest

from seeshell.tui.chat.editor import EditorFailed, find_editor

from ...terminal.pseudo_terminal import PseudoTerminal

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

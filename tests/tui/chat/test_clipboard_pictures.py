"""The picture in the terminal's clipboard is attached by a key, where the terminal has that."""

from base64 import b64encode
from pathlib import Path

import pytest

from seeshell.core.settings import Settings
from seeshell.tui.app import SeeshellApp
from seeshell.tui.session.launch_options import LaunchOptions
from seeshell.tui.terminal.driver_output import DriverOutput
from seeshell.tui.terminal.facts import TerminalFacts
from seeshell.tui.terminal.input_reader import ClipboardTold

from ...running_core import RunningCore
from ..conftest import AppUser


def encoded(content: bytes) -> str:
    return b64encode(content).decode()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the terminal was asked."""
    asked: list[str] = []
    monkeypatch.setattr(DriverOutput, "write", lambda _self, text: asked.append(text))
    return asked


@pytest.mark.parametrize("has_clipboard", [True, False])
async def test_a_key_attaches_it_to_the_message_it_was_asked_for(
    shared_demo_core: RunningCore, samples: Path, asked: list[str], has_clipboard: bool
) -> None:
    core = shared_demo_core
    facts = TerminalFacts(has_clipboard=has_clipboard)
    app = SeeshellApp(core.paths, Settings(), facts, LaunchOptions())
    async with app.run_test(size=(100, 24), notifications=True) as pilot:
        user = AppUser(pilot)
        await user.until(lambda: user.chat.session.is_ready)
        await user.press("alt+v")
        assert len(asked) == has_clipboard
        if not has_clipboard:
            return
        content = (samples / "green-star.png").read_bytes()
        for kind, data in ((b".", b"text/plain image/png"), (b"image/png", content)):
            app.post_message(ClipboardTold("type=read:status=OK"))
            told = f"type=read:status=DATA:mime={encoded(kind)};{encoded(data)}"
            app.post_message(ClipboardTold(told))
            app.post_message(ClipboardTold("type=read:status=DONE"))
            await pilot.pause()
        await user.sees("[1] clipboard.png", " tok")
        (picture,) = user.chat.session.draft.attachments
        assert core.paths.picture(picture.sha256).read_bytes() == content
        await user.press("alt+v")
        app.post_message(ClipboardTold("type=read:status=EPERM"))
        await user.sees("does not let")
        assert len(user.chat.session.draft.pictures) == 1

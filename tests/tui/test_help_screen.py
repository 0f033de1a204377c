"""The screen with all keys."""

from textual.widgets import Static

from seeshell.core.settings import Paths, Settings
from seeshell.tui.app import SeeshellApp
from seeshell.tui.help_screen import HelpScreen
from seeshell.tui.session.launch_options import LaunchOptions
from seeshell.tui.terminal.facts import TerminalFacts

from .scripted_client import ScriptedClient


async def test_every_key_has_one_row_on_a_small_terminal(paths: Paths) -> None:
    app = SeeshellApp(paths, Settings(), TerminalFacts(images="none"), LaunchOptions())

    async def connect(_replace_core: bool) -> ScriptedClient:
        return ScriptedClient()

    app._connect = connect  # type: ignore[method-assign, assignment]
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(HelpScreen())
        await pilot.pause()
        blocks = list(app.screen.query(Static))
        assert len(blocks) > 1
        for block in blocks:
            assert block.size.height == len(str(block.content).split("\n"))

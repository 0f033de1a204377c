"""What the app tells the core of the turns that may come, as its user moves about."""

from typing import Any

import pytest

from seeshell.core.messages.requests import PrepareTurn
from seeshell.core.settings import Paths, Settings
from seeshell.tui.app import SeeshellApp
from seeshell.tui.session.launch_options import LaunchOptions
from seeshell.tui.terminal.facts import TerminalFacts

from ..conftest import AppUser
from ..scripted_client import ScriptedClient, conversation

DOWN = "\x1b[B"


@pytest.fixture
def client() -> ScriptedClient:
    return ScriptedClient(*(conversation(number, f"number {number}") for number in (1, 2, 3)))


def prepared(client: ScriptedClient) -> list[int | None]:
    return [it.conversation for it in client.asked if isinstance(it, PrepareTurn)]


async def test_a_conversation_under_the_cursor_is_prepared_until_the_sidebar_is_left(
    client: ScriptedClient, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def connect(_app: SeeshellApp, _replace_core: bool) -> Any:
        return client

    monkeypatch.setattr(SeeshellApp, "_connect", connect)
    terminal = TerminalFacts(images="none")
    app = SeeshellApp(paths, Settings(), terminal, LaunchOptions(chat=1))
    async with app.run_test(size=(80, 24)) as pilot:
        user = AppUser(pilot)
        await user.until(lambda: prepared(client) == [1])
        await user.press("f2")
        await user.type(DOWN + DOWN)
        await user.until(lambda: prepared(client)[-1] == 3)
        assert 2 not in prepared(client)
        await user.press("escape")
        await user.until(lambda: prepared(client)[-1] == 1)
        await user.press("f2", "up")
        await user.until(lambda: prepared(client)[-1] == 2)
        await user.press("enter")
        await user.until(lambda: user.chat.session.conversation == 2)
        assert prepared(client) == [1, 3, 1, 2]

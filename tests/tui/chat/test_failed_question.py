"""A question whose answer failed before its first word: what it says, and what its keys do."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from seeshell.core.messages.requests import EditQuestion, RegenerateAnswer
from seeshell.core.settings import Paths, Settings
from seeshell.tui.app import SeeshellApp
from seeshell.tui.session.launch_options import LaunchOptions
from seeshell.tui.terminal.facts import TerminalFacts

from ...messages import answer, question
from ..conftest import AppUser
from ..scripted_client import ScriptedClient, conversation

FAILED = conversation(
    1,
    "market stall",
    question(1, "How much are the lemons?"),
    answer(2, "", "failed", error="The memory ran out."),
)


@asynccontextmanager
async def shown(
    client: ScriptedClient, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[AppUser]:
    async def connect(_app: SeeshellApp, _replace_core: bool) -> Any:
        return client

    monkeypatch.setattr(SeeshellApp, "_connect", connect)
    app = SeeshellApp(paths, Settings(), TerminalFacts(images="none"), LaunchOptions(chat=1))
    async with app.run_test(size=(80, 24)) as pilot:
        user = AppUser(pilot)
        await user.sees(
            "How much are the lemons?",
            "The memory ran out.",
            "not part of the context: e edits and asks again, ctrl+r asks again",
        )
        yield user


async def test_e_edits_it_and_asks_again(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    client = ScriptedClient(FAILED)
    async with shown(client, paths, monkeypatch) as user:
        await user.press("shift+tab", "e")
        await user.sees("editing question 1")
        assert user.chat.prompt.text == "How much are the lemons?"
        await user.type(" Really?")
        await user.press("enter")
        await user.until(lambda: edits(client))
        (edit,) = edits(client)
        assert (edit.message, edit.text) == (1, "How much are the lemons? Really?")


async def test_r_asks_it_again_as_it_was(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    client = ScriptedClient(FAILED)
    async with shown(client, paths, monkeypatch) as user:
        await user.press("shift+tab", "r")
        await user.until(lambda: any(isinstance(it, RegenerateAnswer) for it in client.asked))
        (again,) = [it for it in client.asked if isinstance(it, RegenerateAnswer)]
        assert (again.conversation, again.message) == (1, 2)


def edits(client: ScriptedClient) -> list[EditQuestion]:
    return [request for request in client.asked if isinstance(request, EditQuestion)]

"""Choosing an adapter from those that were trained here, or by its folder."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from seeshell.core.conversation import TurnStats
from seeshell.core.generation_options import ConversationChoices
from seeshell.core.messages.model_events import ModelLoaded
from seeshell.core.messages.model_requests import LoadModel
from seeshell.core.messages.requests import ChooseForConversation
from seeshell.core.settings import Paths, Settings
from seeshell.tui.app import SeeshellApp
from seeshell.tui.session.launch_options import LaunchOptions
from seeshell.tui.terminal.facts import TerminalFacts

from ...messages import answer, question
from ..conftest import AppUser
from ..scripted_client import ScriptedClient, conversation

STATS = TurnStats(prompt_tokens=1200, generated_tokens=34)
OLD = conversation(3, "market stall", question(1, "How many?"), answer(2, "Two.", stats=STATS))


@pytest.fixture
def client() -> ScriptedClient:
    return ScriptedClient(OLD)


@pytest.fixture
async def user(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, client: ScriptedClient
) -> AsyncIterator[AppUser]:
    """Somebody whose model has the first of two adapters, in front of both."""

    async def connect(_app: SeeshellApp, _replace_core: bool) -> Any:
        return client

    for name in ("cats", "dogs"):
        (paths.adapters_dir / name).mkdir(parents=True)
    monkeypatch.setattr(SeeshellApp, "_connect", connect)
    app = SeeshellApp(paths, Settings(), TerminalFacts(images="none"), LaunchOptions(chat=3))
    async with app.run_test(size=(80, 24)) as pilot:
        user = AppUser(pilot)
        await user.until(lambda: user.chat.session.has_begun)
        cats = str(paths.adapters_dir / "cats")
        client.tell(ModelLoaded(model="big", context_length=100, source="org/big", adapter=cats))
        await user.sees("big with cats")
        await user.chat.run_action("choose_adapter")
        await user.sees("no adapter", "dogs")
        yield user


async def asked(user: AppUser, client: ScriptedClient) -> tuple[LoadModel, ConversationChoices]:
    """What the core is asked to load, and what the conversation keeps."""
    await user.until(lambda: any(isinstance(it, LoadModel) for it in client.asked))
    (load,) = (it for it in client.asked if isinstance(it, LoadModel))
    (chosen,) = (it for it in client.asked if isinstance(it, ChooseForConversation))
    return load, chosen.choices


async def test_another_one_is_put_on_and_kept(
    user: AppUser, client: ScriptedClient, paths: Paths
) -> None:
    assert "• cats" in user.screen
    assert "A change reads up to 1,234 tokens again" in user.screen
    await user.press("down", "enter")
    dogs = str(paths.adapters_dir / "dogs")
    assert await asked(user, client) == (
        LoadModel(model="org/big", adapter=dogs),
        ConversationChoices("org/big", dogs),
    )


async def test_it_is_taken_off(user: AppUser, client: ScriptedClient) -> None:
    await user.press("up", "enter")
    assert await asked(user, client) == (
        LoadModel(model="org/big"),
        ConversationChoices("org/big"),
    )


async def test_a_folder_is_typed(user: AppUser, client: ScriptedClient) -> None:
    await user.type("/lora/birds")
    await user.sees("/lora/birds")
    await user.press("enter")
    load, _ = await asked(user, client)
    assert load == LoadModel(model="org/big", adapter="/lora/birds")

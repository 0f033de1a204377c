"""Choosing a model from those that are here, by their facts."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from seeshell.core.conversation import TurnStats
from seeshell.core.errors import SeeshellError
from seeshell.core.generation_options import ConversationChoices
from seeshell.core.messages.events import AnyEvent
from seeshell.core.messages.listed_model import ListedModel
from seeshell.core.messages.model_events import ModelFailed, ModelLoading, ModelsListed
from seeshell.core.messages.model_requests import CancelLoad, ListModels, LoadModel
from seeshell.core.messages.requests import ChooseForConversation, Request
from seeshell.core.settings import Paths, Settings
from seeshell.tui.app import SeeshellApp
from seeshell.tui.chat.model_chooser import ModelChooser
from seeshell.tui.session.launch_options import LaunchOptions
from seeshell.tui.terminal.facts import TerminalFacts

from ...messages import answer, question
from ..conftest import AppUser
from ..scripted_client import ScriptedClient, conversation

STATS = TurnStats(prompt_tokens=1200, generated_tokens=34)
OLD = conversation(3, "market stall", question(1, "How many?"), answer(2, "Two.", stats=STATS))
BIG = ListedModel(
    source="Qwen/Qwen3-VL-4B",
    name="Qwen/Qwen3-VL-4B",
    kind="hub",
    family="qwen3_vl",
    size_bytes=2_600_000_000,
    quantisation="4 bits",
    licence="apache-2.0",
    context_length=262_144,
    needed_bytes=5_100_000_000,
    needed_context=16_384,
    reuse="full",
    prompt_tps=411.0,
)
MODELS = (
    ListedModel(source="demo", name="demo", kind="demo", family="qwen3_vl", reuse="full"),
    BIG,
    ListedModel(source="/m/text", name="~/text", kind="folder", problem="It sees no pictures."),
    ListedModel(source="box", name="box", kind="endpoint", context_length=32_768),
)


def listing(request: Request) -> AnyEvent | SeeshellError | None:
    return ModelsListed(models=MODELS) if isinstance(request, ListModels) else None


@pytest.fixture
def client() -> ScriptedClient:
    return ScriptedClient(OLD, script=listing)


@pytest.fixture
async def user(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, client: ScriptedClient
) -> AsyncIterator[AppUser]:
    """Somebody who has a conversation on screen and the models above it."""

    async def connect(_app: SeeshellApp, _replace_core: bool) -> Any:
        return client

    monkeypatch.setattr(SeeshellApp, "_connect", connect)
    app = SeeshellApp(paths, Settings(), TerminalFacts(images="none"), LaunchOptions(chat=3))
    async with app.run_test(size=(80, 24)) as pilot:
        user = AppUser(pilot)
        await user.until(lambda: user.chat.session.has_begun)
        await user.chat.run_action("load_model")
        await user.sees("box")
        yield user


def loads(client: ScriptedClient) -> list[str]:
    return [it.model for it in client.asked if isinstance(it, LoadModel)]


async def test_a_model_is_found_by_words_and_loaded_for_the_conversation(
    user: AppUser, client: ScriptedClient
) -> None:
    await user.sees("Qwen/Qwen3-VL-4B  2.6 GB · 4 bits · 256k · takes 5.1 GB · reuse full")
    await user.type("4 BITS qwen")
    await user.until(lambda: "~/text" not in user.screen)
    await user.sees(
        "qwen3_vl · context 256k tokens · apache-2.0",
        "Takes 5.1 GB of memory with a conversation of 16,384 tokens.",
        "Answering this conversation with it reads up to 1,234 tokens again, about 3 s.",
    )
    await user.press("enter")
    await user.until(lambda: loads(client) == ["Qwen/Qwen3-VL-4B"])
    choices = ConversationChoices("Qwen/Qwen3-VL-4B")
    assert ChooseForConversation(conversation=3, choices=choices) in client.asked


async def test_what_can_not_be_loaded_says_why_and_is_not_chosen(
    user: AppUser, client: ScriptedClient
) -> None:
    await user.press("down", "down")
    await user.sees("can't be loaded", "It sees no pictures.")
    await user.press("enter", "down", "up", "pageup")
    await user.press("enter")
    await user.until(lambda: loads(client) == ["demo"])


@pytest.mark.parametrize(
    ("typed", "offer"),
    [
        ("org/new", "Download org/new from the Hugging Face hub and load it"),
        ("/models/mine", "Load /models/mine"),
        ("http://host:1/v1", "Load http://host:1/v1"),
    ],
)
async def test_a_name_that_is_not_here_is_offered_itself(
    user: AppUser, client: ScriptedClient, typed: str, offer: str
) -> None:
    await user.type(typed)
    await user.sees(offer)
    await user.press("enter")
    await user.until(lambda: loads(client) == [typed])


async def test_a_download_is_seen_and_cancelled_from_here(
    user: AppUser, client: ScriptedClient
) -> None:
    await user.press("f6")
    client.tell(ModelLoading(model="org/new", stage="downloading", fraction=0.4))
    await user.sees("new: downloading 40 %", "f6 cancel the load")
    await user.press("f6")
    await user.until(lambda: CancelLoad() in client.asked)
    assert client.asked.count(CancelLoad()) == 1
    client.tell(ModelFailed(model="org/new", error="LoadCancelled", sentence="Cancelled."))
    await user.until(lambda: "downloading" not in user.screen)
    assert isinstance(user.app.screen, ModelChooser)
    await user.press("escape")
    await user.until(lambda: not isinstance(user.app.screen, ModelChooser))
    assert loads(client) == []

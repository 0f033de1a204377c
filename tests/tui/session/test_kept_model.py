"""A conversation that keeps another model than is loaded: what its window offers and asks for."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from msgspec.structs import replace

from seeshell.core.conversation import TurnStats
from seeshell.core.errors import SeeshellError
from seeshell.core.generation_options import ConversationChoices
from seeshell.core.messages.events import AnyEvent, ChoicesChanged, CoreStatus, Notice
from seeshell.core.messages.model_events import (
    ModelFailed,
    ModelLoaded,
    ModelLoading,
    ModelUnloaded,
)
from seeshell.core.messages.model_requests import CancelLoad, LoadModel
from seeshell.core.messages.requests import ChooseForConversation, GetStatus, Request, SubmitTurn
from seeshell.core.settings import Paths
from seeshell.tui.session.events import NoticeTold, SessionEvent
from seeshell.tui.session.launch_options import LaunchOptions
from seeshell.tui.session.session import ChatSession

from ...messages import answer, question
from ...patience import PATIENCE
from ..scripted_client import ScriptedClient, conversation

STATS = TurnStats(prompt_tokens=1200, generated_tokens=34)


def kept(choices: ConversationChoices) -> Any:
    old = conversation(1, "old", question(1, "What?"), answer(2, "That.", stats=STATS))
    return replace(old, summary=replace(old.summary, choices=choices))


def loaded(source: str) -> ModelLoaded:
    return ModelLoaded(model=source.rpartition("/")[2], context_length=9, source=source)


class Window:
    """A session in front of a conversation that keeps a model, while another one is loaded."""

    def __init__(self, paths: Paths) -> None:
        self.client = ScriptedClient(kept(ConversationChoices("org/own")), script=self._reply)
        self.told: list[SessionEvent] = []
        self.session = ChatSession(self._connect, paths.data_dir, paths.presets_file)
        self.session.events.listen(SessionEvent, self.told.append)

    async def _connect(self, _replace_core: bool) -> Any:
        return self.client

    def _reply(self, request: Request) -> AnyEvent | SeeshellError | None:
        if not isinstance(request, GetStatus):
            return None
        return CoreStatus(
            version="1",
            pid=1,
            state="ready",
            is_loaded=True,
            model="big",
            source="org/big",
            prompt_tps={"org/big": 411.0},
        )

    @property
    def offers(self) -> list[str]:
        open_now = self.session.decisions.open
        return [it.sentence for it in open_now if it.matter == "other model"]

    def asked(self, *kinds: type[Request]) -> list[Request]:
        return [it for it in self.client.asked if isinstance(it, kinds)]

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not condition():  # noqa: ASYNC110 - any of many events may fulfil it
                await asyncio.sleep(0)

    async def hears(self, *events: AnyEvent) -> None:
        self.client.tell(*events, Notice(sentence="heard"))
        heard = NoticeTold("heard")
        await self.until(lambda: heard in self.told)
        self.told.remove(heard)


@pytest.fixture
async def window(paths: Paths) -> AsyncIterator[Window]:
    window = Window(paths)
    running = asyncio.create_task(window.session.run(LaunchOptions(chat=1)))
    await window.until(lambda: window.session.has_begun)
    yield window
    running.cancel()
    await asyncio.wait([running])


OFFER = (
    "This conversation uses own, but big is loaded. "
    "Going on with big reads up to 1,234 tokens again, about 3 s."
)


async def test_the_conversations_model_is_offered_and_nothing_is_loaded_by_itself(
    window: Window,
) -> None:
    await window.until(lambda: window.offers)
    assert window.offers == [OFFER]
    assert not window.asked(LoadModel, ChooseForConversation)
    await window.session.kept.load_kept()
    assert window.asked(LoadModel)[0].model == "org/own"  # type: ignore[attr-defined]
    await window.hears(ModelLoading(model="org/own", stage="reading"))
    assert window.offers == []
    await window.hears(loaded("org/own"))
    assert window.offers == []


async def test_going_on_with_the_loaded_model_changes_the_choice(window: Window) -> None:
    await window.until(lambda: window.offers)
    await window.session.kept.go_on()
    (chosen,) = window.asked(ChooseForConversation)
    assert chosen == ChooseForConversation(conversation=1, choices=ConversationChoices("org/big"))
    assert window.offers == []


async def test_an_offer_that_was_closed_comes_back_only_when_something_has_changed(
    window: Window,
) -> None:
    await window.until(lambda: window.offers)
    window.session.decisions.close_newest()
    await window.hears(loaded("org/big"))
    assert window.offers == []
    await window.hears(loaded("org/third"))
    await window.until(lambda: window.offers)
    # Without a model the next question loads the right one.
    await window.hears(ModelUnloaded(source="org/third"))
    assert window.offers == []


async def test_what_another_window_chooses_settles_it(window: Window) -> None:
    await window.until(lambda: window.offers)
    await window.hears(ChoicesChanged(conversation=1, choices=ConversationChoices("org/big")))
    assert window.offers == []


async def test_a_model_that_is_chosen_here_is_kept_by_what_begins_here(window: Window) -> None:
    await window.session.kept.load("org/new")
    (chosen,) = window.asked(ChooseForConversation)
    assert chosen.choices == ConversationChoices("org/new")  # type: ignore[attr-defined]
    window.session.shown.start_new()
    await window.session.kept.load("org/newest")
    await window.hears(ModelLoading(model="org/newest", stage="reading"))
    await window.session.submit("Hello")
    (sent,) = window.asked(SubmitTurn)
    assert sent.choices == ConversationChoices("org/newest")  # type: ignore[attr-defined]


async def test_an_adapter_is_put_on_the_conversations_model_and_kept(window: Window) -> None:
    await window.session.kept.load("org/own")
    await window.session.kept.load_adapter("/lora/cats")
    *_, load = window.asked(LoadModel)
    *_, chosen = window.asked(ChooseForConversation)
    assert load == LoadModel(model="org/own", adapter="/lora/cats")
    assert chosen.choices == ConversationChoices("org/own", "/lora/cats")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "event",
    [
        loaded("org/others"),
        ModelFailed(model="org/new", error="ModelError", sentence="No."),
    ],
)
async def test_a_model_that_is_not_there_is_chosen_for_nothing_new(
    window: Window, event: AnyEvent
) -> None:
    window.session.shown.start_new()
    await window.session.kept.load("org/new")
    await window.hears(event)
    await window.session.submit("Hello")
    (sent,) = window.asked(SubmitTurn)
    assert sent.choices is None  # type: ignore[attr-defined]


@pytest.mark.parametrize("error", ["ModelError", "LoadCancelled"])
async def test_a_conversation_keeps_what_it_kept_before_a_load_that_failed(
    window: Window, error: str
) -> None:
    await window.until(lambda: window.offers)
    await window.session.kept.go_on()
    await window.session.kept.load("org/new")
    await window.hears(ModelFailed(model="org/new", error=error, sentence="No."))
    await window.until(lambda: len(window.asked(ChooseForConversation)) == 3)
    kept_now = [it.choices.model for it in window.asked(ChooseForConversation)]  # type: ignore[attr-defined]
    assert kept_now == ["org/big", "org/new", "org/big"]
    assert window.offers == []


async def test_why_the_conversations_model_failed_is_told_with_the_ways_out(
    window: Window,
) -> None:
    await window.until(lambda: window.offers)
    await window.session.kept.load_kept()
    await window.hears(ModelLoading(model="org/own", stage="reading"))
    await window.hears(ModelFailed(model="org/own", error="ModelError", sentence="No memory."))
    await window.until(lambda: window.offers)
    (decision,) = window.session.decisions.open
    assert decision.sentence == f"No memory. {OFFER}"
    assert decision.ways_out == ("load kept", "go on")


async def test_a_model_that_has_read_the_conversation_costs_nothing(window: Window) -> None:
    window.session.turns.last_model = "big"
    await window.hears(ChoicesChanged(conversation=1, choices=ConversationChoices("org/two")))
    offer = "This conversation uses two, but big is loaded."
    await window.until(lambda: window.offers == [offer])


async def test_a_load_is_cancelled_and_that_is_told_without_anything_to_decide(
    window: Window,
) -> None:
    await window.session.kept.load("org/new")
    await window.hears(ModelLoading(model="org/new", stage="downloading", fraction=0.4))
    assert window.session.model.is_loading_asked
    await window.session.model.cancel_load()
    assert window.asked(CancelLoad)
    sentence = "Loading org/new was cancelled."
    await window.hears(ModelFailed(model="org/new", error="LoadCancelled", sentence=sentence))
    assert NoticeTold(f"{sentence} What was downloaded stays.") in window.told
    assert not [it for it in window.session.decisions.open if it.matter == "model"]
    assert not window.session.model.is_loading_asked

"""What is to be decided stands above the prompt, says how, and goes when it is decided."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from msgspec.structs import replace

from seeshell.core.errors import BadRequest, SeeshellError
from seeshell.core.generation_options import ConversationChoices
from seeshell.core.messages.events import (
    AnyEvent,
    ConversationDeleted,
    ConversationRestored,
    CoreStatus,
    Notice,
)
from seeshell.core.messages.model_events import ModelFailed, ModelLoaded, ModelLoading
from seeshell.core.messages.model_requests import LoadModel
from seeshell.core.messages.requests import (
    ChooseForConversation,
    GetStatus,
    OpenConversation,
    Request,
    RestoreConversation,
    SubmitTurn,
)
from seeshell.core.settings import Paths, Settings
from seeshell.tui.app import SeeshellApp
from seeshell.tui.chat.model_chooser import ModelChooser
from seeshell.tui.session.launch_options import LaunchOptions
from seeshell.tui.terminal.facts import TerminalFacts

from ...messages import answer, question
from ..conftest import AppUser
from ..scripted_client import ScriptedClient, conversation

OLD = conversation(3, "market stall", question(1, "How many lemons?"), answer(2, "Two."))
KEPT = replace(
    conversation(4, "menu", question(1, "What is it?"), answer(2, "A menu.")),
    summary=replace(conversation(4, "menu").summary, choices=ConversationChoices("org/own")),
)
QWEN = CoreStatus(
    version="1", pid=1, state="ready", model="Qwen3-VL-4B", is_loaded=True, source="org/qwen"
)
DELETED = "This conversation was deleted in another window."
TOO_LONG = "That is too long: shorten it."
KEEPS = "This conversation uses own, but Qwen3-VL-4B is loaded."
ABSENT = "There is no model org/new. Qwen3-VL-4B goes on answering."


class Refusals:
    """What the core refuses for now."""

    def __init__(self) -> None:
        self.submit: SeeshellError | None = None

    def __call__(self, request: Request) -> AnyEvent | SeeshellError | None:
        if isinstance(request, GetStatus):
            return QWEN
        return self.submit if isinstance(request, SubmitTurn) else None


Open = Callable[..., AbstractAsyncContextManager[AppUser]]


@pytest.fixture
def refusals() -> Refusals:
    return Refusals()


@pytest.fixture
def client(refusals: Refusals) -> ScriptedClient:
    return ScriptedClient(OLD, KEPT, script=refusals)


@pytest.fixture
def open_scripted(paths: Paths, monkeypatch: pytest.MonkeyPatch, client: ScriptedClient) -> Open:
    """A function that runs the app on the scripted client."""

    async def connect(_app: SeeshellApp, _replace_core: bool) -> Any:
        return client

    monkeypatch.setattr(SeeshellApp, "_connect", connect)

    @asynccontextmanager
    async def open_scripted(**launch: Any) -> AsyncIterator[AppUser]:
        app = SeeshellApp(paths, Settings(), TerminalFacts(images="none"), LaunchOptions(**launch))
        async with app.run_test(size=(80, 24), notifications=True) as pilot:
            user = AppUser(pilot)
            await user.until(lambda: user.chat.session.has_begun)
            yield user

    return open_scripted


def fail(client: ScriptedClient) -> None:
    client.tell(
        ModelLoading(model="org/new", stage="downloading", fraction=0.4),
        ModelFailed(model="org/new", error="ModelError", sentence="There is no model org/new."),
    )


async def shown(user: AppUser, sentence: str) -> None:
    """Returns when a sentence stands in the notice, however its rows are broken."""
    await user.until(lambda: sentence in " ".join(user.screen.split()))


async def gone(user: AppUser, sentence: str) -> None:
    await user.until(lambda: sentence not in " ".join(user.screen.split()))


async def test_a_failed_load_can_be_tried_again_replaced_or_closed(
    open_scripted: Open, client: ScriptedClient
) -> None:
    async with open_scripted(model="org/new") as user:
        fail(client)
        await shown(user, ABSENT)
        await user.sees("f5 tries again, f4 chooses another model, esc closes this")
        await user.sees("Qwen3-VL-4B · ready")
        await user.press("f5")
        await gone(user, ABSENT)
        assert [it.model for it in client.asked if isinstance(it, LoadModel)] == ["org/new"] * 2
        fail(client)
        await shown(user, ABSENT)
        await user.press("f4")
        await user.until(lambda: isinstance(user.app.screen, ModelChooser))
        await user.press(*"demo", "enter")
        await gone(user, ABSENT)
        loads = [it.model for it in client.asked if isinstance(it, LoadModel)]
        assert loads == ["org/new", "org/new", "demo"]
        client.tell(ModelFailed(model="demo", error="ModelError", sentence="No demo."))
        await user.sees("No demo.")
        await user.press("escape")
        await gone(user, "No demo.")


async def test_it_stands_until_a_model_is_there_while_toasts_pass(
    open_scripted: Open, client: ScriptedClient
) -> None:
    async with open_scripted(model="org/new") as user:
        fail(client)
        client.tell(Notice(sentence="config.toml changed."))
        await shown(user, ABSENT)
        await user.sees("config.toml changed.")
        user.app.clear_notifications()
        await gone(user, "config.toml changed.")
        assert user.chat.session.decisions.open
        client.tell(ModelLoaded(model="new", context_length=9, source="org/new"))
        await gone(user, ABSENT)
        await user.sees("new · ready")


async def test_a_load_that_fails_for_another_window_is_not_told_here(
    open_scripted: Open, client: ScriptedClient
) -> None:
    async with open_scripted() as user:
        client.tell(ModelLoading(model="org/new", stage="downloading", fraction=0.4))
        await user.sees("Qwen3-VL-4B · loading new 40 %")
        fail(client)
        await user.sees("Qwen3-VL-4B · ready")
        assert not user.chat.session.decisions.open
        assert "There is no model" not in user.screen


async def test_a_refused_question_stands_with_its_reason_until_it_is_sent(
    open_scripted: Open, client: ScriptedClient, refusals: Refusals
) -> None:
    async with open_scripted(chat=3) as user:
        refusals.submit = BadRequest(TOO_LONG)
        await user.type("why?")
        await user.press("enter")
        await user.sees(TOO_LONG, "why?", "esc closes this")
        assert not user.app._notifications
        refusals.submit = None
        await user.type(" so")
        await user.sees(TOO_LONG)
        await user.press("enter")
        await gone(user, TOO_LONG)
        await user.until(lambda: client.submitted() == ["why?", "why? so"])


async def test_the_reason_for_a_refused_question_stays_with_its_conversation(
    open_scripted: Open, refusals: Refusals
) -> None:
    async with open_scripted(chat=3) as user:
        refusals.submit = BadRequest(TOO_LONG)
        await user.type("why?")
        await user.press("enter")
        await user.sees(TOO_LONG)
        await user.press("ctrl+n")
        await gone(user, TOO_LONG)
        assert user.chat.prompt.text == ""


async def test_a_conversation_that_is_deleted_elsewhere_can_be_restored_from_here(
    open_scripted: Open, client: ScriptedClient
) -> None:
    async with open_scripted(chat=3) as user:
        client.tell(ConversationDeleted(conversation=8))
        client.tell(ConversationDeleted(conversation=3))
        await user.sees(DELETED, "f5 restores it, f4 starts a new conversation", "Two.")
        opened = client.asked.count(OpenConversation(conversation=3))
        await user.press("f5")
        await gone(user, DELETED)
        assert RestoreConversation(conversation=3) in client.asked
        await user.until(lambda: client.asked.count(OpenConversation(conversation=3)) == opened + 1)


@pytest.mark.parametrize("key", ["f4", "ctrl+n", "escape", ""])
async def test_the_notice_of_a_deleted_conversation_goes_with_it(
    open_scripted: Open, client: ScriptedClient, key: str
) -> None:
    async with open_scripted(chat=3) as user:
        client.tell(ConversationDeleted(conversation=3))
        await user.sees(DELETED)
        if key:
            await user.press(key)
        else:
            client.tell(ConversationRestored(conversation=3))
        await gone(user, DELETED)
        assert ("Two." in user.screen) == (key in ("escape", ""))


async def test_the_newest_decision_is_made_first(
    open_scripted: Open, client: ScriptedClient
) -> None:
    async with open_scripted(model="org/new", chat=3) as user:
        fail(client)
        client.tell(ConversationDeleted(conversation=3))
        await user.sees(DELETED, "f5 restores it")
        await shown(user, ABSENT)
        await user.press("escape")
        await gone(user, DELETED)
        await user.sees("f5 tries again")
        await user.press("escape")
        await gone(user, ABSENT)


@pytest.mark.parametrize(
    ("key", "asked"),
    [
        ("f5", LoadModel(model="org/own")),
        ("f4", ChooseForConversation(conversation=4, choices=ConversationChoices("org/qwen"))),
    ],
)
async def test_the_model_of_the_conversation_is_loaded_or_changed_by_one_key(
    open_scripted: Open, client: ScriptedClient, key: str, asked: Request
) -> None:
    async with open_scripted(chat=4) as user:
        await shown(user, KEEPS)
        await user.sees("f5 loads its model, f4 goes on with the loaded one, esc closes this")
        await user.press(key)
        await user.until(lambda: asked in client.asked)
        client.tell(ModelLoading(model="org/own", stage="reading"))
        await gone(user, KEEPS)

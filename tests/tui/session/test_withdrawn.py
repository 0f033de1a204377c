"""Questions that do not fit the model's context: they come back, and nothing else has changed."""

from contextlib import suppress
from pathlib import Path

import pytest

from seeshell.core.errors import NotStored
from seeshell.core.ipc.client import CoreClient
from seeshell.core.messages.events import ConversationsListed, TurnWithdrawn
from seeshell.core.messages.requests import ListConversations, OpenConversation, StopTurn

from ...core.talk import Talk
from ...running_core import RunningCore, StartCore
from ..conftest import AppUser, OpenApp

PICTURE = "red-circle-blue-square.png"
OTHER = "green-star.png"
TOO_LONG = "is there a red circle? " * 700 + "or not?"


@pytest.fixture
def waiting_core(start_core: StartCore, rambling_model: str) -> RunningCore:
    """A core with a model whose answers go on until they are stopped."""
    return start_core("--model", rambling_model)


async def send(user: AppUser, text: str) -> None:
    user.chat.prompt.set_text(text)
    await user.press("enter")


async def send_too_long(user: AppUser) -> None:
    """Sends the long question and waits until it is back."""
    await send(user, TOO_LONG)
    await user.sees("4,096")
    await user.until(lambda: user.chat.prompt.text == TOO_LONG)


def pictures(user: AppUser) -> list[str]:
    return [picture.label for picture in user.chat.session.draft.pictures]


async def count_conversations(core: RunningCore) -> int:
    client = await CoreClient.connect(core.paths, start=False)
    listed = await client.request(ListConversations())
    await client.close()
    assert isinstance(listed, ConversationsListed)
    return len(listed.conversations)


async def test_a_follow_up_that_does_not_fit_comes_back_and_the_next_is_answered(
    open_app: OpenApp, shared_demo_core: RunningCore, samples: Path
) -> None:
    async with open_app(shared_demo_core) as user:
        await user.attach(samples / PICTURE)
        await user.ask("what is in the picture?")
        before = user.messages
        await user.attach(samples / OTHER)
        await send_too_long(user)
        await user.sees(f"[1] {OTHER}", "ready")
        assert user.messages == before
        assert pictures(user) == [OTHER]
        user.chat.prompt.set_text("")
        await user.ask("what is in the second picture?")
        assert "green star" in user.answer
        assert len(user.messages) == 4


async def test_a_conversation_of_which_nothing_else_was_asked_is_new_again(
    open_app: OpenApp, shared_demo_core: RunningCore, samples: Path
) -> None:
    count = await count_conversations(shared_demo_core)
    async with open_app(shared_demo_core) as user:
        await user.attach(samples / PICTURE)
        await send_too_long(user)
        await user.sees(f"[1] {PICTURE}", "ready")
        assert user.messages == []
        assert user.chat.session.conversation is None
        assert await count_conversations(shared_demo_core) == count
        user.chat.prompt.set_text("")
        await user.ask("what color is the square?")
        assert "blue" in user.answer


async def test_an_edit_that_does_not_fit_goes_on_and_the_question_stays(
    open_app: OpenApp, shared_demo_core: RunningCore, samples: Path
) -> None:
    async with open_app(shared_demo_core) as user:
        await user.attach(samples / PICTURE)
        await user.ask("what is in the picture?")
        await user.ask("what color is the square?")
        before = user.messages
        await user.type("half a thought")
        await user.press("shift+tab", "k", "k", "k", "e")
        await user.sees("editing question 1")
        await send_too_long(user)
        await user.sees("editing question 1", f"[1] {PICTURE}")
        assert user.messages == before
        # The first closes why it came back.
        await user.press("escape", "escape")
        await user.until(lambda: user.chat.prompt.text == "half a thought")
        assert pictures(user) == []


async def test_it_stands_before_what_was_typed_since_and_what_is_queued_behind_it_is_paused(
    open_app: OpenApp, waiting_core: RunningCore
) -> None:
    async with open_app(waiting_core) as user:
        rambling = await send_too_long_behind_an_answer(user)
        await send(user, "and the square?")
        await user.sees("2 queued", "and the square?")
        await user.type("half a thought")
        await stop(waiting_core, rambling)
        await user.until(lambda: user.chat.prompt.text == f"{TOO_LONG}\nhalf a thought")
        await user.sees("1 queued, paused", "and the square?")
        await user.press("f8")
        await user.until(lambda: user.messages and user.messages[-1].finish_reason)
        assert user.messages[0].text == "and the square?"


async def test_other_words_for_a_new_conversation_stay_behind_those_that_come_back(
    open_app: OpenApp, waiting_core: RunningCore
) -> None:
    async with open_app(waiting_core) as user:
        rambling = await send_too_long_behind_an_answer(user)
        await user.press("ctrl+n")
        await user.type("another thought")
        await stop(waiting_core, rambling)
        await user.until(lambda: user.chat.prompt.text == f"{TOO_LONG}\nanother thought")


async def test_another_window_shows_the_conversation_as_it_was(
    open_app: OpenApp, shared_demo_core: RunningCore, samples: Path
) -> None:
    async with open_app(shared_demo_core) as user:
        await user.attach(samples / PICTURE)
        await user.ask("what is in the picture?")
        conversation = user.chat.session.conversation
        assert conversation is not None
        before = user.messages
        client = await CoreClient.connect(shared_demo_core.paths, start=False)
        other = Talk(client)
        await user.type("mine")
        await other.submit(TOO_LONG, conversation=conversation)
        await other.until(TurnWithdrawn)
        await client.close()
        await user.sees("4,096")
        assert user.messages == before
        assert user.chat.prompt.text == "mine"


async def test_a_question_that_was_withdrawn_while_no_window_was_open_is_in_the_next_ones_prompt(
    open_app: OpenApp, waiting_core: RunningCore, samples: Path
) -> None:
    async with open_app(waiting_core) as user:
        rambling = await send_too_long_behind_an_answer(user, samples / PICTURE)
        conversation = user.chat.session.conversation
    await stop(waiting_core, rambling)
    assert conversation is not None
    await gone(waiting_core, conversation)
    async with open_app(waiting_core, keeps_drafts=True) as user:
        await user.until(lambda: user.chat.prompt.text == TOO_LONG)
        await user.sees(f"[1] {PICTURE}", "was not kept")
    async with open_app(waiting_core, keeps_drafts=True) as user:
        await user.until(lambda: user.chat.prompt.text == TOO_LONG)
        await user.sees(f"[1] {PICTURE}")


async def test_a_question_that_was_answered_does_not_come_back(
    open_app: OpenApp, shared_demo_core: RunningCore, samples: Path
) -> None:
    async with open_app(shared_demo_core) as user:
        await user.attach(samples / PICTURE)
        await user.type("what is in the picture?")
        await user.ask("")
        conversation = user.chat.session.conversation
    async with open_app(shared_demo_core, keeps_drafts=True) as user:
        await user.until(lambda: user.chat.session.has_begun)
        assert user.chat.prompt.text == ""
        assert pictures(user) == []
        assert conversation is not None
        await user.chat.session.shown.open(conversation)
        await user.sees("what is in the picture?")
        assert user.chat.prompt.text == ""


async def send_too_long_behind_an_answer(user: AppUser, *attached: Path) -> int:
    """Sends the long question in a new conversation while another's answer goes on.

    Returns that other conversation: once it is stopped, the long question comes back.
    """
    rambling = await ramble(user)
    await user.press("ctrl+n")
    for picture in attached:
        await user.attach(picture)
    await send(user, TOO_LONG)
    await user.until(lambda: user.chat.session.turns.queued)
    return rambling


async def ramble(user: AppUser) -> int:
    """Begins an answer without an end, after which the demonstration model comes.

    Returns its conversation.
    """
    await user.type("what is in the picture?")
    await user.press("enter")
    await user.until(lambda: user.answer)
    await user.chat.session.model.load("demo")
    conversation = user.chat.session.conversation
    assert conversation is not None
    return conversation


async def stop(core: RunningCore, conversation: int) -> None:
    client = await CoreClient.connect(core.paths, start=False)
    await client.request(StopTurn(conversation=conversation))
    await client.close()


async def gone(core: RunningCore, conversation: int) -> None:
    """Returns when the core has withdrawn the only turn of a conversation."""
    client = await CoreClient.connect(core.paths, start=False)
    other = Talk(client)
    with suppress(NotStored):
        await client.request(OpenConversation(conversation=conversation))
        await other.until(TurnWithdrawn)
    await client.close()

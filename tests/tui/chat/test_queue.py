"""Messages sent while an answer runs: queued by the real core, and in every window's sight."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from seeshell.core.conversation import Conversation
from seeshell.core.errors import CoreDied
from seeshell.core.ipc.client import CoreClient
from seeshell.core.messages.events import (
    AnyEvent,
    ConversationOpened,
    Delta,
    TurnEnded,
    TurnStarted,
)
from seeshell.core.messages.queue_events import QueueChanged
from seeshell.core.messages.requests import OpenConversation, Request, StopTurn, SubmitTurn

from ...core.talk import Talk
from ...running_core import RunningCore, StartCore
from ..conftest import AppUser, OpenApp

PICTURE = "red-circle-blue-square.png"
OTHER = "green-star.png"
WHAT = "what is in the picture?"


async def begin(user: AppUser) -> int:
    """Begins an answer that goes on until it is stopped; returns its conversation."""
    await user.type(WHAT)
    await user.press("enter")
    await user.until(lambda: user.answer)
    conversation = user.chat.session.conversation
    assert conversation is not None
    return conversation


async def queue(user: AppUser, *texts: str) -> None:
    """Sends messages one right behind the other and waits until they are shown as queued."""
    count = len(user.chat.session.turns.queued) + len(texts)
    for text in texts:
        await user.type(text)
        await user.press("enter")
    await user.sees(f"{count} queued", *texts)


@asynccontextmanager
async def another_client(core: RunningCore) -> AsyncIterator[Talk]:
    client = await CoreClient.connect(core.paths, start=False)
    yield Talk(client)
    await client.close()


async def stored(core: RunningCore, conversation: int) -> Conversation:
    """Returns a conversation as another client sees it."""
    async with another_client(core) as other:
        opened: ConversationOpened = await other.request(
            OpenConversation(conversation=conversation)
        )
        return opened.conversation


async def test_messages_sent_during_an_answer_are_answered_in_their_order_and_seen_by_others(
    open_app: OpenApp, start_core: StartCore, rambling_model: str
) -> None:
    core = start_core("--model", rambling_model)
    async with open_app(core) as user, another_client(core) as other:
        running = await other.submit(WHAT)
        await other.until(Delta)
        # What waits gets a model whose answers end.
        await user.chat.session.model.load("demo")
        await queue(user, "how many shapes?", "and why?")
        assert user.chat.prompt.text == ""
        conversation = user.chat.session.conversation
        assert conversation is not None
        seen = await other.request(OpenConversation(conversation=conversation))
        waiting = [turn.question.text for turn in seen.conversation.queue]
        assert waiting == ["how many shapes?", "and why?"]
        await other.request(StopTurn(conversation=running.conversation))
        await user.until(lambda: len(user.messages) == 4 and user.messages[-1].finish_reason)
        await other.until(TurnEnded, message=user.messages[3])
        started = [event for event in other.heard if isinstance(event, TurnStarted)]
        assert [event.user_message.text for event in started[-2:]] == waiting
        assert [message.text for message in user.messages[::2]] == waiting
        assert "queued" not in user.screen


async def test_what_another_window_queues_is_shown_and_can_be_taken_back(
    open_app: OpenApp, shared_rambling_core: RunningCore
) -> None:
    async with (
        open_app(shared_rambling_core) as user,
        another_client(shared_rambling_core) as other,
    ):
        conversation = await begin(user)
        await other.submit("theirs", conversation=conversation)
        await user.sees("1 queued", "theirs")
        await user.press("ctrl+t")
        await user.until(lambda: user.chat.prompt.text == "theirs")
        await other.until(QueueChanged, queue=())
        await user.press("escape")
        await user.sees("stopped: alt+a finishes it · ")


async def test_stopping_pauses_what_is_queued_until_a_key_resumes_it(
    open_app: OpenApp, shared_rambling_core: RunningCore
) -> None:
    async with open_app(shared_rambling_core) as user:
        await begin(user)
        await queue(user, "and the square?")
        await user.press("escape")
        await user.sees("1 queued, paused: f8 resumes", "stopped: alt+a finishes it · ", "ready")
        assert user.chat.prompt.text == ""
        await user.press("f8")
        await user.until(lambda: len(user.messages) == 4 and user.answer)
        assert user.messages[2].text == "and the square?"
        assert "queued" not in user.screen
        await user.press("escape")
        await user.until(lambda: user.messages[-1].finish_reason == "cancelled")


async def test_the_last_queued_message_comes_back_into_the_prompt_with_its_picture(
    open_app: OpenApp, shared_rambling_core: RunningCore, samples: Path
) -> None:
    async with open_app(shared_rambling_core) as user:
        conversation = await begin(user)
        await queue(user, "first")
        await user.attach(samples / OTHER)
        await queue(user, "second")
        assert f"[1] {OTHER}" not in user.screen
        await user.type("third")
        await user.press("ctrl+t")
        await user.until(lambda: user.chat.prompt.text == "second\nthird")
        await user.sees(f"[1] {OTHER}", "1 queued", "first")
        left = await stored(shared_rambling_core, conversation)
        assert [turn.question.text for turn in left.queue] == ["first"]
        await user.press("ctrl+t", "escape")
        await user.until(lambda: user.chat.prompt.text == "first\nsecond\nthird")


async def test_the_palette_changes_the_order_of_what_is_queued(
    open_app: OpenApp, shared_rambling_core: RunningCore
) -> None:
    async with open_app(shared_rambling_core) as user:
        await begin(user)
        await queue(user, "first", "second")
        await user.press("ctrl+p")
        await user.type("answer first: sec")
        await user.sees("Answer first: second")
        await user.press("enter")
        session = user.chat.session
        await user.until(
            lambda: [it.question.text for it in session.turns.queued] == ["second", "first"]
        )
        await user.press("ctrl+p")
        await user.type("take back: sec")
        await user.sees("Take back: second")
        await user.press("enter")
        await user.until(lambda: user.chat.prompt.text == "second")
        await user.press("ctrl+t", "escape")


async def test_a_message_sent_right_behind_the_first_is_answered_after_it(
    open_app: OpenApp, shared_demo_core: RunningCore, samples: Path
) -> None:
    async with open_app(shared_demo_core) as user:
        await user.attach(samples / PICTURE)
        await user.type(WHAT)
        await user.press("enter")
        await user.type("what color is the square?")
        await user.press("enter")
        await user.until(lambda: len(user.messages) == 4 and user.messages[-1].finish_reason)
        texts = [message.text for message in user.messages]
        assert (texts[0], texts[2]) == (WHAT, "what color is the square?")
        assert "blue" in texts[3]


@pytest.mark.parametrize("is_new", [True, False])
async def test_a_message_whose_reply_was_lost_is_sent_again_and_stored_once(
    open_app: OpenApp,
    start_core: StartCore,
    rambling_model: str,
    monkeypatch: pytest.MonkeyPatch,
    is_new: bool,
) -> None:
    core = start_core("--model", rambling_model)
    sent: list[Request] = []
    async with open_app(core) as user:
        if not is_new:
            await begin(user)
            await user.press("escape")
            await user.sees("stopped: alt+a finishes it · ")
        count = len(user.messages)
        async with another_client(core) as other:
            # Behind this answer, the message stays in the queue.
            await other.submit(WHAT)
            await other.until(Delta)
            lose_replies(monkeypatch, core, sent)
            await user.type("how many shapes?")
            await user.press("enter")
            await user.sees("not sent yet  how many shapes?", "f5 starts it again")
        assert user.chat.prompt.text == ""
        await user.press("f5")
        await user.sees("how many shapes?", "1 queued, paused: f8 resumes")
        await user.until(lambda: "not sent yet" not in user.screen)
        await user.press("f8")
        if not is_new:
            # The conversation keeps its model, which never ends by itself.
            await user.until(lambda: len(user.messages) == count + 2)
            await user.sees("circle circle")
            await user.press("escape")
        end = "stop" if is_new else "cancelled"
        await user.until(
            lambda: len(user.messages) == count + 2 and user.messages[-1].finish_reason == end
        )
        first, again = sent
        assert first == again
        conversation = user.chat.session.conversation
        assert conversation is not None
        found = await stored(core, conversation)
        assert [message.id for message in found.messages] == [it.id for it in user.messages]
        assert found.queue == ()


def lose_replies(monkeypatch: pytest.MonkeyPatch, core: RunningCore, sent: list[Request]) -> None:
    """Has the core killed after it has stored the next turn, and before any word of it is here."""
    request_reply, hand_out = CoreClient.request, CoreClient._hand_out

    async def request(client: CoreClient, request: Request) -> AnyEvent:
        if isinstance(request, SubmitTurn):
            sent.append(request)
        reply = await request_reply(client, request)
        if isinstance(request, SubmitTurn) and len(sent) == 1:
            core.kill()
            raise CoreDied("The core has ended.")
        return reply

    def hand_out_others(client: CoreClient, event: AnyEvent) -> None:
        if not (len(sent) == 1 and isinstance(event, QueueChanged)):
            hand_out(client, event)

    monkeypatch.setattr(CoreClient, "request", request)
    monkeypatch.setattr(CoreClient, "_hand_out", hand_out_others)

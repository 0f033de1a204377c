"""Work ahead of turns, on a real store with an engine that can be held."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from seeshell.core.engine.engine import LoadedModel, PromptMessage
from seeshell.core.errors import OutOfMemory
from seeshell.core.generation_options import ConversationChoices
from seeshell.core.messages.events import CoreStatus, Delta, Done, Prefilled, TurnStarted
from seeshell.core.messages.model_events import ModelLoaded, ModelLoading
from seeshell.core.messages.model_requests import LoadModel
from seeshell.core.messages.picture_requests import Attach
from seeshell.core.messages.queue_events import TurnQueued
from seeshell.core.messages.requests import (
    ChooseForConversation,
    DeleteConversation,
    GetStatus,
    PrepareTurn,
    StopTurn,
    SubmitTurn,
)
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.settings import Paths

from ...patience import PATIENCE
from ..scripted_engine import ScriptedEngine
from ..talk import Listener, carry_out, end_of, start_of, submit

QUESTION = PromptMessage.of("user", "")


@pytest.fixture
async def sha256(sessions: Sessions, client: Listener, picture: Path) -> AsyncIterator[str]:
    """A picture that is attached."""
    attached = await carry_out(sessions, Attach(path=str(picture)), client)
    yield attached.attachment.sha256


@pytest.fixture
async def asked(sessions: Sessions, engine: ScriptedEngine, client: Listener) -> TurnStarted:
    """Conversation 1, answered; what follows it by itself is done."""
    engine.enqueue("A dog.")
    queued = await submit(sessions, client, "What is it?")
    await end_of(client, queued)
    await engine.until("prepared", 0)
    engine.forget_work()
    return await start_of(client, queued)


async def prepare(
    sessions: Sessions, client: Listener, conversation: int | None = None, *attachments: str
) -> None:
    request = PrepareTurn(conversation=conversation, attachments=attachments)
    assert await carry_out(sessions, request, client) == Done()


async def test_a_picture_is_prepared_before_its_question_is_there(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, sha256: str, paths: Paths
) -> None:
    await prepare(sessions, client, None, sha256)
    await engine.until("prepared", 0)
    (question,) = engine.prepared[-1]
    assert (question.role, question.text) == ("user", "")
    assert [image.path for image in question.images] == [paths.picture(sha256)]


async def test_an_opened_conversation_is_prepared_with_all_it_holds(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, asked: TurnStarted
) -> None:
    await prepare(sessions, client, asked.conversation)
    await engine.until("prepared", asked.conversation)
    expected = (PromptMessage.of("user", "What is it?"), PromptMessage.of("assistant", "A dog."))
    assert engine.prepared[-1] == (*expected, QUESTION)


async def test_of_an_edited_question_only_what_stands_before_it_is_prepared(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, asked: TurnStarted, sha256: str
) -> None:
    engine.enqueue("A cat.")
    follow_up = SubmitTurn(text="And here?", conversation=asked.conversation)
    queued: TurnQueued = await carry_out(sessions, follow_up, client)
    await end_of(client, queued)
    edited = (await start_of(client, queued)).user_message.id
    request = PrepareTurn(conversation=asked.conversation, attachments=(sha256,), edited=edited)
    await carry_out(sessions, request, client)
    await engine.until("prepared", asked.conversation)
    *before, question = engine.prepared[-1]
    assert [message.text for message in before] == ["What is it?", "A dog."]
    assert [image.sha256 for image in question.images] == [sha256]


async def test_the_reply_does_not_wait_for_the_work(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, sha256: str
) -> None:
    engine.prepare_gate = asyncio.Event()
    await prepare(sessions, client, None, sha256)
    await engine.until("prepare", 0)
    status: CoreStatus = await carry_out(sessions, GetStatus(), client)
    assert (status.state, status.is_preparing) == ("ready", True)
    engine.prepare_gate.set()
    await engine.until("prepared", 0)
    gate = asyncio.Event()
    engine.enqueue(gate)
    queued = await submit(sessions, client, "?")
    started = await start_of(client, queued)
    await client.until(Prefilled, message=started.answer.id)
    status = await carry_out(sessions, GetStatus(), client)
    assert (status.state, status.is_preparing) == ("prefilling", False)


async def test_a_newer_wish_replaces_the_one_before(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, asked: TurnStarted, sha256: str
) -> None:
    engine.prepare_gate = asyncio.Event()
    await prepare(sessions, client, asked.conversation)
    await engine.until("prepare", asked.conversation)
    await prepare(sessions, client, None, sha256)
    await prepare(sessions, client, asked.conversation, sha256)
    engine.prepare_gate.set()
    await engine.until("prepared", asked.conversation)
    assert engine.work == [
        ("prepare", asked.conversation),
        ("interrupted", asked.conversation),
        ("prepare", asked.conversation),
        ("prepared", asked.conversation),
    ]
    assert len(engine.prepared[-1][-1].images) == 1


async def test_what_is_prepared_is_not_prepared_again(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, asked: TurnStarted, sha256: str
) -> None:
    await prepare(sessions, client, asked.conversation)
    await engine.until("prepared", asked.conversation)
    await prepare(sessions, client, asked.conversation)
    await prepare(sessions, client, None, sha256)
    await engine.until("prepared", 0)
    assert len(engine.work) == 4


async def test_a_submitted_turn_interrupts_at_once_and_what_is_still_wanted_goes_on_after_it(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, sha256: str
) -> None:
    other = Listener()
    sessions.add_client(other)
    engine.prepare_gate = asyncio.Event()
    await prepare(sessions, client, None, sha256)
    await engine.until("prepare", 0)
    engine.enqueue("Yes")
    queued = await submit(sessions, other, "Is it?")
    await end_of(other, queued)
    engine.prepare_gate.set()
    await engine.until("prepared", 0)
    number = queued.conversation
    assert engine.work == [
        ("prepare", 0),
        ("interrupted", 0),
        ("answer", number),
        ("prepare", 0),
        ("prepared", 0),
    ]
    assert len(engine.prepared[-1][-1].images) == 1


async def test_nothing_is_prepared_while_an_answer_is_computed(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, sha256: str
) -> None:
    gate = asyncio.Event()
    engine.enqueue(gate, "Yes")
    queued = await submit(sessions, client, "Is it?")
    await client.until(Prefilled)
    await prepare(sessions, client, None, sha256)
    gate.set()
    await end_of(client, queued)
    await engine.until("prepared", 0)
    assert engine.work == [("answer", queued.conversation), ("prepare", 0), ("prepared", 0)]


async def test_a_wish_right_behind_a_submitted_turn_never_comes_before_it(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, sha256: str
) -> None:
    await prepare(sessions, client, None, sha256)
    await engine.until("prepared", 0)
    engine.forget_work()
    engine.enqueue("A circle")
    request = SubmitTurn(text="?", attachments=(sha256,))
    queued, _ = await asyncio.gather(
        carry_out(sessions, request, client), prepare(sessions, client, None)
    )
    await end_of(client, queued)
    assert engine.work[0] == ("answer", queued.conversation)


async def test_after_its_turn_a_client_is_prepared_for_the_follow_up(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, sha256: str
) -> None:
    await prepare(sessions, client, None, sha256)
    engine.enqueue("A circle")
    queued = await carry_out(sessions, SubmitTurn(text="?", attachments=(sha256,)), client)
    await end_of(client, queued)
    await engine.until("prepared", queued.conversation)
    question, answer, follow_up = engine.prepared[-1]
    assert (len(question.images), answer.text, follow_up) == (1, "A circle", QUESTION)


async def test_a_turn_that_is_refused_lets_the_work_go_on(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, sha256: str
) -> None:
    engine.prepare_gate = asyncio.Event()
    await prepare(sessions, client, None, sha256)
    await engine.until("prepare", 0)
    with pytest.raises(Exception, match="no conversation"):
        await submit(sessions, client, "?", 99)
    engine.prepare_gate.set()
    await engine.until("prepared", 0)
    assert len(engine.prepared[-1][-1].images) == 1


async def test_a_client_that_is_gone_wants_nothing_and_the_one_before_is_served_again(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, asked: TurnStarted, sha256: str
) -> None:
    other = Listener()
    sessions.add_client(other)
    await prepare(sessions, client, asked.conversation)
    await engine.until("prepared", asked.conversation)
    engine.prepare_gate = asyncio.Event()
    await prepare(sessions, other, None, sha256)
    await engine.until("prepare", 0)
    engine.prepare_gate = None
    sessions.remove_client(other)
    await engine.until("prepared", asked.conversation)
    sessions.remove_client(client)
    await engine.until("prepared", 0)
    assert engine.prepared[-1] == (QUESTION,)


async def test_pictures_of_a_client_that_is_gone_are_freed_in_every_conversation(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, asked: TurnStarted, sha256: str
) -> None:
    other = Listener()
    sessions.add_client(other)
    await prepare(sessions, other, asked.conversation, sha256)
    await prepare(sessions, other, None, sha256)
    await prepare(sessions, client, None, sha256)
    await engine.until("prepared", 0)
    sessions.remove_client(other)
    await engine.until("prepared", asked.conversation)
    assert engine.prepared[-1][-1] == QUESTION
    await engine.until("prepared", 0)
    assert len(engine.prepared[-1][-1].images) == 1


async def test_pictures_that_were_sent_are_nobodys_to_free(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, sha256: str
) -> None:
    await prepare(sessions, client, None, sha256)
    engine.enqueue("A circle")
    queued = await carry_out(sessions, SubmitTurn(text="?", attachments=(sha256,)), client)
    await end_of(client, queued)
    await engine.until("prepared", queued.conversation)
    engine.forget_work()
    sessions.remove_client(client)
    await engine.until("prepared", 0)
    assert engine.work == [("prepare", 0), ("prepared", 0)]


async def test_a_loaded_model_begins_with_what_is_wanted(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, sha256: str
) -> None:
    await engine.unload()
    engine.load_gate = asyncio.Event()
    await carry_out(sessions, LoadModel(model="better"), client)
    await client.until(ModelLoading, stage="reading")
    await prepare(sessions, client, None, sha256)
    assert engine.work == []
    engine.load_gate.set()
    await client.until(ModelLoaded)
    await engine.until("prepared", 0)
    assert len(engine.prepared[0][-1].images) == 1


async def test_what_every_conversation_starts_with_is_prepared_when_the_model_is_loaded(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    await carry_out(sessions, LoadModel(model="better"), client)
    await engine.until("prepared", 0)
    assert engine.prepared == [(QUESTION,)]


async def test_another_model_prepares_again_what_the_one_before_had(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, asked: TurnStarted
) -> None:
    await prepare(sessions, client, asked.conversation)
    await engine.until("prepared", asked.conversation)
    engine.forget_work()
    better = ConversationChoices("better")
    await carry_out(
        sessions, ChooseForConversation(conversation=asked.conversation, choices=better), client
    )
    await carry_out(sessions, LoadModel(model="better"), client)
    await engine.until("prepared", asked.conversation)
    assert engine.loads == ["better"]


@pytest.mark.parametrize("error", [OutOfMemory("The memory ran out."), ValueError("odd")])
async def test_a_failure_is_logged_and_nobody_hears_of_it(
    sessions: Sessions,
    engine: ScriptedEngine,
    client: Listener,
    sha256: str,
    error: Exception,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    engine.prepare_errors = [error]
    client.heard.clear()
    await prepare(sessions, client, None, sha256)
    await engine.until("failed", 0)
    await prepare(sessions, client)
    await engine.until("prepared", 0)
    assert str(error) in caplog.text
    assert client.heard == []
    assert engine.work.count(("failed", 0)) == 1


async def test_a_picture_that_is_broken_is_reported_when_it_is_submitted(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, sha256: str, paths: Paths
) -> None:
    paths.picture(sha256).unlink()
    client.heard.clear()
    await prepare(sessions, client, None, sha256)
    async with asyncio.timeout(PATIENCE):
        while (await carry_out(sessions, GetStatus(), client)).is_preparing:  # noqa: ASYNC110
            await asyncio.sleep(0)
    assert (client.heard, engine.work) == ([], [])
    with pytest.raises(Exception, match=r"circle\.png .*attach it again"):
        await carry_out(sessions, SubmitTurn(text="?", attachments=(sha256,)), client)


async def test_a_deleted_conversation_is_wanted_by_nobody(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, asked: TurnStarted
) -> None:
    engine.prepare_gate = asyncio.Event()
    await prepare(sessions, client, asked.conversation)
    await engine.until("prepare", asked.conversation)
    await carry_out(sessions, DeleteConversation(conversation=asked.conversation), client)
    await engine.until("interrupted", asked.conversation)
    assert engine.work[0] == ("prepare", asked.conversation)
    assert engine.forgotten == [asked.conversation]
    assert engine.work.count(("prepare", asked.conversation)) == 1


async def test_a_core_that_ends_prepares_nothing_more(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, sha256: str
) -> None:
    engine.prepare_gate = asyncio.Event()
    await prepare(sessions, client, None, sha256)
    await engine.until("prepare", 0)
    engine.enqueue("Half", asyncio.Event())
    queued = await submit(sessions, client, "1")
    await client.until(Delta)
    await sessions.close()
    assert (await end_of(client, queued)).message.finish_reason == "cancelled"
    assert engine.work == [("prepare", 0), ("interrupted", 0), ("answer", queued.conversation)]


async def test_a_stopped_turn_lets_the_work_go_on(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, sha256: str
) -> None:
    engine.enqueue(asyncio.Event())
    queued = await submit(sessions, client, "1")
    await client.until(Prefilled)
    await prepare(sessions, client, None, sha256)
    async with asyncio.timeout(PATIENCE):
        await carry_out(sessions, StopTurn(conversation=queued.conversation), client)
    await engine.until("prepared", 0)
    assert len(engine.prepared[-1][-1].images) == 1


async def test_all_hear_what_work_ahead_shows_of_the_model(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, sha256: str
) -> None:
    engine.prepare_gate = asyncio.Event()
    await carry_out(sessions, PrepareTurn(attachments=(sha256, sha256)), client)
    await engine.until("prepare", 0)
    engine.become(LoadedModel("scripted", "scripted", 100, reuse="text", reuse_reason="why"))
    engine.prepare_gate.set()
    told = await client.until(ModelLoaded)
    assert (told.source, told.reuse, told.reuse_reason) == ("scripted", "text", "why")

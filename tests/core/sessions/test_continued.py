"""Answers that were cut off go on in the same message."""

import asyncio

import pytest

from seeshell.core.conversation import TurnStats
from seeshell.core.engine.engine import AnswerEnd, PromptMessage, ThoughtsDelta
from seeshell.core.errors import BadRequest, NotStored, TurnError
from seeshell.core.messages.events import (
    ConversationOpened,
    Delta,
    TurnEnded,
    TurnFailed,
)
from seeshell.core.messages.library_requests import ContinueAnswer
from seeshell.core.messages.queue_events import TurnQueued
from seeshell.core.messages.queue_requests import RemoveQueued
from seeshell.core.messages.requests import OpenConversation, StopTurn, SubmitTurn
from seeshell.core.sessions.continued_stats import add_stats
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.store.archive import Archive

from ..scripted_engine import ScriptedEngine
from ..talk import Listener, carry_out, end_of, start_of, submit

FIRST = TurnStats(prompt_tokens=10, generated_tokens=4, generation_tps=2.0, passes=3)
MORE = TurnStats(
    prompt_tokens=14, reused_tokens=13, prefilled_tokens=1, generated_tokens=7, continued_tokens=4
)


@pytest.fixture
async def cut_off(sessions: Sessions, engine: ScriptedEngine, client: Listener) -> TurnEnded:
    """An answer that its token limit has ended."""
    engine.enqueue("A small ", AnswerEnd("length", FIRST))
    ended = await end_of(client, await submit(sessions, client, "What is it?"))
    assert isinstance(ended, TurnEnded)
    return ended


async def go_on(sessions: Sessions, client: Listener, answer: TurnEnded | TurnFailed) -> TurnQueued:
    request = ContinueAnswer(conversation=answer.conversation, message=answer.message.id)
    queued: TurnQueued = await carry_out(sessions, request, client)
    return queued


async def test_an_answer_grows_in_its_own_message(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, cut_off: TurnEnded
) -> None:
    engine.enqueue("dog.", AnswerEnd("stop", MORE))
    queued = await go_on(sessions, client, cut_off)
    ended = await end_of(client, queued)
    assert (ended.message.id, ended.message.text) == (cut_off.message.id, "A small dog.")
    assert ended.message.finish_reason == "stop"
    assert engine.history[-1][-1] == PromptMessage.of("assistant", "A small ")
    opened: ConversationOpened = await carry_out(
        sessions, OpenConversation(conversation=cut_off.conversation), client
    )
    question, answer = opened.conversation.messages
    assert (answer.text, question.siblings) == ("A small dog.", (question.id,))
    assert answer.siblings == (answer.id,)
    assert answer.stats is not None
    assert (answer.stats.generated_tokens, answer.stats.context_tokens) == (7, 17)


async def test_who_follows_gets_the_answer_from_its_start(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, cut_off: TurnEnded
) -> None:
    gate = asyncio.Event()
    engine.enqueue("dog", gate, ".")
    started = await start_of(client, await go_on(sessions, client, cut_off))
    assert (started.answer.id, started.answer.parts) == (cut_off.message.id, ())
    await client.until(Delta, text="dog")
    late = Listener()
    sessions.add_client(late)
    await sessions.carry_out(OpenConversation(conversation=cut_off.conversation), late)
    _, *replay = await sessions.carry_out(
        OpenConversation(conversation=cut_off.conversation), Listener()
    )
    gate.set()
    said = [event.text for event in client.heard if isinstance(event, Delta)]
    assert said == ["A small ", "A small ", "dog"]
    assert [it.text for it in replay if isinstance(it, Delta)] == ["A small dog"]


async def test_what_was_thought_is_gone_on_with(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    engine.enqueue(ThoughtsDelta("It has "), AnswerEnd("length"))
    cut = await end_of(client, await submit(sessions, client, "What is it?"))
    assert cut.message.finish_reason == "thoughts_only"
    engine.enqueue(ThoughtsDelta("ears."), "A dog.")
    ended = await end_of(client, await go_on(sessions, client, cut))
    assert (ended.message.thoughts, ended.message.text) == ("It has ears.", "A dog.")
    assert engine.history[-1][-1] == PromptMessage("assistant", ("",), "It has ")


async def test_a_stop_or_a_failure_on_the_way_loses_nothing(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, cut_off: TurnEnded
) -> None:
    gate = asyncio.Event()
    engine.enqueue("dog ", gate, "never said")
    queued = await go_on(sessions, client, cut_off)
    await client.until(Delta, text="dog ")
    await carry_out(sessions, StopTurn(conversation=cut_off.conversation), client)
    stopped = await end_of(client, queued)
    assert (stopped.message.text, stopped.message.finish_reason) == ("A small dog ", "cancelled")
    engine.enqueue(TurnError("The power went."))
    failed = await end_of(client, await go_on(sessions, client, stopped))
    assert isinstance(failed, TurnFailed)
    assert (failed.message.text, failed.message.error) == ("A small dog ", "The power went.")
    engine.enqueue("barks.")
    ended = await end_of(client, await go_on(sessions, client, failed))
    assert (ended.message.text, ended.message.finish_reason) == ("A small dog barks.", "stop")


async def test_what_was_open_when_a_core_ended_goes_on(
    archive: Archive, sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    gate = asyncio.Event()
    engine.enqueue("A small ", gate)
    started = await start_of(client, await submit(sessions, client, "What is it?"))
    await client.until(Delta)
    await archive.turns.save_answer(started.answer.id, sessions._answering.running.parts)  # type: ignore[union-attr]
    await archive._run(archive._conversations.recover)
    left = (await archive.read_conversation(started.conversation)).messages[-1]
    assert (left.text, left.finish_reason, left.can_be_continued) == ("A small ", "failed", True)
    gate.set()


async def test_only_what_was_cut_off_can_go_on(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    engine.enqueue("A dog.")
    ended = await end_of(client, await submit(sessions, client, "What is it?"))
    with pytest.raises(NotStored, match="nothing cut it off"):
        await go_on(sessions, client, ended)


async def test_only_the_last_answer_can_go_on(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, cut_off: TurnEnded
) -> None:
    engine.enqueue("It is old.")
    more = SubmitTurn(text="How old?", conversation=cut_off.conversation)
    await end_of(client, await carry_out(sessions, more, client))
    with pytest.raises(NotStored, match="Only the last answer"):
        await go_on(sessions, client, cut_off)


async def test_an_answer_that_goes_on_is_not_asked_to_go_on(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, cut_off: TurnEnded
) -> None:
    gate = asyncio.Event()
    engine.enqueue(gate, "dog.")
    await start_of(client, await go_on(sessions, client, cut_off))
    with pytest.raises(BadRequest, match="being answered"):
        await go_on(sessions, client, cut_off)
    gate.set()


async def test_one_that_waits_is_taken_back_without_a_trace(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, cut_off: TurnEnded
) -> None:
    gate = asyncio.Event()
    engine.enqueue(gate, "Elsewhere.")
    await start_of(client, await submit(sessions, client, "another question"))
    queued = await go_on(sessions, client, cut_off)
    here = cut_off.conversation
    await carry_out(sessions, RemoveQueued(conversation=here, turn=queued.turn.id), client)
    opened: ConversationOpened = await carry_out(
        sessions, OpenConversation(conversation=here), client
    )
    assert [it.text for it in opened.conversation.messages] == ["What is it?", "A small "]
    assert opened.conversation.messages[-1].can_be_continued
    gate.set()


def test_a_receipt_tells_of_all_turns() -> None:
    stats = add_stats(FIRST, MORE)
    assert (stats.generated_tokens, stats.continued_tokens, stats.passes) == (7, 4, 3)
    assert (stats.reused_tokens, stats.prefilled_tokens) == (13, 1)
    server = add_stats(FIRST, TurnStats(prompt_tokens=14, generated_tokens=3, generation_tps=1.0))
    assert (server.generated_tokens, server.context_tokens) == (7, 17)
    assert server.generation_tps == pytest.approx(7 / (4 / 2 + 3 / 1))
    assert add_stats(FIRST, TurnStats()) == FIRST

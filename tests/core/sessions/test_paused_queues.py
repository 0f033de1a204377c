"""After a stop, a failure or a restart what is queued waits for the user."""

import asyncio

import pytest

from seeshell.core.errors import (
    BadRequest,
    OutOfMemory,
    PromptTooLong,
    SeeshellError,
)
from seeshell.core.messages.events import (
    ConversationOpened,
    Done,
    TurnEnded,
    TurnFailed,
    TurnStarted,
    TurnWithdrawn,
)
from seeshell.core.messages.queue_events import TurnQueued
from seeshell.core.messages.queue_requests import ResumeQueue
from seeshell.core.messages.requests import OpenConversation, RegenerateAnswer, StopTurn
from seeshell.core.pictures.workers import PictureWorkers
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.settings import Paths, Settings
from seeshell.core.store.archive import Archive

from ...patience import PATIENCE
from ..scripted_engine import ScriptedEngine
from ..talk import Listener, carry_out, end_of, let_write, start_of, submit
from .shown import opened, queue_of, queues_heard, wait_for_queue


async def test_after_a_stop_the_rest_is_paused_until_it_is_resumed(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, turns: list[TurnQueued]
) -> None:
    conversation = turns[0].conversation
    await carry_out(sessions, StopTurn(conversation=conversation), client)
    assert (await end_of(client, turns[0])).message.finish_reason == "cancelled"
    await wait_for_queue(client, "2", "3", is_paused=True)
    fourth = await submit(sessions, client, "4", conversation)
    assert await queue_of(sessions, conversation) == (["2", "3", "4"], True)
    assert not sessions.is_busy
    await carry_out(sessions, StopTurn(conversation=conversation), client)
    assert await queue_of(sessions, conversation) == (["2", "3", "4"], True)

    engine.enqueue()
    assert await carry_out(sessions, ResumeQueue(conversation=conversation), client) == Done()
    await end_of(client, fourth)
    assert [prompt[-1].text for prompt in engine.history] == ["1", "1\n\n2", "3", "4"]
    assert await queue_of(sessions, conversation) == ([], False)


async def test_a_stop_that_comes_too_late_for_its_answer_still_pauses_the_rest(
    sessions: Sessions,
    engine: ScriptedEngine,
    client: Listener,
    gate: asyncio.Event,
    turns: list[TurnQueued],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "stop", gate.set)
    await carry_out(sessions, StopTurn(conversation=turns[0].conversation), client)
    assert (await end_of(client, turns[0])).message.finish_reason == "stop"
    assert await queue_of(sessions, turns[0].conversation) == (["2", "3"], True)


async def test_asking_again_in_front_of_a_paused_queue_comes_first_and_resumes_it(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, turns: list[TurnQueued]
) -> None:
    conversation = turns[0].conversation
    await carry_out(sessions, StopTurn(conversation=conversation), client)
    await wait_for_queue(client, "2", "3", is_paused=True)
    engine.enqueue("once more")
    again = await carry_out(sessions, RegenerateAnswer(conversation=conversation), client)
    await end_of(client, again)
    await end_of(client, turns[2])
    assert [prompt[-1].text for prompt in engine.history] == ["1", "1", "2", "3"]
    assert await queue_of(sessions, conversation) == ([], False)


async def test_resuming_where_nothing_is_paused_changes_nothing(
    sessions: Sessions, client: Listener, gate: asyncio.Event, turns: list[TurnQueued]
) -> None:
    await carry_out(sessions, ResumeQueue(conversation=turns[0].conversation), client)
    assert queues_heard(client)[-1] == (["2", "3"], False)
    gate.set()
    await end_of(client, turns[2])


@pytest.mark.parametrize(
    "error", [OutOfMemory("The memory ran out."), ValueError("odd"), PromptTooLong("Too long.")]
)
async def test_after_a_failure_the_rest_is_paused(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, error: Exception
) -> None:
    gate = asyncio.Event()
    engine.enqueue(gate, error)
    first = await submit(sessions, client, "1")
    await submit(sessions, client, "2", first.conversation)
    gate.set()
    await client.until(TurnFailed, TurnWithdrawn)
    await wait_for_queue(client, "2", is_paused=True)
    assert await queue_of(sessions, first.conversation) == (["2"], True)


async def test_a_withdrawn_first_question_leaves_the_conversation_to_those_behind_it(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    gate = asyncio.Event()
    engine.enqueue(gate, PromptTooLong("Too long."))
    first = await submit(sessions, client, "1")
    second = await submit(sessions, client, "2", first.conversation)
    gate.set()
    withdrawn: TurnWithdrawn = await client.until(TurnWithdrawn)
    assert withdrawn.restored is not None
    assert (withdrawn.restored.messages, withdrawn.restored.queue) == ((), (second.turn,))
    assert withdrawn.restored.is_paused
    engine.enqueue("two")
    await carry_out(sessions, ResumeQueue(conversation=first.conversation), client)
    await end_of(client, second)
    assert [message.text for message in engine.history[-1]] == ["2"]


async def test_the_other_conversations_go_on_after_a_stop(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, turns: list[TurnQueued]
) -> None:
    other = await submit(sessions, client, "other?")
    await carry_out(sessions, StopTurn(conversation=turns[0].conversation), client)
    assert (await end_of(client, other)).message.finish_reason == "stop"
    assert engine.history[-1][-1].text == "other?"
    assert not sessions.is_busy


async def test_a_stop_right_behind_its_submit_stops_that_turn(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    engine.enqueue(asyncio.Event(), "never said")
    queued = await submit(sessions, client, "1")
    async with asyncio.timeout(PATIENCE):
        assert await carry_out(sessions, StopTurn(conversation=queued.conversation), client) == (
            Done()
        )
    ended = [event for event in client.heard if isinstance(event, TurnEnded)]
    assert [event.message.finish_reason for event in ended] == ["cancelled"]
    shown = (await opened(sessions, queued.conversation)).conversation
    assert [message.text for message in shown.messages] == ["1", ""]
    assert (shown.queue, sessions.is_busy) == ((), False)


async def test_a_turn_that_waits_for_another_conversation_is_stopped_at_once(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    gate = asyncio.Event()
    engine.enqueue(gate, "first")
    first = await submit(sessions, client, "1")
    second = await submit(sessions, client, "2")
    third = await submit(sessions, client, "3", second.conversation)
    await carry_out(sessions, StopTurn(conversation=second.conversation), client)
    ended = await end_of(client, second)
    assert (ended.message.finish_reason, ended.message.text) == ("cancelled", "")
    assert (await start_of(client, second)).user_message.text == "2"
    assert await queue_of(sessions, second.conversation) == (["3"], True)
    gate.set()
    assert (await end_of(client, first)).message.finish_reason == "stop"
    assert len(engine.history) == 1
    assert third.turn.id not in [e.turn for e in client.heard if isinstance(e, TurnStarted)]


async def test_a_turn_that_waits_for_a_model_is_stopped_at_once(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    await engine.unload()
    engine.load_gate = asyncio.Event()
    sessions.model.load("slow")
    queued = await submit(sessions, client, "1")
    await carry_out(sessions, StopTurn(conversation=queued.conversation), client)
    assert (await end_of(client, queued)).message.finish_reason == "cancelled"


async def restart(sessions: Sessions, archive: Archive, paths: Paths) -> Archive:
    await sessions.close()
    await archive.close()
    return await Archive.open(paths, Settings().max_pixels, PictureWorkers())


async def test_a_core_that_ends_stops_the_open_turn_and_keeps_the_others_paused(
    sessions: Sessions, client: Listener, archive: Archive, turns: list[TurnQueued], paths: Paths
) -> None:
    conversation = turns[0].conversation
    again = await restart(sessions, archive, paths)
    assert (await end_of(client, turns[0])).message.finish_reason == "cancelled"
    with pytest.raises(BadRequest, match="ending"):
        await submit(sessions, client, "4")
    engine = ScriptedEngine()
    engine.enqueue("two")
    engine.enqueue("three")
    later, reader = Sessions(again, engine, paths, Settings(), "1.0"), Listener()
    later.add_client(reader)
    shown: ConversationOpened = await carry_out(
        later, OpenConversation(conversation=conversation), reader
    )
    waiting = tuple(turn.turn for turn in turns[1:])
    assert (shown.conversation.queue, shown.conversation.is_paused) == (waiting, True)
    assert [message.finish_reason for message in shown.conversation.messages] == [None, "cancelled"]
    assert (engine.history, later.is_busy) == ([], False)
    await carry_out(later, ResumeQueue(conversation=conversation), reader)
    assert (await end_of(reader, turns[2])).message.text == "three"
    await later.close()
    await again.close()


async def test_a_turn_that_the_disk_does_not_let_start_waits_for_the_user(
    sessions: Sessions,
    engine: ScriptedEngine,
    client: Listener,
    archive: Archive,
    gate: asyncio.Event,
    turns: list[TurnQueued],
) -> None:
    other = await submit(sessions, client, "other?")
    await let_write(archive, may_write=False)
    gate.set()
    await end_of(client, turns[0])
    for waiting in (("2", "3"), ("other?",)):
        await wait_for_queue(client, *waiting, is_paused=True)
    with pytest.raises(SeeshellError, match="only be read"):
        await carry_out(sessions, ResumeQueue(conversation=other.conversation), client)
    await let_write(archive, may_write=True)
    engine.enqueue("other")
    for conversation in (turns[0].conversation, other.conversation):
        await carry_out(sessions, ResumeQueue(conversation=conversation), client)
    await end_of(client, other)
    await end_of(client, turns[2])
    shown = (await opened(sessions, turns[0].conversation)).conversation
    assert [message.finish_reason for message in shown.messages if message.role != "user"] == [
        "failed",
        "stop",
        "stop",
    ]

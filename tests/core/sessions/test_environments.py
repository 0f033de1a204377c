"""Whose environment loads and turns use, on a real store with a scripted engine."""

import asyncio

import pytest

from seeshell.core.client_environment import ClientEnvironment
from seeshell.core.engine.engine import LoadedModel
from seeshell.core.errors import ModelNotFound
from seeshell.core.messages.events import Prefilled
from seeshell.core.messages.model_events import ModelFailed, ModelLoaded, ModelLoading
from seeshell.core.messages.model_requests import LoadModel
from seeshell.core.messages.queue_requests import RemoveQueued, ResumeQueue
from seeshell.core.messages.requests import OpenConversation, RegenerateAnswer, StopTurn, SubmitTurn
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.settings import Paths, Settings
from seeshell.core.store.archive import Archive

from ..scripted_engine import ScriptedEngine
from ..talk import Listener, carry_out, end_of, start_of, submit

OWN = ClientEnvironment(keys={"OPENAI_API_KEY": "sk-core"})
FIRST = ClientEnvironment(keys={"OPENAI_API_KEY": "sk-first"})
SECOND = ClientEnvironment(keys={"OPENAI_API_KEY": "sk-second"})


def connect(sessions: Sessions, environment: ClientEnvironment) -> Listener:
    client = Listener()
    sessions.add_client(client, environment=environment)
    return client


async def test_each_turn_uses_the_environment_of_who_asked(
    sessions: Sessions, engine: ScriptedEngine
) -> None:
    first, second = connect(sessions, FIRST), connect(sessions, SECOND)
    for client in (first, second, first):
        engine.enqueue("Yes")
        await end_of(client, await submit(sessions, client, "?"))
    assert engine.environments == [FIRST, SECOND, FIRST]


async def test_a_client_that_has_gone_leaves_its_environment_to_its_turns(
    sessions: Sessions, engine: ScriptedEngine
) -> None:
    gate = asyncio.Event()
    first, second = connect(sessions, FIRST), connect(sessions, SECOND)
    engine.enqueue(gate, "one")
    for text in ("two", "three"):
        engine.enqueue(text)
    running = await submit(sessions, first, "1")
    await first.until(Prefilled)
    queued = await submit(sessions, first, "2", running.conversation)
    sessions.remove_client(first)
    last = await submit(sessions, second, "3", running.conversation)
    gate.set()
    await end_of(second, last)
    assert queued.turn.id != last.turn.id
    assert engine.environments == [FIRST, FIRST, SECOND]


async def test_a_window_that_comes_back_uses_what_it_hands_over_then(
    sessions: Sessions, engine: ScriptedEngine
) -> None:
    for environment in (FIRST, SECOND):
        client = connect(sessions, environment)
        engine.enqueue("Yes")
        await end_of(client, await submit(sessions, client, "?"))
        sessions.remove_client(client)
    assert engine.environments == [FIRST, SECOND]


async def test_a_turn_that_is_sent_again_keeps_the_environment_of_the_first_time(
    sessions: Sessions, engine: ScriptedEngine
) -> None:
    gate = asyncio.Event()
    engine.enqueue(gate, "one")
    engine.enqueue("two")
    first, second = connect(sessions, FIRST), connect(sessions, SECOND)
    await submit(sessions, first, "1")
    await first.until(Prefilled)
    queued = await submit(sessions, first, "2")
    again = SubmitTurn(text="2", turn=queued.turn.id)
    assert (await carry_out(sessions, again, second)).turn == queued.turn
    gate.set()
    await end_of(first, queued)
    assert engine.environments == [FIRST, FIRST]


async def test_what_another_client_resumes_stays_the_submitters(
    sessions: Sessions, engine: ScriptedEngine
) -> None:
    gate = asyncio.Event()
    engine.enqueue(gate, "one")
    engine.enqueue("two")
    first, second = connect(sessions, FIRST), connect(sessions, SECOND)
    running = await submit(sessions, first, "1")
    await first.until(Prefilled)
    queued = await submit(sessions, first, "2", running.conversation)
    await carry_out(sessions, StopTurn(conversation=running.conversation), first)
    await carry_out(sessions, ResumeQueue(conversation=running.conversation), second)
    await end_of(first, queued)
    assert engine.environments == [FIRST, FIRST]


@pytest.mark.parametrize("how", ["resumed", "asked before it", "sent again"])
async def test_what_an_earlier_core_left_is_computed_for_who_resumes_it(
    sessions: Sessions, engine: ScriptedEngine, archive: Archive, paths: Paths, how: str
) -> None:
    engine.enqueue("one")
    first = connect(sessions, FIRST)
    asked = await submit(sessions, first, "1")
    await end_of(first, asked)
    it = asked.conversation
    engine.enqueue(asyncio.Event(), "two")
    running = await start_of(first, await submit(sessions, first, "2", it))
    await first.until(Prefilled, message=running.answer.id)
    left = await submit(sessions, first, "3", it)
    await sessions.close()
    engine = ScriptedEngine()
    engine.enqueue("more")
    engine.enqueue("more")
    later = Sessions(archive, engine, paths, Settings(), "1.0", OWN)
    second = connect(later, SECOND)
    await carry_out(later, OpenConversation(conversation=it), second)
    if how == "resumed":
        await carry_out(later, ResumeQueue(conversation=it), second)
    elif how == "asked before it":
        await carry_out(later, RegenerateAnswer(conversation=it), second)
    else:
        again = SubmitTurn(text="3", conversation=it, turn=left.turn.id)
        await carry_out(later, again, second)
        await carry_out(later, ResumeQueue(conversation=it), connect(later, FIRST))
    await end_of(second, left)
    assert engine.environments
    assert all(it == SECOND for it in engine.environments)
    await later.close()


async def test_environments_of_turns_that_are_over_are_forgotten(
    sessions: Sessions, engine: ScriptedEngine
) -> None:
    gate = asyncio.Event()
    first, second = connect(sessions, FIRST), connect(sessions, SECOND)
    engine.enqueue("one")
    engine.enqueue(gate, "two")
    ended = await submit(sessions, first, "1")
    await end_of(first, ended)
    running = await submit(sessions, first, "2")
    await first.until(Prefilled, where=lambda event: event.conversation == running.conversation)
    removed = await submit(sessions, first, "3", running.conversation)
    remove = RemoveQueued(conversation=running.conversation, turn=removed.turn.id)
    await carry_out(sessions, remove, first)
    queued = await submit(sessions, second, "4", running.conversation)
    kept = sessions._answering.environments._of_turns
    assert set(kept) == {running.turn.id, queued.turn.id}
    engine.enqueue("four")
    gate.set()
    await end_of(second, queued)


async def test_each_load_uses_the_environment_of_who_asked(
    sessions: Sessions, engine: ScriptedEngine
) -> None:
    for environment, model in ((FIRST, "one"), (SECOND, "two")):
        client = connect(sessions, environment)
        await carry_out(sessions, LoadModel(model=model), client)
        await client.until(ModelLoaded, model=model)
    assert engine.environments == [FIRST, SECOND]


async def test_the_load_at_the_start_uses_the_cores_own_environment(
    archive: Archive, paths: Paths, engine: ScriptedEngine
) -> None:
    sessions = Sessions(archive, engine, paths, Settings(), "1.0", OWN)
    client = connect(sessions, FIRST)
    sessions.model.load("one")
    await client.until(ModelLoaded)
    assert engine.environments == [OWN]
    await sessions.close()


async def test_a_load_that_runs_for_another_client_does_not_stand_in_for_ones_own(
    sessions: Sessions, engine: ScriptedEngine
) -> None:
    first, second = connect(sessions, FIRST), connect(sessions, SECOND)
    engine.load_gate = asyncio.Event()
    await carry_out(sessions, LoadModel(model="one"), first)
    await first.until(ModelLoading, stage="reading")
    await carry_out(sessions, LoadModel(model="one"), first)
    await carry_out(sessions, LoadModel(model="one"), second)
    engine.load_gate.set()
    await second.until(ModelLoaded, model="one")
    assert engine.environments == [FIRST, SECOND]


async def test_a_model_that_failed_for_want_of_a_key_is_tried_with_that_of_who_asks_next(
    sessions: Sessions, engine: ScriptedEngine
) -> None:
    first, second = connect(sessions, FIRST), connect(sessions, SECOND)
    await engine.unload()
    engine.load_errors = [ModelNotFound("It refused the key.")]
    await carry_out(sessions, LoadModel(model="one"), first)
    await first.until(ModelFailed)
    engine.enqueue("Yes")
    await end_of(second, await submit(sessions, second, "?"))
    assert engine.environments == [FIRST, SECOND, SECOND]
    assert engine.model == LoadedModel("one", "one", 100)

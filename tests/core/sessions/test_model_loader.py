"""Which model is loaded when, on a real store with a scripted engine."""

import asyncio

from seeshell.core.errors import ModelNotFound
from seeshell.core.messages.events import (
    CoreStatus,
    ModelFailed,
    ModelLoaded,
    ModelLoading,
    Prefilled,
    TurnFailed,
)
from seeshell.core.messages.requests import GetStatus, LoadModel
from seeshell.core.sessions.sessions import Sessions

from ..scripted_engine import ScriptedEngine
from ..talk import Listener, carry_out, end_of, submit


async def test_a_model_is_switched_between_two_answers(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    gate = asyncio.Event()
    engine.enqueue(gate, "old")
    engine.enqueue("new")
    first = await submit(sessions, client, "1")
    await client.until(Prefilled)
    await carry_out(sessions, LoadModel(model="better"), client)
    second = await submit(sessions, client, "2")
    assert engine.loads == []
    gate.set()
    assert (await end_of(client, first)).message.model == "scripted"
    assert (await end_of(client, second)).message.model == "better"
    loaded = client.heard.index(await client.until(ModelLoaded, model="better"))
    assert isinstance(client.heard[loaded - 1], ModelLoading)


async def test_the_newest_wish_for_a_model_wins(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    engine.load_gate = asyncio.Event()
    await carry_out(sessions, LoadModel(model="one"), client)
    await client.until(ModelLoading, stage="reading")
    await carry_out(sessions, LoadModel(model="two"), client)
    await carry_out(sessions, LoadModel(model="three"), client)
    engine.load_gate.set()
    await client.until(ModelLoaded)
    assert engine.loads == ["one", "three"]
    assert [event.model for event in client.heard if isinstance(event, ModelLoaded)] == ["three"]


async def test_the_model_that_is_loaded_is_not_loaded_again(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    await carry_out(sessions, LoadModel(model="scripted"), client)
    await client.until(ModelLoaded, model="scripted")
    assert engine.loads == []


async def test_a_model_that_fails_to_load_leaves_the_one_before(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    engine.load_errors = [ModelNotFound("There is no such model.")]
    engine.enqueue("Yes")
    await carry_out(sessions, LoadModel(model="nothing"), client)
    failed = await client.until(ModelFailed)
    assert (failed.error, failed.sentence) == ("ModelNotFound", "There is no such model.")
    queued = await submit(sessions, client, "1")
    assert (await end_of(client, queued)).message.model == "scripted"


async def test_a_model_that_was_given_up_for_one_that_fails_is_loaded_after_all(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    await engine.unload()
    engine.load_gate = asyncio.Event()
    await carry_out(sessions, LoadModel(model="first"), client)
    await client.until(ModelLoading, stage="reading")
    engine.load_errors = [ModelNotFound("There is no such model.")]
    await carry_out(sessions, LoadModel(model="nothing"), client)
    engine.load_gate.set()
    await client.until(ModelFailed, model="nothing")
    await client.until(ModelLoaded, model="first")
    assert engine.loads == ["first", "nothing", "first"]


async def test_without_a_model_each_turn_tries_to_load_again_and_fails_with_the_reason(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    await engine.unload()
    engine.load_errors = [ModelNotFound("There is no such model."), ModelNotFound("Still none.")]
    await carry_out(sessions, LoadModel(model="late"), client)
    await client.until(ModelFailed)
    status: CoreStatus = await carry_out(sessions, GetStatus(), client)
    assert status.state == "failed"
    first = await submit(sessions, client, "1")
    failed = await client.until(TurnFailed, conversation=first.conversation)
    assert (failed.error, failed.sentence) == ("ModelNotFound", "Still none.")
    engine.enqueue("Yes")
    second = await submit(sessions, client, "2")
    assert (await end_of(client, second)).message.text == "Yes"

"""Which model is loaded when, on a real store with a scripted engine."""

import asyncio
from collections.abc import Callable

import pytest

from seeshell.core.client_environment import NO_ENVIRONMENT, ClientEnvironment
from seeshell.core.engine.engine import LoadedModel
from seeshell.core.errors import ModelNotFound
from seeshell.core.messages.events import CoreStatus, Prefilled, TurnFailed
from seeshell.core.messages.model_events import ModelFailed, ModelLoaded, ModelLoading
from seeshell.core.messages.model_requests import LoadModel, UnloadModel
from seeshell.core.messages.requests import GetStatus
from seeshell.core.models.progress import LoadProgress
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.settings import Paths, Settings
from seeshell.core.store.archive import Archive

from ...patience import PATIENCE
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


async def test_who_asks_for_the_model_that_is_loaded_is_told_and_no_one_else(
    sessions: Sessions, client: Listener
) -> None:
    other = Listener()
    sessions.add_client(other)
    await carry_out(sessions, LoadModel(model=" scripted "), client)
    assert [it.source for it in client.heard if isinstance(it, ModelLoaded)] == ["scripted"]
    assert other.heard == []


async def test_a_load_is_told_once_to_each_client_under_the_name_it_was_asked_for(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    engine.load_gate = asyncio.Event()
    other = Listener()
    sessions.add_client(other)
    for listener in (client, other, client):
        await carry_out(sessions, LoadModel(model="better"), listener)
    engine.load_gate.set()
    for listener in (client, other):
        await listener.until(ModelLoaded)
        loaded = [it.source for it in listener.heard if isinstance(it, ModelLoaded)]
        assert loaded == ["better"]


@pytest.mark.parametrize("kept", ["another", "scripted"])
async def test_who_asked_for_a_model_that_is_given_up_for_somebody_else_is_told(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, kept: str
) -> None:
    engine.load_gate = asyncio.Event()
    other = Listener()
    sessions.add_client(other)
    await carry_out(sessions, LoadModel(model="better"), client)
    await carry_out(sessions, LoadModel(model=kept), other)
    failed: ModelFailed = await client.until(ModelFailed)
    assert failed.model == "better"
    assert failed.sentence == f"Another model, {kept}, was asked for while better was being loaded."
    engine.load_gate.set()
    await client.until(ModelLoaded, source=kept)
    await other.until(ModelLoaded, source=kept)
    assert not any(isinstance(event, ModelFailed) for event in other.heard)


async def test_who_asks_with_other_keys_takes_the_load_over_and_both_hear_of_it_once(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    engine.load_gate = asyncio.Event()
    other = Listener()
    sessions.add_client(other, environment=ClientEnvironment({"OPENAI_API_KEY": "sk-other"}))
    for listener in (client, other):
        await carry_out(sessions, LoadModel(model="better"), listener)
    engine.load_gate.set()
    for listener in (client, other):
        await listener.until(ModelLoaded)
        ends = [it for it in listener.heard if isinstance(it, ModelLoaded | ModelFailed)]
        assert [type(end) for end in ends] == [ModelLoaded]


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


@pytest.mark.parametrize("begun", [("one", "two"), ("one",), ()])
async def test_asked_for_one_then_another_then_the_first_again_it_ends_with_the_first(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, begun: tuple[str, ...]
) -> None:
    await engine.unload()
    engine.load_gate = asyncio.Event()
    for model in ("one", "two", "one"):
        await carry_out(sessions, LoadModel(model=model), client)
        if model in begun and engine.loads != ["one", "two"]:
            await client.until(ModelLoading, model=model, stage="reading")
    engine.load_gate.set()
    await client.until(ModelLoaded, model="one")
    engine.enqueue("Yes")
    queued = await submit(sessions, client, "?")
    assert (await end_of(client, queued)).message.model == "one"
    assert engine.loads == [*begun, "one"]
    ends = [event for event in client.heard if isinstance(event, ModelLoaded | ModelFailed)]
    assert [event.model for event in ends] == ["one"]


async def test_the_model_that_was_there_is_there_again_when_another_was_given_up_for_it(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    engine.load_gate = asyncio.Event()
    await carry_out(sessions, LoadModel(model="other"), client)
    await client.until(ModelLoading, stage="reading")
    await carry_out(sessions, LoadModel(model="scripted"), client)
    engine.load_gate.set()
    await client.until(ModelLoaded, model="scripted")
    assert engine.model is not None
    assert engine.model.source == "scripted"


async def test_who_changes_their_mind_before_the_load_began_keeps_the_model_with_its_caches(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    gate = asyncio.Event()
    engine.enqueue(gate, "yes")
    queued = await submit(sessions, client, "1")
    await client.until(Prefilled)
    for model in ("other", "another", "scripted"):
        await carry_out(sessions, LoadModel(model=model), client)
    gate.set()
    await end_of(client, queued)
    assert (await client.until(ModelLoaded)).model == "scripted"
    assert (engine.loads, sessions.is_busy) == ([], False)


class StubbornEngine(ScriptedEngine):
    """Ends a load that is given up in its own way."""

    def __init__(self, *, fails: bool) -> None:
        super().__init__()
        self._fails = fails

    async def load(
        self,
        source: str,
        report: Callable[[LoadProgress], None],
        environment: ClientEnvironment = NO_ENVIRONMENT,
        adapter: str = "",
    ) -> LoadedModel:
        try:
            return await super().load(source, report, environment, adapter)
        except asyncio.CancelledError:
            if self._fails:
                raise ModelNotFound("It can't be found.") from None
            return LoadedModel(source, source, 100)


@pytest.mark.parametrize("fails", [True, False])
async def test_how_a_load_ends_that_was_given_up_for_another_is_nobodys_concern(
    archive: Archive, paths: Paths, fails: bool
) -> None:
    engine = StubbornEngine(fails=fails)
    sessions = Sessions(archive, engine, paths, Settings(), "1.0")
    client = Listener()
    sessions.add_client(client)
    engine.load_gate = asyncio.Event()
    await carry_out(sessions, LoadModel(model="one"), client)
    await client.until(ModelLoading, model="one", stage="reading")
    await carry_out(sessions, LoadModel(model="two"), client)
    await client.until(ModelLoading, model="two", stage="reading")
    engine.load_gate.set()
    await client.until(ModelLoaded, model="two")
    assert [type(event) for event in client.heard if not isinstance(event, ModelLoading)] == [
        ModelLoaded
    ]
    await sessions.close()


async def test_a_core_that_ends_in_mid_load_gives_the_load_up(
    archive: Archive, engine: ScriptedEngine, paths: Paths
) -> None:
    sessions = Sessions(archive, engine, paths, Settings(), "1.0")
    client = Listener()
    sessions.add_client(client)
    engine.load_gate = asyncio.Event()
    await carry_out(sessions, LoadModel(model="one"), client)
    await client.until(ModelLoading, stage="reading")
    queued = await submit(sessions, client, "?")
    async with asyncio.timeout(PATIENCE):
        await sessions.close()
    engine.load_gate.set()
    assert engine.model is not None
    assert engine.model.source == "scripted"
    stored = await archive.read_conversation(queued.conversation)
    assert (stored.messages, stored.queue) == ((), (queued.turn,))


async def test_turns_that_wait_for_a_model_cost_one_load(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    engine.load_gate = asyncio.Event()
    await carry_out(sessions, LoadModel(model="better"), client)
    for text in ("first", "second", "third"):
        engine.enqueue(text)
    turns = [await submit(sessions, client, text) for text in ("1", "2")]
    turns.append(await submit(sessions, client, "3", turns[0].conversation))
    engine.load_gate.set()
    answers = [(await end_of(client, turn)).message for turn in turns]
    assert [answer.text for answer in answers] == ["first", "second", "third"]
    assert {(answer.model, answer.model_source) for answer in answers} == {("better", "better")}
    assert engine.loads == ["better"]


async def test_a_model_that_is_wanted_while_it_is_freed_is_loaded_again(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    unload, load = UnloadModel(), LoadModel(model="scripted")
    await asyncio.gather(*(carry_out(sessions, it, client) for it in (unload, load)))
    await client.until(ModelLoaded, source="scripted")
    assert engine.loads == ["scripted"]
    assert engine.model is not None

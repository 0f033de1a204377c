"""Conversations that keep their models, on a real store with a scripted engine."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from seeshell.core.conversation import TurnStats
from seeshell.core.engine.engine import AnswerEnd, LoadedModel
from seeshell.core.errors import BadRequest, ModelNotFound
from seeshell.core.generation_options import NO_CHOICES, ConversationChoices
from seeshell.core.messages.events import (
    ChoicesChanged,
    ConversationOpened,
    CoreStatus,
    Prefilled,
    TurnEnded,
)
from seeshell.core.messages.model_events import (
    ModelFailed,
    ModelLoaded,
    ModelLoading,
    ModelsListed,
    ModelUnloaded,
)
from seeshell.core.messages.model_requests import CancelLoad, ListModels, LoadModel, UnloadModel
from seeshell.core.messages.queue_events import QueueChanged, TurnQueued
from seeshell.core.messages.queue_requests import ResumeQueue
from seeshell.core.messages.requests import (
    ChooseForConversation,
    GetStatus,
    OpenConversation,
    PrepareTurn,
    SubmitTurn,
)
from seeshell.core.models.progress import LoadProgress
from seeshell.core.service import _wait_until_idle
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.sessions.turn_order import MOST_PASSED_OVER
from seeshell.core.settings import Paths

from ...patience import PATIENCE
from ..scripted_engine import ScriptedEngine
from ..talk import Listener, carry_out, end_of, submit


async def ask(
    sessions: Sessions, client: Listener, model: str = "", conversation: int | None = None
) -> TurnQueued:
    """Queues a question in a conversation that keeps a model from then on; empty leaves it."""
    choices = ConversationChoices(model) if model else None
    request = SubmitTurn(text="?", conversation=conversation, choices=choices)
    queued: TurnQueued = await carry_out(sessions, request, client)
    return queued


async def choices_of(sessions: Sessions, client: Listener, queued: TurnQueued) -> object:
    opened: ConversationOpened = await carry_out(
        sessions, OpenConversation(conversation=queued.conversation), client
    )
    return opened.conversation.summary.choices


async def state_of(sessions: Sessions, client: Listener) -> str:
    status: CoreStatus = await carry_out(sessions, GetStatus(), client)
    return status.state


@pytest.fixture
async def gate(sessions: Sessions, engine: ScriptedEngine, client: Listener) -> asyncio.Event:
    """What the answer waits for that keeps the engine busy while a test queues questions."""
    gate = asyncio.Event()
    engine.enqueue(gate, "busy")
    await submit(sessions, client, "first")
    await client.until(Prefilled)
    return gate


async def test_a_conversation_keeps_the_model_that_answered_first_in_it(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    engine.become(LoadedModel("Name", "source", 100, adapter="/adapters/cats"))
    engine.enqueue("Yes")
    queued = await submit(sessions, client, "?")
    answer = (await end_of(client, queued)).message
    kept = ConversationChoices("source", "/adapters/cats")
    changed = await client.until(ChoicesChanged, conversation=queued.conversation)
    assert changed.choices == kept == await choices_of(sessions, client, queued)
    assert (answer.model_source, answer.adapter) == ("source", "/adapters/cats")


async def test_an_answer_without_a_word_says_nothing_of_the_model_to_keep(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    engine.enqueue(AnswerEnd("stop"))
    queued = await submit(sessions, client, "?")
    await end_of(client, queued)
    assert await choices_of(sessions, client, queued) == NO_CHOICES


async def test_a_turn_is_answered_by_the_model_that_its_conversation_keeps(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    for text in ("one", "two", "three"):
        engine.enqueue(text)
    first = await ask(sessions, client, "other")
    assert (await end_of(client, first)).message.model_source == "other"
    # A conversation without a model of its own takes the one that is there.
    second = await ask(sessions, client)
    assert (await end_of(client, second)).message.model_source == "other"
    third = await ask(sessions, client, "scripted", first.conversation)
    assert (await end_of(client, third)).message.model_source == "scripted"
    assert engine.loads == ["other", "scripted"]


async def test_an_adapter_is_part_of_what_a_turn_needs(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    engine.enqueue("plain")
    queued = await ask(sessions, client)
    await end_of(client, queued)
    choices = ConversationChoices("scripted", "/cats")
    request = ChooseForConversation(conversation=queued.conversation, choices=choices)
    await carry_out(sessions, request, client)
    engine.enqueue("adapted")
    again = await ask(sessions, client, conversation=queued.conversation)
    assert (await end_of(client, again)).message.adapter == "/cats"
    assert engine.loads == ["scripted+/cats"]


async def test_an_adapter_that_was_trained_anew_is_read_again(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, tmp_path: Path
) -> None:
    folder = tmp_path / "cats"
    folder.mkdir()
    choices = ConversationChoices("scripted", str(folder))

    async def answer() -> list[str]:
        engine.enqueue("Yes")
        request = SubmitTurn(text="?", choices=choices)
        await end_of(client, await carry_out(sessions, request, client))
        return engine.loads

    once = [f"scripted+{folder}"]
    assert await answer() == once
    assert await answer() == once
    (folder / "adapters.safetensors").write_text("others")
    assert await answer() == 2 * once
    folder.rename(tmp_path / "gone")
    assert await answer() == 2 * once


async def test_turns_for_another_model_wait_for_one_switch(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, gate: asyncio.Event
) -> None:
    turns = [await ask(sessions, client, model) for model in ("b", "", "b", "scripted", "b")]
    for _ in turns:
        engine.enqueue("Yes")
    gate.set()
    answers = [(await end_of(client, turn)).message for turn in turns]
    assert [it.model_source for it in answers] == ["b", "scripted", "b", "scripted", "b"]
    assert engine.loads == ["b"]


async def test_no_conversation_is_passed_over_for_ever(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, gate: asyncio.Event
) -> None:
    waiting = await ask(sessions, client, "b")
    long = await ask(sessions, client, "scripted")
    for _ in range(2 * MOST_PASSED_OVER):
        await ask(sessions, client, conversation=long.conversation)
    for _ in range(2 * MOST_PASSED_OVER + 2):
        engine.enqueue("Yes")
    gate.set()
    await end_of(client, waiting)
    ended = [it.conversation for it in client.heard if isinstance(it, TurnEnded)][1:]
    assert ended == [long.conversation] * MOST_PASSED_OVER + [waiting.conversation]
    await client.until(
        QueueChanged, conversation=long.conversation, where=lambda event: not event.queue
    )
    assert engine.loads == ["b", "scripted"]


async def test_a_model_that_cannot_be_loaded_fails_the_turn_and_stops_nobody_else(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, gate: asyncio.Event
) -> None:
    engine.load_errors = [ModelNotFound("There is no such model.")]
    lost = await ask(sessions, client, "nothing")
    behind = await ask(sessions, client, conversation=lost.conversation)
    fine = await ask(sessions, client)
    engine.enqueue("Yes")
    gate.set()
    failed = (await end_of(client, lost)).message
    assert (failed.error, failed.model) == ("There is no such model.", "")
    assert (await end_of(client, fine)).message.text == "Yes"
    await client.until(QueueChanged, queue=(behind.turn,), is_paused=True)
    # What is asked anew tries again.
    engine.enqueue("There it is")
    await carry_out(sessions, ResumeQueue(conversation=lost.conversation), client)
    assert (await end_of(client, behind)).message.model_source == "nothing"


async def test_a_load_that_is_cancelled_pauses_what_waits_for_it_and_leaves_the_model(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    engine.load_gate = asyncio.Event()
    waiting = await ask(sessions, client, "slow")
    await client.until(ModelLoading, stage="reading")
    assert await state_of(sessions, client) == "loading"
    await carry_out(sessions, CancelLoad(), client)
    failed = await client.until(ModelFailed)
    assert (failed.error, failed.sentence) == ("LoadCancelled", "Loading slow was cancelled.")
    await client.until(QueueChanged, queue=(waiting.turn,), is_paused=True)
    assert await state_of(sessions, client) == "ready"
    with pytest.raises(BadRequest, match="No model is being loaded"):
        await carry_out(sessions, CancelLoad(), client)
    engine.load_gate.set()
    engine.enqueue("Yes")
    await carry_out(sessions, ResumeQueue(conversation=waiting.conversation), client)
    assert (await end_of(client, waiting)).message.model_source == "slow"


async def test_a_freed_model_is_loaded_again_by_the_next_turn(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    await carry_out(sessions, UnloadModel(), client)
    assert (await client.until(ModelUnloaded)).source == "scripted"
    assert (engine.model, await state_of(sessions, client)) == (None, "unloaded")
    await carry_out(sessions, LoadModel(model="scripted"), client)
    await client.until(ModelLoaded)
    await carry_out(sessions, UnloadModel(), client)
    engine.enqueue("one")
    engine.enqueue("two")
    for turn in [await ask(sessions, client), await ask(sessions, client)]:
        assert (await end_of(client, turn)).message.model_source == "scripted"
    assert engine.loads == ["scripted", "scripted"]


async def test_the_model_is_not_freed_under_an_answer(
    sessions: Sessions, client: Listener, gate: asyncio.Event
) -> None:
    with pytest.raises(BadRequest, match="An answer is being given"):
        await carry_out(sessions, UnloadModel(), client)
    gate.set()


async def test_freeing_the_model_gives_a_load_up(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    engine.load_gate = asyncio.Event()
    await carry_out(sessions, LoadModel(model="slow"), client)
    await client.until(ModelLoading, stage="reading")
    await carry_out(sessions, UnloadModel(), client)
    assert (engine.model, await state_of(sessions, client)) == (None, "unloaded")


async def test_the_status_tells_how_fast_each_model_reads(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    for tokens, tps in ((500, 250.0), (3, 9.0)):
        engine.enqueue("Yes", AnswerEnd("stop", TurnStats(prefilled_tokens=tokens, prompt_tps=tps)))
        await end_of(client, await submit(sessions, client, "?"))
    status: CoreStatus = await carry_out(sessions, GetStatus(), client)
    assert status.prompt_tps == {"scripted": 250.0}


async def test_a_model_of_which_nothing_is_asked_is_freed_and_the_core_stays_with_its_client(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    sessions.settings.now = replace(sessions.settings.now, keep_alive=0.05)
    idle = asyncio.create_task(_wait_until_idle(sessions))
    await client.until(ModelUnloaded)
    assert not idle.done()
    # Pictures for the next question bring it back before that is asked.
    await carry_out(sessions, PrepareTurn(attachments=("a" * 64,)), client)
    await client.until(ModelLoaded)
    sessions.remove_client(client)
    await asyncio.wait_for(idle, 2 * PATIENCE)
    assert engine.loads == ["scripted"]


async def test_a_download_is_told_from_a_load(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    engine.load_gate = asyncio.Event()
    engine.first_progress = LoadProgress("downloading", 0.1, total_bytes=7)
    await carry_out(sessions, LoadModel(model="org/new"), client)
    await client.until(ModelLoading, stage="downloading")
    assert await state_of(sessions, client) == "fetching"
    engine.load_gate.set()
    await client.until(ModelLoaded)


async def test_the_models_that_are_here_are_listed_with_what_was_measured(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, paths: Paths
) -> None:
    paths.config_file.write_text('[endpoints.box]\nurl = "http://box:1/v1"\ncontext = 512\n')
    engine.become(LoadedModel("demo", "demo", 100))
    stats = TurnStats(prefilled_tokens=500, prompt_tps=250.0)
    engine.enqueue("Yes", AnswerEnd("stop", stats))
    await end_of(client, await submit(sessions, client, "?"))
    listed: ModelsListed = await carry_out(sessions, ListModels(), client)
    demo, box = listed.models
    assert (demo.source, demo.family, demo.prompt_tps) == ("demo", "qwen3_vl", 250.0)
    assert demo.needed_bytes > demo.size_bytes > 0
    assert (box.source, box.kind, box.context_length) == ("box", "endpoint", 512)

"""What the engine does beside answers: it evicts, forgets and keeps, and no answer waits for it."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from seeshell.core.engine.engine import AnswerEnd, PromptMessage, TextDelta
from seeshell.core.engine.kv.pool import KvPool
from seeshell.core.engine.kv.spill_folder import SpillFolder
from seeshell.core.engine.limits import Limits
from seeshell.core.engine.mlx_engine import MlxEngine
from seeshell.core.engine.vision import Pictures
from seeshell.core.generation_options import GenerationOptions

from ...patience import PATIENCE

FOREVER = GenerationOptions(temperature=0.0, max_tokens=4000)
SHORT = GenerationOptions(temperature=0.0, max_tokens=3)


@pytest.fixture
def spills_dir(tmp_path: Path) -> Path:
    return tmp_path / "spills"


@pytest.fixture
async def engine(endless_path: Path, spills_dir: Path) -> AsyncIterator[MlxEngine]:
    engine = MlxEngine(Limits(1280, 10_000_000, 2**30), spills_dir=spills_dir)
    await engine.load(str(endless_path), print)
    yield engine
    await engine.close()


def user(text: str) -> PromptMessage:
    return PromptMessage.of("user", text)


async def ask(
    engine: MlxEngine, text: str, conversation: int, options: GenerationOptions = SHORT
) -> AnswerEnd:
    async def collect() -> AnswerEnd:
        answering = engine.answer((user(text),), options, conversation=conversation)
        events = [event async for event in answering]
        assert isinstance(events[-1], AnswerEnd)
        return events[-1]

    return await asyncio.wait_for(collect(), PATIENCE)


async def during_an_answer(
    engine: MlxEngine, conversation: int, act: Callable[[], Any]
) -> AnswerEnd:
    """Acts at the first text of an answer that would go on for long, then ends it.

    Returns:
        The answer's end, which had not come when `act` was done.
    """
    has_acted = False
    event: Any = None
    async for event in engine.answer((user("go on"),), FOREVER, conversation=conversation):
        if isinstance(event, TextDelta) and not has_acted:
            await asyncio.wait_for(act(), PATIENCE)
            has_acted = True
            engine.stop()
    assert isinstance(event, AnswerEnd)
    return event


def owners(engine: MlxEngine) -> list[int]:
    assert engine.slot.resident is not None
    return sorted(branch.owner for branch in engine.slot.resident.pool.branches)


def spilled_owners(path: Path) -> set[int]:
    folder = SpillFolder(path, 2**30)
    return {owner for manifest in folder._manifests.values() for owner in manifest.owners}


async def spill(engine: MlxEngine) -> None:
    """Writes everything to disk; it stays in memory too."""
    await engine._thread.run(engine.slot.loaded().spill)


async def test_an_answer_ends_before_anything_is_evicted(
    engine: MlxEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_evict, evicts = threading.Event(), threading.Event()
    shrink = KvPool.shrink_to_budget

    def wait_and_shrink(self: KvPool, is_wanted: Callable[[], bool]) -> bool:
        evicts.set()
        assert may_evict.wait(PATIENCE)
        return shrink(self, is_wanted)

    monkeypatch.setattr(KvPool, "shrink_to_budget", wait_and_shrink)

    end = await ask(engine, "hello", 1)

    assert end.finish_reason == "length"
    assert await asyncio.to_thread(evicts.wait, PATIENCE)
    may_evict.set()


@pytest.mark.parametrize("next_work", ["answer", "prepare", "forget", "load"])
async def test_evicting_gives_way_to_whatever_comes(
    engine: MlxEngine, monkeypatch: pytest.MonkeyPatch, next_work: str
) -> None:
    evicts = threading.Event()

    def shrink_until_wanted(_: KvPool, is_wanted: Callable[[], bool]) -> bool:
        evicts.set()
        while not is_wanted():
            pass
        return False

    await ask(engine, "hello", 1)
    monkeypatch.setattr(KvPool, "shrink_to_budget", shrink_until_wanted)
    await ask(engine, "hello", 1)
    assert await asyncio.to_thread(evicts.wait, PATIENCE)

    match next_work:
        case "answer":
            assert (await ask(engine, "hello", 1)).stats.prefilled_tokens == 1
        case "prepare":
            await asyncio.wait_for(engine.prepare((user(""),)), PATIENCE)
        case "forget":
            await asyncio.wait_for(engine.forget(1), PATIENCE)
        case "load":
            await asyncio.wait_for(engine.load("demo", print), PATIENCE)
    monkeypatch.undo()


@pytest.mark.parametrize("work", ["answer", "load", "unload", "forget"])
async def test_no_picture_of_a_draft_is_encoded_while_something_waits(
    engine: MlxEngine, monkeypatch: pytest.MonkeyPatch, draw: Any, work: str
) -> None:
    encoded: list[str] = []
    begun, may_go_on = threading.Event(), threading.Event()
    encode = Pictures._encode

    def wait_and_encode(self: Pictures, picture: Any, pixels: Any) -> Any:
        encoded.append(picture.sha256)
        begun.set()
        assert may_go_on.wait(PATIENCE)
        return encode(self, picture, pixels)

    def wait_until_something_waits() -> None:
        while not engine._thread.is_wanted():
            pass

    monkeypatch.setattr(Pictures, "_encode", wait_and_encode)
    draft = PromptMessage.of("user", "", (draw("circle"), draw("square")))
    preparing = asyncio.ensure_future(engine.prepare((draft,), conversation=1))
    assert await asyncio.to_thread(begun.wait, PATIENCE)
    waiting: Any = {
        "answer": lambda: ask(engine, "hello", 2),
        "load": lambda: engine.load("demo", print),
        "unload": engine.unload,
        "forget": lambda: engine.forget(1),
    }[work]()
    waiting = asyncio.ensure_future(waiting)
    await asyncio.to_thread(wait_until_something_waits)
    may_go_on.set()

    await asyncio.wait_for(asyncio.gather(preparing, waiting), PATIENCE)

    assert len(encoded) == 1


async def test_what_was_interrupted_is_evicted_in_the_end(
    endless_path: Path, tmp_path: Path
) -> None:
    limits = Limits(1280, 10_000_000, 2**30, kv_idle_bytes=1)
    engine = MlxEngine(limits, spills_dir=tmp_path / "spills")
    await engine.load(str(endless_path), print)
    for conversation in (1, 2, 3):
        await ask(engine, f"{conversation} says hello", conversation)

    while owners(engine) != [3]:
        await engine._thread.run_between(lambda: None)

    assert spilled_owners(tmp_path / "spills") == {1, 2}
    await engine.close()


async def test_a_conversation_is_gone_when_forgetting_returns_while_another_is_answered(
    engine: MlxEngine, spills_dir: Path
) -> None:
    for conversation in (1, 2):
        await ask(engine, f"{conversation} says hello", conversation)
    await spill(engine)
    seen: list[Any] = []

    async def forget() -> None:
        await engine.forget(2)
        seen.append((owners(engine), spilled_owners(spills_dir)))

    end = await during_an_answer(engine, 3, forget)

    assert seen == [([1], {1})]
    assert end.finish_reason == "cancelled"
    assert end.stats.generated_tokens < 4000


@pytest.mark.parametrize("spilled", [False, True])
async def test_forgetting_a_conversation_that_is_answered_stops_it_and_leaves_nothing(
    engine: MlxEngine, spills_dir: Path, spilled: bool
) -> None:
    await ask(engine, "go on", 1)
    if spilled:
        await spill(engine)

    end = await during_an_answer(engine, 1, lambda: engine.forget(1))

    assert end.finish_reason == "cancelled"
    assert owners(engine) == []
    assert spilled_owners(spills_dir) == set()


async def test_forgetting_a_conversation_that_is_computed_ahead_leaves_nothing(
    engine: MlxEngine,
) -> None:
    long = (user("word " * 700), PromptMessage.of("assistant", "yes"), user(""))
    preparing = asyncio.ensure_future(engine.prepare(long, conversation=1))
    await asyncio.sleep(0)

    await asyncio.wait_for(engine.forget(1), PATIENCE)

    assert owners(engine) == []
    await preparing


async def test_forgetting_a_draft_leaves_the_answer_of_another_conversation_alone(
    engine: MlxEngine,
) -> None:
    async def draft_and_forget() -> None:
        preparing = asyncio.ensure_future(engine.prepare((user(""),), conversation=1))
        await asyncio.sleep(0)
        await engine.forget(1)
        assert not engine._stop.is_set()
        preparing.cancel()

    end = await during_an_answer(engine, 2, draft_and_forget)

    assert end.finish_reason == "cancelled"
    assert owners(engine) == [2]


async def test_only_the_conversations_that_exist_are_kept(
    engine: MlxEngine, spills_dir: Path
) -> None:
    for conversation in (1, 2, 3):
        await ask(engine, f"{conversation} says hello", conversation)
    await spill(engine)
    await ask(engine, "4 says hello", 4)

    await engine.keep_only(frozenset({1, 5}))

    assert owners(engine) == [1]
    assert spilled_owners(spills_dir) == {1}


async def test_a_conversation_that_is_answered_is_kept_though_nobody_names_it(
    engine: MlxEngine,
) -> None:
    await during_an_answer(engine, 1, lambda: engine.keep_only(frozenset()))

    assert owners(engine) == [1]


async def test_spills_of_gone_conversations_are_deleted_without_a_model(
    engine: MlxEngine, spills_dir: Path
) -> None:
    for conversation in (1, 2):
        await ask(engine, f"{conversation} says hello", conversation)
    await engine.unload()
    assert spilled_owners(spills_dir) == {1, 2}

    await engine.keep_only(frozenset({2}))

    assert spilled_owners(spills_dir) == {2}


async def test_a_conversation_that_shares_its_beginning_keeps_it_when_the_other_is_gone(
    engine: MlxEngine, endless_path: Path, spills_dir: Path
) -> None:
    text = "a long question that both ask " * 10
    await ask(engine, text, 1)
    await ask(engine, text, 2)
    await spill(engine)

    await engine.keep_only(frozenset({2}))

    assert spilled_owners(spills_dir) == {2}
    await engine.unload()
    await engine.load(str(endless_path), print)
    assert (await ask(engine, text, 2)).stats.prefilled_tokens == 1

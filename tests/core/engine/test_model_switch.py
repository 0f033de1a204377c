"""A switch of model: the old one stays whole, or comes back, or the new one is there."""

import asyncio
import shutil
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import mlx.core as mx
import pytest

from seeshell.core.demo import MODEL_PATH
from seeshell.core.engine import loading
from seeshell.core.engine.engine import AnswerEnd, PromptMessage
from seeshell.core.engine.limits import Limits
from seeshell.core.engine.mlx_engine import MlxEngine
from seeshell.core.errors import ModelTooLarge, ModelUnsupported
from seeshell.core.generation_options import GenerationOptions
from seeshell.core.models.known_reuse import read_known
from seeshell.core.models.sources import find_model

from ...patience import PATIENCE
from .endless import write_endless

SHORT = GenerationOptions(temperature=0.0, max_tokens=3)
QUESTION = (PromptMessage.of("user", "What is in the picture? " * 8),)

Start = Callable[..., Any]


@pytest.fixture
def needed_bytes(endless_path: Path) -> int:
    """What the weights of both models take."""
    return sum(find_model(it, print).needed_bytes for it in ("demo", str(endless_path)))


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Makes an engine whose demo has answered once."""
    engines: list[MlxEngine] = []

    async def start(memory_bytes: int) -> MlxEngine:
        limits = Limits(1280, 10_000_000, memory_bytes, kv_bytes=10**6)
        engine = MlxEngine(limits, spills_dir=tmp_path / "spills")
        engines.append(engine)
        await engine.load("demo", print)
        await answer(engine)
        return engine

    yield start
    for engine in engines:
        await engine.close()


async def answer(engine: MlxEngine) -> AnswerEnd:
    async def collect() -> AnswerEnd:
        events = [event async for event in engine.answer(QUESTION, SHORT, conversation=1)]
        assert isinstance(events[-1], AnswerEnd)
        return events[-1]

    return await asyncio.wait_for(collect(), PATIENCE)


def broken_copy(folder: Path) -> Path:
    """A model that passes every check but has a weight too few."""
    shutil.copytree(MODEL_PATH, folder)
    weights = mx.load(str(folder / "model.safetensors"))
    mx.eval(weights)
    weights.popitem()
    mx.save_safetensors(str(folder / "model.safetensors"), weights)
    return folder


def watch_loads(monkeypatch: pytest.MonkeyPatch, engine: MlxEngine) -> list[bool]:
    """Returns a list that tells of each checkpoint whether another was held while it was loaded."""
    held: list[bool] = []
    load = loading.load_checkpoint

    def load_and_look(files: Any) -> Any:
        held.append(engine.slot.resident is not None)
        return load(files)

    monkeypatch.setattr(loading, "load_checkpoint", load_and_look)
    return held


@pytest.mark.parametrize("has_room", [True, False])
async def test_the_old_model_is_freed_first_only_where_both_do_not_fit(
    start: Start,
    needed_bytes: int,
    endless_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    has_room: bool,
) -> None:
    engine = await start(2 * needed_bytes if has_room else needed_bytes)
    held = watch_loads(monkeypatch, engine)

    await engine.load(str(endless_path), print)

    assert held == [has_room]
    assert engine.model.source == str(endless_path)
    assert (await answer(engine)).finish_reason == "length"


async def test_the_kv_of_the_old_model_counts(
    start: Start, needed_bytes: int, endless_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = await start(needed_bytes + 1000)
    assert engine.kv_cache_bytes > 1000
    held = watch_loads(monkeypatch, engine)

    await engine.load(str(endless_path), print)

    assert held == [False]


@pytest.mark.parametrize("has_room", [True, False])
async def test_a_broken_model_leaves_the_old_one_with_its_kv(
    start: Start, needed_bytes: int, tmp_path: Path, has_room: bool
) -> None:
    engine = await start(2 * needed_bytes if has_room else needed_bytes * 3 // 4)
    before = engine.model

    with pytest.raises(ModelUnsupported, match="can't be loaded"):
        await engine.load(str(broken_copy(tmp_path / "broken")), print)

    assert engine.model == before
    assert (await answer(engine)).stats.prefilled_tokens == 1


async def test_a_model_too_large_for_the_memory_touches_nothing(
    start: Start, needed_bytes: int, tmp_path: Path
) -> None:
    engine = await start(2 * needed_bytes)
    resident = engine.slot.resident
    folder = Path(shutil.copytree(MODEL_PATH, tmp_path / "large"))
    more = mx.zeros(needed_bytes, dtype=mx.uint32)
    mx.save_safetensors(str(folder / "more.safetensors"), {"more": more})

    with pytest.raises(ModelTooLarge, match=r"needs \d.* and a model can have \d"):
        await engine.load(str(folder), print)

    assert engine.slot.resident is resident


@pytest.mark.parametrize("has_room", [True, False])
async def test_a_load_that_is_given_up_leaves_the_old_model_with_its_kv(
    start: Start,
    needed_bytes: int,
    endless_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    has_room: bool,
) -> None:
    engine = await start(2 * needed_bytes if has_room else needed_bytes)
    loads, may_go_on = threading.Event(), threading.Event()
    load = loading.load_checkpoint

    def wait_and_load(files: Any) -> Any:
        loads.set()
        assert may_go_on.wait(PATIENCE)
        return load(files)

    monkeypatch.setattr(loading, "load_checkpoint", wait_and_load)
    loading_task = asyncio.ensure_future(engine.load(str(endless_path), print))
    assert await asyncio.to_thread(loads.wait, PATIENCE)
    loading_task.cancel()
    await asyncio.wait([loading_task])
    may_go_on.set()

    assert (await answer(engine)).stats.prefilled_tokens == 1
    assert engine.model.source == "demo"


async def test_a_model_that_is_there_is_not_loaded_again(
    start: Start, needed_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = await start(needed_bytes)
    resident, loads = engine.slot.resident, watch_loads(monkeypatch, engine)

    model = await engine.load("demo", print)

    assert model == engine.model
    assert (engine.slot.resident, loads) == (resident, [])


async def test_what_a_load_shows_of_a_model_is_kept_for_lists(tmp_path: Path) -> None:
    engine = MlxEngine(Limits(1280, 10_000_000, 2**30), known_dir=tmp_path)
    model = await engine.load("demo", print)
    await engine.close()
    (known,) = read_known(tmp_path).values()
    assert (known.reuse, known.reason, known.source) == ("full", "", "demo")
    assert known.loaded_bytes == model.weights_bytes
    assert known.kv_token_bytes > 0
    assert model.reuse == "full"


async def test_a_model_is_loaded_where_nothing_can_be_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    engine = MlxEngine(Limits(1280, 10_000_000, 2**30), known_dir=tmp_path / "file")
    assert (await engine.load("demo", print)).name
    await engine.close()


@pytest.mark.parametrize(("head_dim", "is_told"), [(32, False), (48, True)])
async def test_it_is_told_where_a_kv_cache_is_not_quantised(
    tmp_path: Path, head_dim: int, is_told: bool
) -> None:
    third = head_dim // 6
    sections = [head_dim // 2 - 2 * third, third, third]
    rope = {"mrope_interleaved": True, "mrope_section": sections, "rope_type": "default"}
    write_endless(tmp_path, text={"head_dim": head_dim, "rope_scaling": rope})
    engine = MlxEngine(Limits(1280, 10_000_000, 2**30, kv_bits=8))
    model = await engine.load(str(tmp_path), print)
    assert ("kv_bits" in model.notice) == is_told
    await engine.close()

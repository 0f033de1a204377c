"""Adapters through the engine: switched in mid-chat, spilled apart, refused without a trace."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from seeshell.core.engine import loading
from seeshell.core.engine.engine import AnswerEnd, PromptMessage, TextDelta
from seeshell.core.engine.limits import Limits
from seeshell.core.engine.loading import Checkpoint
from seeshell.core.engine.mlx_engine import MlxEngine
from seeshell.core.errors import ModelError
from seeshell.core.generation_options import GenerationOptions

from ....patience import PATIENCE
from .writing import linear_layers, matrices, write_mlx

GREEDY = GenerationOptions(temperature=0.0, max_tokens=12)
FIRST = PromptMessage.of("user", "Which colours and shapes do you know? " * 4)


@pytest.fixture
def folder(tmp_path: Path, demo: Checkpoint) -> str:
    return str(write_mlx(tmp_path / "lora", matrices(linear_layers(demo))))


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[MlxEngine]:
    engine = make_engine(tmp_path)
    yield engine
    await engine.close()


def make_engine(tmp_path: Path) -> MlxEngine:
    return MlxEngine(Limits(1280, 10_000_000), spills_dir=tmp_path / "spills")


async def answer(engine: MlxEngine, *messages: PromptMessage) -> tuple[str, Any]:
    """The text and the figures of an answer."""

    async def collect() -> tuple[str, Any]:
        text = ""
        async for event in engine.answer(messages, GREEDY, conversation=1):
            match event:
                case TextDelta(more):
                    text += more
                case AnswerEnd(stats=stats):
                    return text, stats
        raise AssertionError("The answer has no end.")

    return await asyncio.wait_for(collect(), PATIENCE)


async def test_it_is_switched_in_mid_chat_without_loading_the_model_again(
    engine: MlxEngine, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = await engine.load("demo", print)
    text, _ = await answer(engine, FIRST)
    monkeypatch.delattr(loading, "load_checkpoint")
    chat = (FIRST, PromptMessage.of("assistant", text), PromptMessage.of("user", "And more?"))

    worn = await engine.load("demo", print, adapter=folder)
    changed, changed_stats = await answer(engine, *chat)
    await engine.load("demo", print)
    follow_up, stats = await answer(engine, *chat)

    assert (base.adapter, worn.adapter) == ("", folder)
    assert changed != follow_up
    assert changed_stats.reused_tokens == 0
    # Its own KV, of the first turn, was there still.
    assert stats.reused_tokens > stats.prefilled_tokens
    assert engine.model == base


async def test_a_restart_finds_the_kv_of_each_adapter_and_no_other(
    tmp_path: Path, folder: str
) -> None:
    before = {}
    engine = make_engine(tmp_path)
    for adapter in ("", folder):
        await engine.load("demo", print, adapter=adapter)
        before[adapter], _ = await answer(engine, FIRST)
    await engine.close()

    engine = make_engine(tmp_path)
    try:
        for adapter in (folder, ""):
            await engine.load("demo", print, adapter=adapter)
            text, stats = await answer(engine, FIRST)
            assert text == before[adapter]
            assert stats.prefilled_tokens == 1
    finally:
        await engine.close()


async def test_one_that_does_not_fit_leaves_the_model_with_the_one_that_it_has(
    engine: MlxEngine, folder: str, tmp_path: Path, endless: Checkpoint
) -> None:
    foreign = write_mlx(tmp_path / "foreign", matrices(linear_layers(endless)))
    await engine.load("demo", print, adapter=folder)
    text, _ = await answer(engine, FIRST)

    with pytest.raises(ModelError, match="foreign was made for another model"):
        await engine.load("demo", print, adapter=str(foreign))
    with pytest.raises(ModelError, match="There is no folder"):
        await engine.load("demo", print, adapter=f"{folder}-gone")

    assert engine.model.adapter == folder
    again, stats = await answer(engine, FIRST)
    assert again == text
    assert stats.prefilled_tokens == 1


async def test_one_that_does_not_fit_a_new_model_leaves_the_old_one(
    engine: MlxEngine, folder: str, endless_path: Path
) -> None:
    before = await engine.load("demo", print, adapter=folder)
    with pytest.raises(ModelError, match="was made for another model"):
        await engine.load(str(endless_path), print, adapter=folder)
    assert engine.model == before

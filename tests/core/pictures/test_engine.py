"""The engine's thread gets its pixels from the workers, and hears a stop while it waits."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from seeshell.core.engine.engine import (
    AnswerEnd,
    PromptImage,
    PromptMessage,
    TextDelta,
)
from seeshell.core.engine.limits import Limits
from seeshell.core.engine.mlx_engine import MlxEngine
from seeshell.core.generation_options import GenerationOptions
from seeshell.core.images import hash_file
from seeshell.core.pictures.waiting import WaitingReader
from seeshell.core.pictures.workers import PictureWorkers

from ...patience import PATIENCE

SOON = 8.0
"""Seconds on a machine that is busy with other tests; decoding the picture takes far more."""

GREEDY = GenerationOptions(temperature=0.0, max_tokens=20)


@pytest.fixture
async def engine(workers: PictureWorkers) -> AsyncIterator[MlxEngine]:
    read = WaitingReader(workers, asyncio.get_running_loop())
    engine = MlxEngine(Limits(1280, 200_000_000, 2**30), read_pixels=read)
    await engine.load("demo", print)
    yield engine
    await engine.close()


def ask_about(*paths: Path, text: str = "What is in the picture?") -> tuple[PromptMessage, ...]:
    images = tuple(PromptImage(path, hash_file(path), path.name) for path in paths)
    return (PromptMessage.of("user", text, images),)


async def answer(engine: MlxEngine, prompt: tuple[PromptMessage, ...]) -> tuple[str, AnswerEnd]:
    text, end = "", None
    async for event in engine.answer(prompt, GREEDY, conversation=1):
        if isinstance(event, TextDelta):
            text += event.text
        elif isinstance(event, AnswerEnd):
            end = event
    assert end is not None
    return text, end


async def wait_until_busy(workers: PictureWorkers) -> None:
    async with asyncio.timeout(PATIENCE):
        while not workers._busy:  # noqa: ASYNC110 - nothing tells when
            await asyncio.sleep(0.01)


async def test_answers_are_those_of_an_engine_that_decodes_itself(
    engine: MlxEngine, picture: Path, samples: Path
) -> None:
    prompt = ask_about(picture, samples / "green-star.png")
    itself = MlxEngine(Limits(1280, 200_000_000, 2**30))
    await itself.load("demo", print)
    expected, cold = await answer(itself, prompt)
    seen = itself.slot.loaded().pictures._known
    await itself.close()
    text, end = await answer(engine, prompt)
    assert text == expected
    assert end.stats.prompt_tokens == cold.stats.prompt_tokens
    # By these hashes KV caches of earlier releases are found again.
    assert engine.slot.loaded().pictures._known == seen


async def test_a_stop_is_heard_while_a_picture_is_decoded(
    engine: MlxEngine, workers: PictureWorkers, scan_bomb: Path, picture: Path
) -> None:
    asking = asyncio.create_task(answer(engine, ask_about(scan_bomb)))
    await wait_until_busy(workers)
    stopped_at = time.monotonic()
    engine.stop()
    _, end = await asking
    assert time.monotonic() - stopped_at < SOON
    assert end.finish_reason == "cancelled"
    text, _ = await answer(engine, ask_about(picture))
    assert "red circle" in text


async def test_work_ahead_gives_way_to_a_turn_while_its_picture_is_decoded(
    engine: MlxEngine, workers: PictureWorkers, scan_bomb: Path, picture: Path
) -> None:
    preparing = asyncio.create_task(engine.prepare(ask_about(scan_bomb), conversation=2))
    await wait_until_busy(workers)
    started_at = time.monotonic()
    text, _ = await answer(engine, ask_about(picture))
    assert "red circle" in text
    assert time.monotonic() - started_at < SOON
    await preparing


async def test_unloading_waits_for_no_picture(
    engine: MlxEngine, workers: PictureWorkers, scan_bomb: Path
) -> None:
    asking = asyncio.create_task(answer(engine, ask_about(scan_bomb)))
    await wait_until_busy(workers)
    started_at = time.monotonic()
    await engine.unload()
    assert time.monotonic() - started_at < SOON
    assert (await asking)[1].finish_reason == "cancelled"

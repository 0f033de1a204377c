"""Answers that are asked for while another one is computed: as rows of a roll are."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from seeshell.core.engine.engine import ROWS, AnswerEnd, PromptImage, PromptMessage, TextDelta
from seeshell.core.engine.limits import Limits
from seeshell.core.engine.mlx_engine import MlxEngine
from seeshell.core.generation_options import GenerationOptions
from seeshell.core.stored_pixels import WantedPixels

from .asking import draw_shape

GREEDY = GenerationOptions(temperature=0.0, max_tokens=40)


@pytest.fixture
def begun() -> list[str]:
    """The pictures whose reading was begun before they were asked for."""
    return []


@pytest.fixture
async def engine(begun: list[str]) -> AsyncIterator[MlxEngine]:
    def note(wanted: WantedPixels) -> None:
        begun.append(wanted.name)

    engine = MlxEngine(Limits(1280, 10_000_000, 2**30), begin_reading=note)
    await engine.load("demo", print)
    yield engine
    await engine.close()


async def answer(engine: MlxEngine, picture: PromptImage) -> tuple[str, AnswerEnd]:
    prompt = (PromptMessage.of("user", "What is in the picture?", (picture,)),)
    events = [event async for event in engine.answer(prompt, GREEDY, conversation=ROWS)]
    assert isinstance(events[-1], AnswerEnd)
    return "".join(it.text for it in events if isinstance(it, TextDelta)), events[-1]


def pictures(folder: Path) -> list[PromptImage]:
    return [draw_shape(folder, "circle", color) for color in ("red", "green", "blue")]


async def test_each_begins_behind_the_one_before_with_its_picture_read_meanwhile(
    engine: MlxEngine, begun: list[str], tmp_path: Path
) -> None:
    drawn = pictures(tmp_path)
    answered = await asyncio.gather(*(answer(engine, it) for it in drawn))
    for color, (text, _) in zip(("red", "green", "blue"), answered, strict=True):
        assert f"{color} circle" in text
    # Of the first nothing is read ahead: it is computed at once.
    assert begun == [it.name for it in drawn[1:]]


async def test_one_that_is_given_up_in_line_computes_nothing(
    engine: MlxEngine, tmp_path: Path
) -> None:
    one, other, last = pictures(tmp_path)
    running = asyncio.create_task(answer(engine, one))
    waiting = asyncio.create_task(answer(engine, other))
    await asyncio.sleep(0)
    waiting.cancel()
    assert "red circle" in (await running)[0]
    assert "blue circle" in (await answer(engine, last))[0]
    assert engine.slot.resident is not None
    assert not engine.slot.resident.pictures.is_known(other)

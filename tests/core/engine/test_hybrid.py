"""A model with recurrent layers, which can not be cut back: its turns against a cold mlx-vlm."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seeshell.core.engine.engine import (
    AnswerEnd,
    PromptImage,
    PromptMessage,
    TextDelta,
)
from seeshell.core.engine.kv.spill_folder import SpillFolder
from seeshell.core.engine.limits import Limits
from seeshell.core.engine.loading import Checkpoint, load_checkpoint
from seeshell.core.engine.mlx_engine import MlxEngine
from seeshell.core.generation_options import GenerationOptions
from seeshell.core.models.sources import find_model

from ...patience import PATIENCE
from .endless import SHAPES, write_endless

GREEDY = GenerationOptions(temperature=0.0, max_tokens=6)
QUESTION = "What is in the picture? " * 6

Draw = Callable[..., PromptImage]


@pytest.fixture(scope="module")
def hybrid_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three layers with a recurrent state and a convolution's, and one with attention."""
    return write_endless(tmp_path_factory.mktemp("hybrid"), **SHAPES["hybrid"])


@pytest.fixture(scope="module")
def hybrid(hybrid_path: Path) -> Checkpoint:
    return load_checkpoint(find_model(str(hybrid_path), print))


@pytest.fixture
def start(make_asker: Any, hybrid: Checkpoint, tmp_path: Path) -> Callable[[], Any]:
    """Makes an engine that finds what the one before has spilled."""
    return lambda: make_asker(hybrid, SpillFolder(tmp_path / "spills", 2**30), block_tokens=16)


def user(text: str, *images: PromptImage) -> PromptMessage:
    return PromptMessage.of("user", text, images)


def assistant(text: str) -> PromptMessage:
    return PromptMessage.of("assistant", text)


def test_every_kind_of_turn_answers_as_a_cold_run_and_reuses_what_it_can(
    start: Any, hybrid: Checkpoint, make_plain: Any, same: Any, draw: Draw
) -> None:
    ask, plain = start(), make_plain(hybrid)

    def turn(*messages: PromptMessage) -> Any:
        answer = ask(*messages, options=GREEDY, conversation=1)
        same(answer, plain(*messages, max_tokens=6))
        return answer

    asked = [user(QUESTION, draw("circle", "red", (160, 96)))]
    first = turn(*asked)
    again = turn(*asked)
    assert again.computed <= 4
    assert again.text == first.text

    follow_up = [*asked, assistant(first.text), user("Why?")]
    second = turn(*follow_up)
    assert second.stats.reused_tokens >= first.stats.prompt_tokens - 4

    with_picture = [
        *follow_up,
        assistant(second.text),
        user("And this?", draw("square", "blue", (96, 160))),
    ]
    ahead = ask.prepare(*with_picture[:-1], user("", *with_picture[-1].images), conversation=1)
    third = turn(*with_picture)
    assert ahead > third.computed
    assert third.stats.reused_tokens >= second.stats.prompt_tokens
    assert third.stats.images_encoded == 0

    edited = [*with_picture[:-1], user("Or this?", *with_picture[-1].images)]
    fourth = turn(*edited)
    assert fourth.computed <= third.computed + 2
    swapped = [*with_picture[:-1], user("And this?", draw("circle", "green", (96, 160)))]
    assert turn(*swapped).stats.reused_tokens >= second.stats.prompt_tokens


def test_a_restart_goes_on_where_it_was_and_where_its_question_began(
    start: Any, hybrid: Checkpoint, make_plain: Any, same: Any, draw: Draw
) -> None:
    ask, plain = start(), make_plain(hybrid)
    asked = [user(QUESTION, draw("circle", "red", (160, 96)))]
    answer = ask(*asked, options=GREEDY, conversation=1)
    ask.resident.spill()

    for messages in (asked, [*asked, assistant(answer.text), user("Why?")]):
        resumed = start()(*messages, options=GREEDY, conversation=1)
        same(resumed, plain(*messages, max_tokens=6))
        assert resumed.stats.reused_tokens >= answer.stats.prompt_tokens - 4
        assert resumed.stats.images_encoded == 0


async def test_the_engine_spills_a_hybrid_model_and_goes_on(
    hybrid_path: Path, tmp_path: Path, draw: Draw
) -> None:
    async def answer(engine: MlxEngine, *messages: PromptMessage) -> tuple[str, AnswerEnd]:
        events = [event async for event in engine.answer(messages, GREEDY, conversation=1)]
        assert isinstance(events[-1], AnswerEnd)
        return "".join(it.text for it in events if isinstance(it, TextDelta)), events[-1]

    asked = user(QUESTION, draw("circle", "red", (160, 96)))
    engine = MlxEngine(Limits(1280, 10_000_000, 2**30), spills_dir=tmp_path / "spills")
    try:
        await engine.load(str(hybrid_path), print)
        text, first = await asyncio.wait_for(answer(engine, asked), PATIENCE)
        await engine.unload()
        await engine.load(str(hybrid_path), print)
        messages = (asked, assistant(text), user("Why?"))
        _, second = await asyncio.wait_for(answer(engine, *messages), PATIENCE)
    finally:
        await engine.close()

    assert second.stats.reused_tokens >= first.stats.prompt_tokens - 4
    assert second.stats.images_encoded == 0

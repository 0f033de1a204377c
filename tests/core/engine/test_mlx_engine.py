"""The engine as the core uses it: on the event loop, its model on a thread of its own."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from seeshell.core.conversation import Attachment
from seeshell.core.engine.engine import (
    AnswerEnd,
    PromptImage,
    PromptMessage,
    TextDelta,
)
from seeshell.core.engine.limits import Limits
from seeshell.core.engine.mlx_engine import MlxEngine
from seeshell.core.engine.prefill_pace import PrefillPace
from seeshell.core.errors import ImageError, ModelError, PromptTooLong, TurnError
from seeshell.core.generation_options import GenerationOptions
from seeshell.core.models.progress import LoadProgress

from ...patience import PATIENCE

FOREVER = GenerationOptions(temperature=0.0, max_tokens=4000)
DEFAULTS = GenerationOptions()

Draw = Callable[..., PromptImage]


@pytest.fixture
async def engine() -> AsyncIterator[MlxEngine]:
    engine = MlxEngine(Limits(1280, 10_000_000, 2**30))
    await engine.load("demo", print)
    yield engine
    await engine.close()


@pytest.fixture
async def endless_engine(endless_path: Path) -> AsyncIterator[MlxEngine]:
    engine = MlxEngine(Limits(1280, 10_000_000, 2**30))
    await engine.load(str(endless_path), print)
    yield engine
    await engine.close()


def user(text: str, *images: PromptImage) -> PromptMessage:
    return PromptMessage.of("user", text, images)


def reply(text: str) -> PromptMessage:
    return PromptMessage.of("assistant", text)


def held_tokens(engine: MlxEngine) -> int:
    """Returns how many tokens the engine's longest branch holds."""
    assert engine.slot.resident is not None
    return max(len(branch.tokens) for branch in engine.slot.resident.pool.branches)


async def ask(
    engine: MlxEngine, *messages: PromptMessage, options: GenerationOptions = DEFAULTS
) -> tuple[str, AnswerEnd]:
    async def collect() -> tuple[str, AnswerEnd]:
        events = [event async for event in engine.answer(messages, options)]
        text = "".join(event.text for event in events if isinstance(event, TextDelta))
        assert isinstance(events[-1], AnswerEnd)
        assert not any(isinstance(event, AnswerEnd) for event in events[:-1])
        return text, events[-1]

    return await asyncio.wait_for(collect(), PATIENCE)


async def test_a_picture_is_talked_about_over_two_turns(engine: MlxEngine, draw: Draw) -> None:
    first = user("What is in the picture?", draw("square", "blue"))
    text, end = await ask(engine, first)
    assert "blue square" in text

    second, follow_up = await ask(
        engine, first, PromptMessage.of("assistant", text), user("What color is it?")
    )

    assert "blue" in second
    assert follow_up.stats.reused_tokens == end.stats.prompt_tokens + end.stats.generated_tokens
    assert follow_up.stats.ttft > 0
    assert follow_up.stats.prompt_tps > 0
    assert follow_up.stats.generation_tps > 0
    assert follow_up.stats.peak_bytes > engine.model.weights_bytes


async def test_loading_says_what_the_model_is_and_holds(endless_path: Path) -> None:
    engine = MlxEngine(Limits(1280, 10_000_000))
    assert engine.model is None
    assert engine.active_bytes == 0
    stages: list[LoadProgress] = []

    model = await engine.load("demo", stages.append)

    assert model == engine.model
    assert (model.name, model.source) == ("demo", "demo")
    assert model.notice
    assert model.context_length > 1000
    assert [step.stage for step in stages] == ["loading the weights", "ready"]
    assert engine.active_bytes == model.weights_bytes > 0
    await engine.unload()
    assert engine.model is None
    assert engine.active_bytes == 0
    with pytest.raises(TurnError, match="No model is loaded"):
        await ask(engine, user("hello"))
    await engine.load(str(endless_path), stages.append)
    assert (await ask(engine, user("hello"), options=GenerationOptions(max_tokens=3)))[0]
    await engine.close()


@pytest.mark.parametrize("source", ["/no/such/folder", "{broken}"])
async def test_a_model_that_can_not_be_loaded_leaves_the_one_before(
    engine: MlxEngine, tmp_path: Path, draw: Draw, source: str
) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "qwen3_vl"}')
    before = engine.model

    with pytest.raises(ModelError):
        await engine.load(source.replace("{broken}", str(tmp_path)), print)

    assert engine.model == before
    text, _ = await ask(engine, user("What is in the picture?", draw("circle", "red")))
    assert "red circle" in text


async def test_a_load_that_was_given_up_leaves_the_model_before(
    engine: MlxEngine, endless_path: Path
) -> None:
    loading = asyncio.ensure_future(engine.load(str(endless_path), lambda _: loading.cancel()))
    await asyncio.wait([loading])

    text, _ = await ask(engine, user("hello"), options=GenerationOptions(max_tokens=3))

    assert loading.cancelled()
    assert engine.model is not None
    assert engine.model.name == "demo"
    assert text


async def test_stop_ends_an_answer_that_would_go_on(endless_engine: MlxEngine) -> None:
    text = ""
    async for event in endless_engine.answer((user("go on"),), FOREVER):
        if isinstance(event, TextDelta):
            text += event.text
            endless_engine.stop()

    assert isinstance(event, AnswerEnd)
    assert event.finish_reason == "cancelled"
    assert 0 < event.stats.generated_tokens < 3000
    messages = (user("go on"), PromptMessage.of("assistant", text), user("again"))
    _, end = await ask(endless_engine, *messages, options=GenerationOptions(max_tokens=3))
    assert end.stats.reused_tokens > 3


async def test_closing_the_generator_stops_the_work(endless_engine: MlxEngine) -> None:
    events: Any = endless_engine.answer((user("go on"),), FOREVER)
    async for event in events:
        if isinstance(event, TextDelta):
            break
    await events.aclose()

    _, end = await ask(endless_engine, user("go on"), options=GenerationOptions(max_tokens=3))

    assert end.finish_reason == "length"
    assert held_tokens(endless_engine) < FOREVER.max_tokens


async def test_cancelling_the_reader_stops_the_work(endless_engine: MlxEngine) -> None:
    started = asyncio.Event()

    async def read() -> None:
        async for event in endless_engine.answer((user("go on"),), FOREVER):
            if isinstance(event, TextDelta):
                started.set()

    reading = asyncio.ensure_future(read())
    await asyncio.wait_for(started.wait(), PATIENCE)
    reading.cancel()
    await asyncio.wait([reading])

    await ask(endless_engine, user("go on"), options=GenerationOptions(max_tokens=3))
    assert held_tokens(endless_engine) < FOREVER.max_tokens


async def test_unloading_stops_the_answer(endless_engine: MlxEngine) -> None:
    async for event in endless_engine.answer((user("go on"),), FOREVER):
        if isinstance(event, TextDelta) and endless_engine.model:
            await endless_engine.unload()

    assert isinstance(event, AnswerEnd)
    assert event.finish_reason == "cancelled"


async def test_the_loop_runs_while_an_answer_is_computed(endless_engine: MlxEngine) -> None:
    """Each step waits for the loop, which would wait for the step if it computed by itself."""
    family = endless_engine.slot.resident.family
    loop, step = asyncio.get_running_loop(), family.step
    has_turned = threading.Event()

    def step_after_the_loop(*arguments: Any) -> Any:
        has_turned.clear()
        loop.call_soon_threadsafe(has_turned.set)
        assert has_turned.wait(PATIENCE)
        return step(*arguments)

    family.step = step_after_the_loop

    _, end = await ask(endless_engine, user("go on"), options=GenerationOptions(max_tokens=20))

    assert end.stats.generated_tokens == 20


async def test_a_failed_turn_is_an_error_and_the_next_one_works(
    engine: MlxEngine, draw: Draw
) -> None:
    with pytest.raises(PromptTooLong):
        await ask(engine, user("circle " * 5000))
    missing = PromptImage(Path("/no/such.png"), "00", "such.png")
    with pytest.raises(ImageError):
        await ask(engine, user("What is in the picture?", missing))

    text, _ = await ask(engine, user("What is in the picture?", draw("circle", "red")))
    assert "red circle" in text


async def test_an_answer_interrupts_work_ahead_and_goes_on_from_it(
    endless_engine: MlxEngine, draw: Draw
) -> None:
    resident = endless_engine.slot.resident
    resident.pace = PrefillPace(16, 16, 16)
    seen: list[int] = []
    computed = asyncio.Event()
    loop = asyncio.get_running_loop()
    extend = resident.family.extend

    def extend_and_tell(chunk: Any, layers: Any) -> Any:
        seen.append(len(chunk.tokens))
        loop.call_soon_threadsafe(computed.set)
        return extend(chunk, layers)

    resident.family.extend = extend_and_tell
    long = user("word " * 700)
    preparing = asyncio.ensure_future(endless_engine.prepare((long, reply("yes"), user(""))))
    await asyncio.wait_for(computed.wait(), PATIENCE)

    _, end = await ask(endless_engine, user("quick"), options=GenerationOptions(max_tokens=1))
    chunks_before = len(seen) - 1
    await asyncio.wait_for(preparing, PATIENCE)

    assert end.finish_reason == "length"
    assert 16 * chunks_before < 700
    _, long_end = await ask(endless_engine, long, options=GenerationOptions(max_tokens=1))
    assert long_end.stats.reused_tokens >= 16 * chunks_before


async def test_a_newer_wish_replaces_the_one_before(endless_engine: MlxEngine, draw: Draw) -> None:
    older = user("", draw("circle", size=(160, 160)))
    newer = user("", draw("square", size=(160, 160)))

    await asyncio.gather(endless_engine.prepare((older,)), endless_engine.prepare((newer,)))

    question = user("what?", *newer.images)
    _, end = await ask(endless_engine, question, options=GenerationOptions(max_tokens=1))
    assert (end.stats.images_encoded, end.stats.images_reused) == (0, 1)
    assert len(endless_engine.slot.resident.pictures._features) == 1


async def test_cancelled_work_ahead_ends_and_the_next_answer_works(
    endless_engine: MlxEngine,
) -> None:
    messages = (user("word " * 700), reply("yes"), user(""))
    preparing = asyncio.ensure_future(endless_engine.prepare(messages))
    await asyncio.sleep(0)
    preparing.cancel()
    await asyncio.wait([preparing])

    _, end = await ask(endless_engine, user("quick"), options=GenerationOptions(max_tokens=1))

    assert end.finish_reason == "length"
    assert held_tokens(endless_engine) < 700


async def test_what_was_forgotten_is_computed_again_without_a_reason(
    engine: MlxEngine, draw: Draw
) -> None:
    question = user("What is in the picture?", draw())
    assert (await answer_in(engine, 1, question)).stats.reused_tokens == 0
    assert (await answer_in(engine, 1, question)).stats.prefilled_tokens == 1

    await engine.forget(1)

    again = await answer_in(engine, 1, question)
    assert again.stats.reused_tokens == 0
    assert again.stats.recomputed == ""


async def test_a_model_that_was_loaded_anew_is_the_reason(engine: MlxEngine, draw: Draw) -> None:
    question = user("What is in the picture?", draw())
    await answer_in(engine, 1, question)
    await engine.unload()
    await engine.load("demo", print)

    again = await answer_in(engine, 1, question)

    assert again.stats.recomputed == "the model was loaded anew"


async def test_another_model_has_nothing_of_what_the_one_before_computed(
    engine: MlxEngine, endless_path: Path, draw: Draw
) -> None:
    question = user("What is in the picture?", draw())
    await answer_in(engine, 1, question)
    await engine.load(str(endless_path), print)

    elsewhere = await answer_in(engine, 2, user("What is in the picture?"))
    going_on = await answer_in(engine, 1, question)

    assert (elsewhere.stats.recomputed, going_on.stats.recomputed) == ("", "the model changed")


async def answer_in(engine: MlxEngine, conversation: int, *messages: PromptMessage) -> AnswerEnd:
    events = [event async for event in engine.answer(messages, DEFAULTS, conversation=conversation)]
    end = events[-1]
    assert isinstance(end, AnswerEnd)
    return end


@pytest.mark.parametrize(
    ("size", "expected"),
    [((4032, 3024), (576, 416, 234)), ((64, 64), (64, 64, 4)), ((30, 90), (32, 96, 3))],
)
async def test_measuring_needs_no_file(
    endless_engine: MlxEngine, size: tuple[int, int], expected: tuple[int, int, int]
) -> None:
    measured = await endless_engine.measure(Attachment("00", "photo.jpg", *size))

    assert (measured.model_width, measured.model_height, measured.tokens) == expected


async def test_measured_sizes_are_those_that_are_computed(
    endless_engine: MlxEngine, draw: Draw
) -> None:
    others, one_token = set(), GenerationOptions(max_tokens=1)
    for size in ((640, 480), (33, 500), (100, 100)):
        image = draw(size=size)
        measured = await endless_engine.measure(Attachment("00", image.name, *size))
        _, end = await ask(endless_engine, user("a", image), options=one_token)
        others.add(end.stats.prompt_tokens - measured.tokens)

    assert len(others) == 1


@pytest.mark.parametrize("size", [(4032, 3024), (20, 20), (90, 40), (200, 10)])
async def test_the_pixel_budget_bounds_a_picture(endless_path: Path, size: tuple[int, int]) -> None:
    engine = MlxEngine(Limits(20, 100_000_000))
    unmeasured = Attachment("00", "photo.jpg", *size)
    assert await engine.measure(unmeasured) == unmeasured
    await engine.load(str(endless_path), print)

    measured = await engine.measure(unmeasured)

    assert 1 <= measured.tokens <= 20
    assert measured.model_width * measured.model_height == measured.tokens * 32 * 32
    await engine.close()


async def test_a_picture_too_narrow_for_the_model_is_refused(engine: MlxEngine) -> None:
    with pytest.raises(ImageError, match=r"strip\.png has 3000x4 pixels.*crop it"):
        await engine.measure(Attachment("00", "strip.png", 3000, 4))


async def test_closing_ends_the_thread_even_where_it_is_given_up(endless_path: Path) -> None:
    before = set(threading.enumerate())
    engine = MlxEngine(Limits(1280, 10_000_000))
    await engine.load(str(endless_path), print)
    closing = asyncio.create_task(engine.close())
    await asyncio.sleep(0)
    closing.cancel()

    with pytest.raises(asyncio.CancelledError):
        await closing

    for thread in set(threading.enumerate()) - before:
        if thread.name.startswith("mlx"):
            await asyncio.to_thread(thread.join, PATIENCE)
            assert not thread.is_alive()


def test_importing_the_engine_imports_no_mlx() -> None:
    program = (
        "import sys; import seeshell.core.engine.mlx_engine; "
        "assert not {'mlx', 'mlx_vlm', 'transformers', 'numpy'} & set(sys.modules), sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=PATIENCE)

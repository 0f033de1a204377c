"""KV that leaves the memory and comes back: on the demo model, against mlx-vlm from nothing."""

import asyncio
import resource
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seeshell.core.engine.engine import (
    AnswerEnd,
    PromptImage,
    PromptMessage,
    TextDelta,
)
from seeshell.core.engine.kv.prefix import TokenRun, common_length
from seeshell.core.engine.kv.spill_folder import SpillFolder
from seeshell.core.engine.kv.tensor_file import read_tensor
from seeshell.core.engine.limits import Limits
from seeshell.core.engine.mlx_engine import MlxEngine
from seeshell.core.engine.prefill_ahead import PrefillAhead
from seeshell.core.engine.stop_signal import StopSignal
from seeshell.core.engine.turn import Turn
from seeshell.core.generation_options import GenerationOptions

from ....patience import PATIENCE

GREEDY = GenerationOptions(temperature=0.0, max_tokens=12)
BLOCK_TOKENS = 16

Draw = Callable[..., PromptImage]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "spills"


@pytest.fixture
def start(make_asker: Any, path: Path) -> Callable[..., Any]:
    """Makes an engine that finds what the one before has spilled."""

    def start(checkpoint: Any, limit_bytes: int = 2**30, **limits: int) -> Any:
        # Small blocks, so that conversations of a test take several.
        limits = {"block_tokens": BLOCK_TOKENS} | limits
        return make_asker(checkpoint, SpillFolder(path, limit_bytes), **limits)

    return start


def spilled(path: Path) -> list[str]:
    """Names of the files of tensors."""
    return [file.name for file in path.glob("*.safetensors")]


def user(text: str, *images: PromptImage) -> PromptMessage:
    return PromptMessage.of("user", text, images)


def assistant(text: str) -> PromptMessage:
    return PromptMessage.of("assistant", text)


def talk(ask: Any, *questions: PromptMessage, conversation: int = 1) -> list[PromptMessage]:
    """Asks one question after the other and returns the conversation."""
    messages: list[PromptMessage] = []
    for question in questions:
        messages.append(question)
        answer = ask(*messages, options=GREEDY, conversation=conversation)
        messages.append(assistant(answer.text))
    return messages


def test_a_conversation_of_yesterday_prefills_only_its_new_tokens(
    start: Any, demo: Any, plain: Any, same: Any, draw: Draw
) -> None:
    ask = start(demo)
    pictures = draw("circle", "red"), draw("square", "blue", (96, 64))
    messages = talk(ask, user("What is in the picture?", pictures[0]), user("And?", pictures[1]))
    held = len(ask.resident.pool.branches[-1].tokens)
    ask.resident.spill()

    again = [*messages, user("What color is it?")]
    answer = start(demo)(*again, conversation=1)

    same(answer, plain(*again))
    assert answer.stats.reused_tokens == held
    assert answer.computed == answer.stats.prompt_tokens - held
    assert answer.stats.images_encoded == 0


def test_a_picture_of_yesterday_is_not_opened_again(
    start: Any, demo: Any, plain: Any, same: Any, draw: Draw
) -> None:
    ask = start(demo)
    picture = draw("circle", "red")
    messages = talk(ask, user("What is in the picture?", picture))
    ask.resident.spill()
    again = [*messages, user("What color is it?")]
    cold = plain(*again)
    picture.path.unlink()

    answer = start(demo)(*again, conversation=1)

    same(answer, cold)
    assert answer.stats.images_reused == 1


def test_every_prefix_of_a_spill_answers_as_a_cold_run(
    start: Any, endless: Any, plain_endless: Any, same: Any, draw: Draw
) -> None:
    ask = start(endless)
    pictures = draw("circle", "red", (160, 96)), draw("square", "blue", (64, 160))
    messages = talk(
        ask, user("What?", pictures[0]), user("And that one?", pictures[1]), user("Why?")
    )
    ask.resident.spill()

    for index in (0, 2, 4):
        edited = [*messages[:index], user("Something else", *messages[index].images)]
        answer = start(endless)(*edited, options=GREEDY, conversation=1)

        same(answer, plain_endless(*edited, max_tokens=12))
        assert answer.stats.reused_tokens > 0


def test_two_pictures_of_the_same_size_are_told_apart_after_a_restart(
    start: Any, demo: Any, plain: Any, same: Any, draw: Draw
) -> None:
    ask = start(demo)
    talk(ask, user("What is in the picture?", draw("circle", "red")))
    ask.resident.spill()

    swapped = user("What is in the picture?", draw("square", "blue"))
    answer = start(demo)(swapped, conversation=1)

    same(answer, plain(swapped))
    assert "blue square" in answer.text


def test_an_evicted_conversation_is_read_again_and_answers_as_before(
    start: Any, demo: Any, plain: Any, same: Any, draw: Draw, path: Path
) -> None:
    kv_bytes = 500 * start(demo).resident.pool.token_bytes
    ask = start(demo, kv_bytes=kv_bytes)
    first = talk(ask, user("What is in the picture?", draw("circle", "red")), conversation=1)
    held = len(ask.resident.pool.branches[-1].tokens)
    talk(ask, user("What else is there? " * 8), conversation=2)
    ask.resident.pool.shrink_to_budget()
    assert ask.resident.pool.nbytes <= kv_bytes
    assert [branch.owner for branch in ask.resident.pool.branches] == [2]

    again = [*first, user("What color is it?")]
    answer = ask(*again, conversation=1)

    same(answer, plain(*again))
    assert answer.stats.reused_tokens == held
    assert list(path.iterdir())


def test_what_memory_holds_is_extended_by_what_the_disk_holds(
    start: Any, demo: Any, plain: Any, same: Any
) -> None:
    ask = start(demo)
    messages = talk(ask, user("What is it?"), user("And then?"))
    held = len(ask.resident.pool.branches[-1].tokens)
    ask.resident.spill()
    ask = start(demo)
    ask(messages[0], conversation=1, options=GenerationOptions(temperature=0.0, max_tokens=2))

    again = [*messages, user("Why?")]
    answer = ask(*again, conversation=1)

    same(answer, plain(*again))
    assert answer.stats.reused_tokens == held


@pytest.mark.parametrize("damaged", [0, 1, -1])
def test_a_damaged_spill_is_computed_again_from_there(
    start: Any, demo: Any, plain: Any, same: Any, draw: Draw, path: Path, damaged: int
) -> None:
    ask = start(demo)
    messages = talk(ask, user("What is in the picture?", draw("circle", "red", (320, 320))))
    held = len(ask.resident.pool.branches[-1].tokens)
    ask.resident.spill()
    blocks = ask.resident.pool.spills.find(ask.resident.pool.branches[-1].run).blocks
    file = ask.resident.pool.spills.path(blocks[damaged])
    content = bytearray(file.read_bytes())
    content[-5] ^= 64
    file.write_bytes(content)

    again = [*messages, user("What color is it?")]
    answer = start(demo)(*again, conversation=1)

    same(answer, plain(*again))
    assert answer.stats.reused_tokens == blocks[damaged].start < held
    assert not file.exists()


def test_tensors_that_are_gone_leave_the_branch_as_it_was(
    start: Any, demo: Any, plain: Any, same: Any, path: Path
) -> None:
    ask = start(demo)
    messages = talk(ask, user("Hello"), user("What can you do?"))
    ask.resident.spill()
    ask = start(demo)
    for file in path.glob("*.safetensors"):
        file.unlink()

    again = [*messages, user("What color is it?")]
    answer = ask(*again, conversation=1)

    same(answer, plain(*again))
    assert answer.stats.reused_tokens == 0
    assert list(path.iterdir()) == []


def test_a_full_disk_is_no_error(start: Any, demo: Any, plain: Any, same: Any, path: Path) -> None:
    ask = start(demo)
    messages = talk(ask, user("Hello"))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, before[1]))
    try:
        ask.resident.spill()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    again = [*messages, user("What color is it?")]
    answer = ask(*again, conversation=1)

    assert list(path.iterdir()) == []
    same(answer, plain(*again))
    assert answer.stats.reused_tokens > 0


def test_forgetting_a_conversation_deletes_its_spills_and_no_others(
    start: Any, demo: Any, path: Path
) -> None:
    ask = start(demo)
    one = talk(ask, user("Hello"), conversation=1)
    two = talk(ask, user("Something quite different from that"), conversation=2)
    ask.resident.spill()

    ask.resident.pool.drop_conversation(1)

    assert [branch.owner for branch in ask.resident.pool.branches] == [2]
    ask = start(demo)
    assert ask(*two, user("Go on"), conversation=2).stats.reused_tokens > BLOCK_TOKENS
    ask = start(demo)
    assert ask(*one, user("Go on"), conversation=1).stats.reused_tokens < BLOCK_TOKENS
    ask.resident.pool.drop_conversation(2)
    assert list(path.iterdir()) == []


def test_a_fork_is_not_written_twice(start: Any, endless: Any, path: Path) -> None:
    ask = start(endless)
    messages = talk(ask, user("What is it? " * 10), conversation=1)
    ask.resident.spill()
    before = {file.name for file in path.iterdir()}

    talk_on = [*messages, user("Why?")]
    ask(*talk_on, conversation=2)
    assert sorted(branch.owner for branch in ask.resident.pool.branches) == [1, 2]
    ask.resident.spill()

    one, other = (branch.run for branch in ask.resident.pool.branches)
    shared = common_length(one, other) // BLOCK_TOKENS
    blocks = -(-len(other) // BLOCK_TOKENS)
    assert shared > 2
    assert len({file.name for file in path.iterdir()} - before) == 2 * (blocks - shared)


def test_drafts_and_what_was_never_sent_are_not_spilled(
    start: Any, demo: Any, draw: Draw, path: Path
) -> None:
    ask = start(demo)
    ask.prepare(user("", draw("square", "blue")), conversation=0)
    ask.resident.pool.spill_all()
    assert list(path.iterdir()) == []

    messages = talk(ask, user("Hello"), conversation=1)
    held = len(ask.resident.pool.branches[-1].tokens)
    ask.prepare(*messages, user("", draw("circle", "red")), conversation=1)
    ask.resident.pool.spill_all()

    found = ask.resident.pool.spills.find(ask.resident.pool.branches[-1].run)
    assert held < len(ask.resident.pool.branches[-1].tokens)
    assert found.length <= held


def test_writing_stops_where_the_thread_is_wanted_and_goes_on_later(
    start: Any, endless: Any, path: Path
) -> None:
    ask = start(endless, kv_bytes=10**6, kv_idle_bytes=1)
    talk(ask, user("What is it? " * 12), conversation=1)
    talk(ask, user("Else " * 8), conversation=2)
    pool = ask.resident.pool
    asked: list[None] = []

    def is_wanted() -> bool:
        asked.append(None)
        return len(asked) > 3

    pool.shrink_to_budget(is_wanted)

    assert len(pool.branches) == 2
    assert len(list(path.glob("*.safetensors"))) == 3
    pool.shrink_to_budget()
    assert [branch.owner for branch in pool.branches] == [2]


def on_disk(ask: Any, branch: Any) -> int:
    """Returns how many tokens of a branch can be read back."""
    wanted = TokenRun([*branch.tokens, 0], branch.spans)
    return int(ask.resident.pool.spills.find(wanted).length)


def blocks_of(branch: Any) -> int:
    return -(-len(branch.tokens) // BLOCK_TOKENS)


def talk_about_three(ask: Any) -> None:
    """Has three conversations, one after the other, none of which begins like another."""
    for conversation, word in enumerate(("Apples", "Bears", "Cars"), start=1):
        talk(ask, user(f"{word} {word} {word} " * 6), conversation=conversation)


@pytest.mark.parametrize("whole", [0, 1, 2, 3])
def test_the_newest_conversation_is_written_first_while_there_is_time(
    start: Any, endless: Any, whole: int
) -> None:
    ask = start(endless)
    talk_about_three(ask)
    newest_first = ask.resident.pool.branches[::-1]
    blocks = sum(blocks_of(branch) for branch in newest_first[:whole])
    written = iter(range(blocks))

    ask.resident.spill(lambda: next(written, None) is None)

    lengths = [on_disk(ask, branch) for branch in newest_first]
    assert lengths[:whole] == [len(branch.tokens) for branch in newest_first[:whole]]
    assert all(length < BLOCK_TOKENS for length in lengths[whole:])


def test_the_newest_conversations_are_written_where_the_disk_holds_no_more(
    start: Any, endless: Any, path: Path
) -> None:
    ask = start(endless)
    talk_about_three(ask)
    ask.resident.spill()
    nbytes = sum(file.stat().st_size for file in path.iterdir())
    for file in path.iterdir():
        file.unlink()
    ask = start(endless, limit_bytes=nbytes * 2 // 3)
    talk_about_three(ask)

    ask.resident.spill()

    third, second, first = (on_disk(ask, branch) for branch in ask.resident.pool.branches[::-1])
    assert third == len(ask.resident.pool.branches[-1].tokens)
    assert first < second <= len(ask.resident.pool.branches[-2].tokens)


def test_of_what_was_written_at_the_end_the_oldest_is_deleted_first(
    start: Any, endless: Any, path: Path
) -> None:
    ask = start(endless)
    talk_about_three(ask)
    ask.resident.spill()
    nbytes = sum(file.stat().st_size for file in path.iterdir())

    SpillFolder(path, nbytes // 2)
    after = start(endless)

    first, _, third = (on_disk(after, branch) for branch in ask.resident.pool.branches)
    assert third == len(ask.resident.pool.branches[-1].tokens)
    assert first < BLOCK_TOKENS


@pytest.mark.parametrize(("seconds", "writes"), [(-1.0, False), (PATIENCE, True)])
async def test_closing_writes_while_there_is_time_and_ends(
    path: Path, seconds: float, writes: bool
) -> None:
    engine = MlxEngine(Limits(1280, 10_000_000), spills_dir=path, closing_seconds=seconds)
    await engine.load("demo", print)
    await answer_of(engine, user("Hello"))

    await asyncio.wait_for(engine.close(), PATIENCE)

    assert bool(spilled(path)) == writes


@pytest.mark.parametrize("reads", [0, 1, 9, 30])
@pytest.mark.parametrize("work", ["answer", "prepare"])
def test_reading_a_spill_ends_with_a_stop_and_keeps_what_all_layers_have(
    start: Any,
    endless: Any,
    plain_endless: Any,
    same: Any,
    draw: Draw,
    monkeypatch: pytest.MonkeyPatch,
    reads: int,
    work: str,
) -> None:
    ask = start(endless)
    messages = talk(ask, user("What is it? " * 20, draw("circle", size=(160, 160))))
    held = len(ask.resident.pool.branches[-1].tokens)
    ask.resident.spill()
    ask = start(endless)
    again = (*messages, user("Why?"))
    stop, done = StopSignal(), iter(range(reads))

    def read_and_stop(*arguments: Any) -> Any:
        if next(done, None) is None:
            stop.set()
        return read_tensor(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr("seeshell.core.engine.kv.spill.read_tensor", read_and_stop)
        ends: list[Any] = []
        if work == "answer":
            turn = Turn(ask.resident, GREEDY, time.perf_counter(), ends.append, stop, 1)
            turn.run(again)
            assert ends[-1].finish_reason == "cancelled"
            assert ends[-1].stats.prefilled_tokens == 0
        else:
            PrefillAhead(ask.resident, 1, stop).run(again)

    for branch in ask.resident.pool.branches:
        assert len(branch.tokens) < held
        assert all(layer.offset == len(branch.tokens) for layer in branch.layers)
    same(ask(*again, options=GREEDY, conversation=1), plain_endless(*again, max_tokens=12))


@pytest.mark.parametrize("bits", [8, 4])
def test_quantised_kv_takes_less_memory_and_comes_back_as_it_was(
    start: Any, demo: Any, draw: Draw, bits: int
) -> None:
    exact = start(demo).resident.pool.token_bytes
    ask = start(demo, kv_bits=bits)
    assert ask.resident.pool.token_bytes < exact * {8: 0.6, 4: 0.45}[bits]
    first = user("What is in the picture?", draw("square", "blue"))
    messages = talk(ask, first)
    assert "blue square" in messages[-1].text
    branch = ask.resident.pool.branches[-1]
    capacity = branch.layers[0].keys[0].shape[-2]
    assert branch.nbytes == ask.resident.pool.token_bytes * capacity
    ask.resident.spill()

    again = [*messages, user("What color is it?")]
    warm = ask(*again, conversation=1)
    resumed = start(demo, kv_bits=bits)(*again, conversation=1)

    assert "blue" in warm.text
    assert resumed.tokens == warm.tokens
    assert np.abs(resumed.logits - warm.logits).max() <= 1e-3
    assert resumed.stats.reused_tokens == warm.stats.reused_tokens


@pytest.mark.parametrize("bits", [8, 4])
def test_quantised_branches_are_cut_back_and_forked(start: Any, endless: Any, bits: int) -> None:
    ask = start(endless, kv_bits=bits)
    messages = talk(ask, user("What is it?"), user("And then?"), user("Why?"))
    warm = ask(*messages[:5], options=GREEDY, conversation=1)
    forked = ask(*messages[:2], user("Or else?"), options=GREEDY, conversation=2)

    for answer, prompt in ((warm, messages[:5]), (forked, [*messages[:2], user("Or else?")])):
        assert answer.stats.reused_tokens > BLOCK_TOKENS
        other = start(endless, limit_bytes=0, kv_bits=bits)
        for index in range(1, len(prompt), 2):
            other(*prompt[:index], options=GREEDY, conversation=3)
        again = other(*prompt, options=GREEDY, conversation=3)
        assert again.tokens == answer.tokens


def test_other_bits_are_another_models_spills(start: Any, demo: Any) -> None:
    ask = start(demo)
    messages = talk(ask, user("Hello"))
    ask.resident.spill()

    assert start(demo, kv_bits=8)(*messages, user("Why?"), conversation=1).stats.reused_tokens == 0
    assert start(demo)(*messages, user("Why?"), conversation=1).stats.reused_tokens > 0


@pytest.fixture
async def make_engine(path: Path) -> AsyncIterator[Callable[..., Any]]:
    engines: list[MlxEngine] = []

    async def make(source: str = "demo", **options: Any) -> MlxEngine:
        engine = MlxEngine(Limits(1280, 10_000_000, 2**30), spills_dir=path, **options)
        engines.append(engine)
        await engine.load(source, print)
        return engine

    yield make
    for engine in engines:
        await engine.close()


async def answer_of(
    engine: MlxEngine, *messages: PromptMessage, conversation: int = 1
) -> tuple[str, AnswerEnd]:
    async def collect() -> tuple[str, AnswerEnd]:
        answering = engine.answer(messages, GREEDY, conversation=conversation)
        events = [event async for event in answering]
        text = "".join(event.text for event in events if isinstance(event, TextDelta))
        assert isinstance(events[-1], AnswerEnd)
        return text, events[-1]

    return await asyncio.wait_for(collect(), PATIENCE)


async def test_closing_writes_and_the_next_engine_goes_on(
    make_engine: Any, draw: Draw, path: Path
) -> None:
    engine = await make_engine()
    first = user("What is in the picture?", draw("square", "blue"))
    text, end = await answer_of(engine, first)
    assert not spilled(path)
    await engine.unload()
    assert spilled(path)

    engine = await make_engine()
    again = (first, assistant(text), user("What color is it?"))
    text, resumed = await answer_of(engine, *again)

    assert "blue" in text
    assert resumed.stats.reused_tokens == end.stats.prompt_tokens + end.stats.generated_tokens
    assert resumed.stats.images_encoded == 0


async def test_another_model_keeps_the_spills_of_the_one_before(
    make_engine: Any, endless_path: Path
) -> None:
    engine = await make_engine()
    text, _ = await answer_of(engine, user("Hello"))
    await engine.load(str(endless_path), print)
    _, end = await answer_of(engine, user("Hello"), assistant(text), user("Why?"))
    assert end.stats.reused_tokens == 0

    await engine.load("demo", print)
    _, end = await answer_of(engine, user("Hello"), assistant(text), user("Why?"))

    assert end.stats.reused_tokens > 0


async def test_forgetting_without_a_model_deletes_the_spills(make_engine: Any, path: Path) -> None:
    engine = await make_engine()
    await answer_of(engine, user("Hello"))
    await engine.unload()
    assert spilled(path)

    await engine.forget(1)

    assert not spilled(path)

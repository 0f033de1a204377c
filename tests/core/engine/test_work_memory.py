"""Nothing is computed that there is no memory for: chunks shrink, pictures are refused."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeshell.core.engine.engine import PromptImage, PromptMessage
from seeshell.core.engine.prefill_pace import PrefillPace
from seeshell.core.engine.work_memory import WorkCost
from seeshell.core.errors import ImageError, OutOfMemory

Draw = Callable[..., PromptImage]

costs = st.builds(WorkCost, st.floats(0, 1e7), st.floats(1e-6, 1e4))


def user(text: str, *images: PromptImage) -> PromptMessage:
    return PromptMessage.of("user", text, images)


def reply(text: str) -> PromptMessage:
    return PromptMessage.of("assistant", text)


@given(costs, st.integers(0, 100_000), st.integers(0, 10**12))
def test_the_most_rows_fit_and_one_more_would_not(
    cost: WorkCost, held: int, available: int
) -> None:
    rows = cost.most_rows(held, available)
    assert cost.nbytes(rows, held + rows) <= available * (1 + 1e-6) + 1
    assert cost.nbytes(rows + 1, held + rows + 1) >= available * (1 - 1e-6) - 1


def test_a_cost_is_that_of_its_measurements_with_a_margin() -> None:
    cost = WorkCost.fit((10, 10, 10 * (100 + 2 * 10)), (10, 60, 10 * (100 + 2 * 60)))
    assert cost.row_bytes == pytest.approx(150)
    assert cost.pair_bytes == pytest.approx(3)


def test_a_cost_that_does_not_grow_with_the_span_has_none_for_pairs() -> None:
    cost = WorkCost.fit((10, 10, 5000), (40, 40, 4000))
    assert cost.nbytes(100, 100) == pytest.approx(15_000, rel=0.01)


def test_work_that_took_more_raises_the_cost_and_less_or_little_work_does_not() -> None:
    cost = WorkCost(10.0, 1.0)
    cost.learn(100, 100, cost.nbytes(100, 100) - 1)
    cost.learn(8, 8, 10**9)
    assert cost == WorkCost(10.0, 1.0)

    cost.learn(100, 100, 50_000)

    assert cost.nbytes(100, 100) == 50_000
    assert cost.pair_bytes == 1.0


@pytest.mark.parametrize("kv_bits", [0, 8])
def test_what_is_measured_on_one_layer_is_about_what_the_whole_takes(
    make_asker: Any, endless: Any, draw: Draw, kv_bits: int
) -> None:
    resident = make_asker(endless, kv_bits=kv_bits).resident
    resident.measure_work()
    measured = resident.work.chunk.nbytes(256, 256), resident.work.picture.nbytes(256, 256)

    ask = make_asker(endless, kv_bits=kv_bits)
    ask.resident.pace = PrefillPace(256, 256, 256)
    ask(user("word " * 250))
    ask(user("", draw(size=(256, 256))))

    learnt = ask.resident.work.chunk.nbytes(256, 256), ask.resident.work.picture.nbytes(256, 256)
    for ours, real in zip(measured, learnt, strict=True):
        assert real / 1.5 < ours < 6 * real


def test_chunks_shrink_to_what_there_is_memory_for(
    make_asker: Any, endless: Any, plain_endless: Any, same: Any, draw: Draw
) -> None:
    ask = make_asker(endless)
    ask.resident.pace = PrefillPace(512, 512, 512)
    available = ask.resident.available_bytes
    ask.resident.work.chunk = WorkCost(available / 64)
    question = user("a question " * 20, draw(size=(160, 160)))

    answer = ask(question)

    same(answer, plain_endless(question))
    sizes = [after.done - before.done for before, after in pairwise(answer.progress)]
    assert max(sizes) <= 64
    assert len(sizes) > 1


def test_without_memory_for_a_chunk_the_turn_is_refused_with_figures_and_nothing_is_tried(
    ask: Any, plain: Any, same: Any, draw: Draw
) -> None:
    first = user("What is in the picture?", draw())
    answer = ask(first, conversation=1)
    messages = (first, reply(answer.text), user("What color is it?"))
    ask.resident.work.chunk = WorkCost(1e9)

    with pytest.raises(OutOfMemory, match=r"about 8,000 MB .* [\d,]+ MB are available"):
        ask(*messages, conversation=1)

    assert ask.resident.family.extended == 0
    ask.resident.work.chunk = WorkCost()
    second = ask(*messages, conversation=1)
    same(second, plain(*messages))
    assert second.stats.reused_tokens == answer.stats.prompt_tokens + answer.stats.generated_tokens


@pytest.mark.parametrize("work", ["answer", "prepare"])
def test_a_picture_without_memory_for_it_is_refused_with_figures_and_not_encoded(
    ask: Any, plain: Any, same: Any, draw: Draw, work: str
) -> None:
    first = user("What is in the picture?", draw())
    answer = ask(first, conversation=1)
    ask(user("Something else"), conversation=9)
    follow_up = (first, reply(answer.text), user("And here?", draw("square", "blue", name="b.png")))
    ask.resident.work.picture = WorkCost(1e9)

    with pytest.raises(ImageError, match=r"b\.png needs about 36,000 MB .* [\d,]+ MB are avail"):
        (ask if work == "answer" else ask.prepare)(*follow_up, conversation=1)

    assert ask.resident.pictures.encoded_count == 1
    assert 9 in [branch.owner for branch in ask.resident.pool.branches]
    text = (*follow_up[:2], user("What color is it?"))
    again = ask(*text, conversation=1)
    same(again, plain(*text))
    assert again.stats.reused_tokens >= answer.stats.prompt_tokens


@pytest.mark.parametrize("work", ["chunk", "picture"])
def test_other_conversations_are_evicted_for_what_a_turn_needs(
    ask_endless: Any, draw: Draw, work: str
) -> None:
    resident = ask_endless.resident
    for conversation in (1, 2, 3):
        ask_endless(user(f"{conversation} asks " * 20), conversation=conversation)
    held = sum(branch.nbytes for branch in resident.pool.branches[:2])
    rows = 16 if work == "picture" else 8
    before = len(resident.pool.branches)
    needed = WorkCost((resident.available_bytes + held) / rows / 1.001)
    setattr(resident.work, work, needed)
    resident.pace = PrefillPace(8, 8, 8)

    ask_endless(user("now", draw()), conversation=4)

    assert [branch.owner for branch in resident.pool.branches][-1] == 4
    assert len(resident.pool.branches) <= before

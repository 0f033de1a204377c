"""Rows of a roll: each answered as if it were alone, and no conversation pays for them."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seeshell.core.engine.engine import ROWS, PromptImage, PromptMessage
from seeshell.core.engine.kv.spill_folder import SpillFolder
from seeshell.core.engine.loading import Checkpoint

from .asking import Asker, Plain, assert_same, draw_shape, make_asker

SYSTEM = PromptMessage.of("system", "Answer in a few words about the picture that you see.")
QUESTION = "What is in the picture?"


def row(picture: PromptImage, question: str = QUESTION) -> PromptMessage:
    return PromptMessage.of("user", question, (picture,))


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[PromptImage]:
    """Most of one size, so that their tokens are the same."""
    folder = tmp_path_factory.mktemp("pictures")
    return [
        draw_shape(folder, shape, color, size)
        for shape in ("circle", "square")
        for color in ("red", "blue", "green")
        for size in ((64, 64), (96, 64))
    ]


@pytest.fixture(scope="module")
def cold(demo: Checkpoint, pictures: Sequence[PromptImage]) -> dict[str, str]:
    """What plain mlx-vlm answers about each picture, everything computed from nothing."""
    plain = Plain(demo)
    return {it.name: plain(row(it)).text for it in pictures}


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.lists(st.integers(0, 11), min_size=1, max_size=8), turn=st.integers(0, 8))
def test_no_row_gets_the_answer_of_another_picture(
    demo: Checkpoint,
    pictures: Sequence[PromptImage],
    cold: dict[str, str],
    order: list[int],
    turn: int,
) -> None:
    ask = make_asker(demo)
    for place, number in enumerate(order):
        picture = pictures[number]
        if place == turn:
            # A conversation in between, about the same picture.
            assert ask(row(picture), conversation=7).text == cold[picture.name]
        assert ask(row(picture), conversation=ROWS).text == cold[picture.name]


def test_a_row_with_a_system_prompt_is_that_of_a_cold_run(
    ask: Asker, demo: Checkpoint, pictures: Sequence[PromptImage]
) -> None:
    plain = Plain(demo)
    for picture in (pictures[0], pictures[4], pictures[7]):
        answer = ask(SYSTEM, row(picture), conversation=ROWS)
        assert_same(answer, plain(SYSTEM, row(picture)))


def test_rows_share_the_kv_of_all_that_stands_before_the_picture(
    ask: Asker, pictures: Sequence[PromptImage]
) -> None:
    first = ask(SYSTEM, row(pictures[0]), conversation=ROWS)
    second = ask(SYSTEM, row(pictures[4]), conversation=ROWS)
    newest = ask.resident.pool.branches[-1]
    assert first.stats.reused_tokens == 0
    assert second.stats.reused_tokens == newest.spans[0].start
    assert second.stats.recomputed == ""


def test_a_question_that_goes_on_from_a_row_computes_only_what_is_new(
    ask: Asker, pictures: Sequence[PromptImage]
) -> None:
    for picture in pictures[:3]:
        answer = ask(row(picture), conversation=ROWS)
    answered = PromptMessage.of("assistant", answer.text)
    more = ask(row(pictures[2]), answered, PromptMessage.of("user", "Which color?"), conversation=9)
    assert more.stats.images_encoded == 0
    assert more.stats.prefilled_tokens < 20


def test_rows_keep_memory_for_a_few_only_and_leave_conversations_alone(
    ask: Asker, pictures: Sequence[PromptImage]
) -> None:
    ask(row(pictures[0], "Is it red?"), conversation=7)
    for picture in pictures:
        ask(row(picture), conversation=ROWS)
    owners = [branch.owner for branch in ask.resident.pool.branches]
    assert owners == [7, ROWS, ROWS, ROWS, ROWS]


def test_no_row_is_written_to_disk(
    demo: Checkpoint, pictures: Sequence[PromptImage], tmp_path: Path
) -> None:
    ask = make_asker(demo, SpillFolder(tmp_path / "spills", 2**30))
    ask(row(pictures[0]), conversation=ROWS)
    ask.resident.spill()
    assert list((tmp_path / "spills").glob("*")) == []
    ask(row(pictures[1]), conversation=7)
    ask.resident.spill()
    assert list((tmp_path / "spills").glob("*")) != []

"""How many tokens are computed in one pass."""

from collections.abc import Sequence

import pytest

from seeshell.core.engine.decoding.gain import Gain
from seeshell.core.engine.decoding.row_check import PASS_ROWS


def gain_of(seconds: dict[int, float], *, right: int, wrong: int) -> Gain:
    """What is known after passes that took so long, with tokens that were so often right."""
    gain = Gain()
    for rows, each in seconds.items():
        for _ in range(5):
            gain.note_pass(rows, each)
    for index in range(right + wrong):
        gain.judge(
            4, is_right=index * right // (right + wrong) != (index + 1) * right // (right + wrong)
        )
    return gain


def best(gain: Gain, most: int = 13, sizes: Sequence[int] = PASS_ROWS) -> int:
    return gain.best_rows(4, most, sizes)


def test_nothing_is_proposed_before_it_is_known_what_a_token_takes() -> None:
    assert best(Gain()) == 1


def test_as_many_as_can_be_where_rows_cost_nothing_and_all_is_right() -> None:
    gain = gain_of({1: 1.0, 13: 1.0}, right=60, wrong=0)
    assert best(gain) == 13
    assert best(gain, most=6) == 5
    assert best(gain, sizes=(2, 3)) == 3
    assert best(gain, sizes=()) == 1


def test_none_where_each_row_takes_as_long_as_a_pass_of_its_own() -> None:
    seconds = {1: 1.0, 2: 2.0, 3: 3.0, 13: 13.0}
    assert best(gain_of(seconds, right=60, wrong=0)) == 1


@pytest.mark.parametrize(("right", "wrong", "most"), [(0, 60, 1), (20, 60, 2), (60, 20, 5)])
def test_the_less_is_right_the_less_is_proposed(right: int, wrong: int, most: int) -> None:
    gain = gain_of({1: 1.0, 3: 1.2}, right=right, wrong=wrong)
    assert best(gain) <= most


def test_matches_of_other_lengths_are_judged_apart() -> None:
    gain = gain_of({1: 1.0, 3: 1.2}, right=0, wrong=60)
    for _ in range(60):
        gain.judge(16, is_right=True)
    assert best(gain) == 1
    assert gain.best_rows(16, 13, PASS_ROWS) == 13


def test_what_gained_nothing_is_tried_again_much_later() -> None:
    gain = gain_of({1: 1.0, 2: 5.0, 3: 5.0, 13: 50.0}, right=60, wrong=0)
    assert best(gain) == 1
    for _ in range(600):
        gain.note_pass(1, 1.0)
    assert best(gain) > 1
    # Then only what is measured from now on counts.
    for rows in PASS_ROWS:
        gain.note_pass(rows, float(rows))
    assert best(gain) == 1


def test_one_slow_pass_changes_nothing() -> None:
    gain = gain_of({1: 1.0, 5: 1.2}, right=60, wrong=0)
    gain.note_pass(5, 60.0)
    gain.note_pass(1, 0.001)
    assert best(gain) >= 5

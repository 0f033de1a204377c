from array import array
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeshell.core.engine.kv.prefix import (
    ImageSpan,
    TokenRun,
    common_length,
    reusable_length,
    spans_within,
)

PAD = 9


def run(*parts: int | tuple[str, int]) -> TokenRun:
    """Text tokens as numbers, pictures as (hash, tokens)."""
    tokens: list[int] = []
    spans = []
    for part in parts:
        if isinstance(part, int):
            tokens.append(part)
        else:
            spans.append(ImageSpan(len(tokens), 1, part[1], part[0]))
            tokens += [PAD] * part[1]
    return TokenRun(tokens, spans)


def cut(whole: TokenRun, length: int) -> TokenRun:
    """What is held after a prefill of `length` tokens."""
    return TokenRun(whole.tokens[:length], spans_within(whole.spans, length))


def test_runs_of_different_variants_share_nothing() -> None:
    held, wanted = run(1, 2, 3), run(1, 2, 3, 4)

    assert common_length(replace(held, variant="long"), wanted) == 0
    assert common_length(replace(held, variant="long"), replace(wanted, variant="long")) == 3


@pytest.mark.parametrize(
    ("held", "wanted", "length"),
    [
        pytest.param(run(), run(1, 2), 0, id="nothing is held"),
        pytest.param(run(1, 2, 3), run(1, 2, 3, 4), 3, id="all that is held"),
        pytest.param(run(1, 2, 3), run(1, 2, 3), 2, id="an exact hit leaves one token to compute"),
        pytest.param(run(1, 2, 3, 4), run(1, 2, 5, 4), 2, id="up to the first other token"),
        pytest.param(run(1, 2, 3, 4), run(1, 2), 1, id="a shorter prompt"),
        pytest.param(
            run(1, ("a", 3), 2), run(1, ("b", 3), 2, 3), 1, id="another picture of the same size"
        ),
        pytest.param(
            run(1, ("a", 3), 2, ("b", 3), 3),
            run(1, ("a", 3), 2, ("c", 3), 3),
            5,
            id="up to the second picture if the first is the same",
        ),
        pytest.param(
            run(1, ("a", 3), ("b", 3), 2), run(1, ("b", 3), ("a", 3), 2), 1, id="swapped pictures"
        ),
        pytest.param(
            run(1, ("a", 4), 2), run(1, ("a", 6), 2), 1, id="the same picture at another size"
        ),
        pytest.param(run(1, ("a", 4), 2), run(1, 2, 3), 1, id="the picture was taken away"),
        pytest.param(run(1, 2, 3), run(1, ("a", 4), 2), 1, id="a picture was put in"),
        pytest.param(
            run(1, PAD, PAD, 2), run(1, ("a", 2), 2, 3), 1, id="generated placeholder tokens"
        ),
        pytest.param(run(1, ("a", 4)), run(1, ("a", 4), 2), 5, id="right after a picture"),
        pytest.param(run(1, ("a", 4)), run(1, ("a", 4)), 4, id="ends with a picture"),
        pytest.param(
            run(1, ("a", 4), 2, 3), run(1, ("a", 4), 4, 3), 5, id="another word after a picture"
        ),
    ],
)
def test_reusable_length(held: TokenRun, wanted: TokenRun, length: int) -> None:
    assert reusable_length(held, wanted) == length


@pytest.mark.parametrize("length", range(8))
def test_a_prefill_stopped_inside_a_picture_goes_on_there(length: int) -> None:
    whole = run(1, ("a", 4), 2, 3, 4)

    assert reusable_length(cut(whole, length), whole) == min(length, len(whole) - 1)


@pytest.mark.parametrize("length", range(2, 5))
def test_of_a_prefill_stopped_inside_another_picture_nothing_of_the_picture_is_reused(
    length: int,
) -> None:
    stopped = cut(run(1, ("a", 4), 2, 3, 4), length)

    assert reusable_length(stopped, run(1, ("b", 4), 2, 3, 4)) == 1


packed = partial(array, "i")
few_tokens = st.lists(st.integers(0, 1), max_size=40)


@given(few_tokens, few_tokens, st.sampled_from([list, packed]), st.sampled_from([list, packed]))
def test_the_common_start_is_the_longest_whatever_holds_the_tokens(
    one: list[int], other: list[int], hold_one: Any, hold_other: Any
) -> None:
    length = common_length(TokenRun(hold_one(one)), TokenRun(hold_other(other)))

    assert one[:length] == other[:length]
    assert length == min(len(one), len(other)) or one[length] != other[length]


parts = st.lists(
    st.one_of(st.integers(1, 3), st.tuples(st.sampled_from("ab"), st.integers(1, 3)), st.just(PAD)),
    max_size=8,
)


@given(parts, parts, st.integers(0, 30))
def test_whatever_is_reused_is_the_same_and_divides_no_picture_of_two(
    held_parts: list[int | tuple[str, int]],
    wanted_parts: list[int | tuple[str, int]],
    held_length: int,
) -> None:
    held = cut(run(*held_parts), held_length)
    wanted = run(*wanted_parts)

    length = reusable_length(held, wanted)

    assert 0 <= length <= max(0, len(wanted) - 1)
    assert list(held.tokens[:length]) == list(wanted.tokens[:length])
    assert [span for span in held.spans if span.start < length] == [
        span for span in wanted.spans if span.start < length
    ]
    inside = [span for span in wanted.spans if span.start < length < span.end]
    assert not inside or length in (len(held), len(wanted) - 1)


@given(parts, st.integers(1, 3), st.integers(0, 30))
def test_what_is_held_of_the_prompt_itself_is_reused_whole(
    prompt_parts: list[int | tuple[str, int]], last: int, held_length: int
) -> None:
    wanted = run(*prompt_parts, last)
    held = cut(wanted, held_length)

    length = reusable_length(held, wanted)

    assert length == min(len(held), len(wanted) - 1)


@given(parts, parts, parts)
def test_a_common_start_is_reused_whatever_follows(
    start: list[int | tuple[str, int]],
    held_rest: list[int | tuple[str, int]],
    wanted_rest: list[int | tuple[str, int]],
) -> None:
    common = len(run(*start))

    length = reusable_length(run(*start, *held_rest), run(*start, *wanted_rest, 1))

    assert length >= common

"""Where earlier text agrees with the newest tokens, and what followed there."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeshell.core.engine.decoding.prompt_lookup import MOST_MATCHED, Match, PromptLookup
from seeshell.core.engine.decoding.proposer import Proposer

from ..asking import AlwaysGains


def following(earlier: Sequence[Sequence[int]], text: Sequence[int], count: int = 9) -> list[int]:
    return PromptLookup(earlier, text).following(count)


def test_what_followed_the_same_tokens_follows_again() -> None:
    assert following([], [1, 2, 3, 4, 5, 1, 2]) == [3, 4, 5, 1, 2]
    assert following([], [1, 2, 3, 4, 5, 1, 2], count=2) == [3, 4]


def test_text_that_says_nothing_twice_has_no_match() -> None:
    for earlier, text in (([], [7]), ([], [1, 2, 3]), ([[1]], [2])):
        assert PromptLookup(earlier, text).match.length == 0
        assert following(earlier, text) == []


def test_the_longest_match_is_taken_and_of_several_the_newest() -> None:
    assert following([], [1, 2, 3, 8, 9, 2, 3, 7, 1, 2, 3]) == [8, 9, 2, 3, 7, 1, 2, 3]
    assert following([], [2, 3, 8, 2, 3, 7, 2, 3]) == [7, 2, 3]


def test_another_version_tells_what_this_one_may_say() -> None:
    assert following([[1, 2, 3, 50, 51]], [1, 2, 3]) == [50, 51]
    assert following([[1, 2, 3, 50], [1, 2, 3, 60]], [1, 2, 3]) == [60]
    assert following([[1, 2, 3, 50], [9, 2, 3, 60]], [1, 2, 3]) == [50]


def test_nothing_is_copied_across_the_end_of_a_version() -> None:
    assert following([[1, 2], [3, 4]], [1, 2]) == []
    assert following([[1, 2, 3], [4, 5]], [1, 2]) == [3]


def test_no_more_is_compared_than_matters() -> None:
    text = list(range(100, 150))
    lookup = PromptLookup([], [*text, 7, *text])
    assert lookup.match == Match(MOST_MATCHED + 50, MOST_MATCHED)


@pytest.mark.parametrize("count", [1, 3000])
def test_the_text_grows(count: int) -> None:
    lookup = PromptLookup([[1, 2, 3]], [5])
    for token in range(1000, 1000 + count):
        lookup.extend(token)
    lookup.extend(1)
    lookup.extend(2)
    assert lookup.following(4) == [3]
    lookup.extend(1000)
    assert lookup.match.length == 1
    assert lookup.following(1) == ([1001] if count > 1 else [1])


@given(st.lists(st.lists(st.integers(0, 3), max_size=30), max_size=3), st.integers(1, 40))
def test_a_text_that_grows_matches_where_the_whole_text_does(
    versions: list[list[int]], length: int
) -> None:
    text = [(7 * place * place) % 4 for place in range(length)]
    growing = PromptLookup(versions, text[:1])
    for count, token in enumerate(text[1:], 2):
        growing.extend(token)
        whole = PromptLookup(versions, text[:count])
        assert growing.match == whole.match
        assert growing.following(5) == whole.following(5)


@pytest.mark.parametrize("picture", [-2, 50])
def test_what_stands_for_a_picture_is_not_proposed(picture: int) -> None:
    text = [7, 8, picture, picture, 9]
    proposer = Proposer(PromptLookup([], text), AlwaysGains(), frozenset(), frozenset({50}))
    for token in (7, 8):
        proposer.extend(token)
    assert list(proposer.propose(4, (2, 3, 4))) == []

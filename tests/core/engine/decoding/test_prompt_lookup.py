"""Where earlier text agrees with the newest tokens, and what followed there."""

from collections.abc import Sequence

import pytest

from seeshell.core.engine.decoding.prompt_lookup import MOST_MATCHED, Match, PromptLookup


def following(earlier: Sequence[Sequence[int]], text: Sequence[int], count: int = 9) -> list[int]:
    lookup = PromptLookup(earlier, text)
    return lookup.following(lookup.match(), count)


def test_what_followed_the_same_tokens_follows_again() -> None:
    assert following([], [1, 2, 3, 4, 5, 1, 2]) == [3, 4, 5, 1, 2]
    assert following([], [1, 2, 3, 4, 5, 1, 2], count=2) == [3, 4]


def test_text_that_says_nothing_twice_has_no_match() -> None:
    for earlier, text in (([], [7]), ([], [1, 2, 3]), ([[1]], [2])):
        assert PromptLookup(earlier, text).match().length == 0
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
    assert lookup.match() == Match(MOST_MATCHED + 50, MOST_MATCHED)


@pytest.mark.parametrize("count", [1, 3000])
def test_the_text_grows(count: int) -> None:
    lookup = PromptLookup([[1, 2, 3]], [5])
    for token in range(1000, 1000 + count):
        lookup.extend(token)
    lookup.extend(1)
    lookup.extend(2)
    assert lookup.following(lookup.match(), 4) == [3]
    lookup.extend(1000)
    assert lookup.match().length == 1
    assert lookup.following(lookup.match(), 1) == ([1001] if count > 1 else [1])

"""Branches: each message is told once, the shown branch first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeshell.tui.export.branches import find_branches

from .conversations import branched, conversation, message


def texts(*, all_branches: bool) -> list[tuple[list[str], list[str]]]:
    found = find_branches(branched(), all_branches=all_branches)
    return [([it.text for it in one.before], [it.text for it in one.messages]) for one in found]


def test_the_shown_branch_is_told_alone() -> None:
    assert texts(all_branches=False) == [([], ["first", "one", "second", "two"])]


def test_each_other_branch_says_what_it_goes_on_from() -> None:
    assert texts(all_branches=True) == [
        ([], ["first", "one", "second", "two"]),
        (["first", "one"], ["second, edited", "four"]),
        (["first", "one", "second, edited"], ["three"]),
        ([], ["another first"]),
    ]


def test_siblings_are_counted() -> None:
    (branch,) = find_branches(branched(), all_branches=False)
    assert [it.siblings for it in branch.messages] == [(1, 8), (2,), (3, 5), (4,)]


@pytest.mark.parametrize("all_branches", [False, True])
def test_an_empty_conversation_has_no_branch(all_branches: bool) -> None:
    assert find_branches(conversation(), all_branches=all_branches) == ()


@given(st.lists(st.integers(0, 30), max_size=30), st.integers(0, 30))
def test_every_message_is_told_once(parents: list[int], head: int) -> None:
    messages = [
        message(str(at), str(parent) if parent < at else None, "user", str(at))
        for at, parent in enumerate(parents)
    ]
    kept = conversation(*messages, head=str(head))
    told = [it.text for one in find_branches(kept, all_branches=True) for it in one.messages]
    assert sorted(told) == sorted(str(at) for at in range(len(parents)))
    for one in find_branches(kept, all_branches=True):
        row = (*one.before, *one.messages)
        assert [it.parent_id for it in row] == [None, *(it.id for it in row)][: len(row)]

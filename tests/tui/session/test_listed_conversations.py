"""The rows of the list of conversations."""

import pytest

from seeshell.core.conversation import ConversationSummary
from seeshell.tui.session.listed_conversations import (
    ListedState,
    ListedStates,
    list_conversations,
)


def summary(number: int) -> ConversationSummary:
    return ConversationSummary(number, f"title {number}", 0.0, float(number), 2)


FOUND = (summary(5), summary(3), summary(1))
STATES = ListedStates(answering=5, queued=(3, 5), paused=(9,))


def rows(states: ListedStates) -> dict[int, ListedState]:
    """What the list says of each, in its order."""
    return {row.summary.id: row.state for row in list_conversations(FOUND, states)}


def test_what_is_being_done_comes_before_what_waits() -> None:
    assert list(rows(STATES).items()) == [(5, "answering"), (3, "queued"), (1, "")]


def test_a_deleted_conversation_keeps_its_place_among_the_others() -> None:
    deleted = {4: summary(4), 0: summary(0)}
    listed = rows(STATES._replace(deleted=deleted))
    assert list(listed) == [5, 4, 3, 1, 0]
    assert listed[4] == "deleted"


def test_a_queue_that_waits_for_the_user_is_told() -> None:
    assert rows(ListedStates(paused=(3,)))[3] == "paused"


@pytest.mark.parametrize(("conversation", "state"), [(1, "unseen"), (5, "answering")])
def test_an_answer_that_ended_unseen_is_marked_unless_the_next_one_runs(
    conversation: int, state: ListedState
) -> None:
    assert rows(STATES._replace(unseen={conversation}))[conversation] == state


def test_a_deleted_conversation_is_nothing_else() -> None:
    assert rows(STATES._replace(deleted={5: summary(5)}, unseen={5}))[5] == "deleted"

"""What the list says of conversations beside their age."""

import pytest

from seeshell.tui.session.listed_conversations import ListedState, ListedStates

STATES = ListedStates(answering=5, queued=(3, 5), paused=(9, 3))


@pytest.mark.parametrize(
    ("conversation", "state"), [(5, "answering"), (3, "queued"), (9, "paused"), (1, "")]
)
def test_what_is_being_done_comes_before_what_waits(conversation: int, state: ListedState) -> None:
    assert STATES.of(conversation) == state


@pytest.mark.parametrize(("conversation", "state"), [(1, "unseen"), (5, "answering")])
def test_an_answer_that_ended_unseen_is_marked_unless_the_next_one_runs(
    conversation: int, state: ListedState
) -> None:
    assert STATES._replace(unseen={conversation}).of(conversation) == state


def test_a_deleted_conversation_is_nothing_else() -> None:
    assert STATES._replace(deleted={5}, unseen={5}).of(5) == "deleted"

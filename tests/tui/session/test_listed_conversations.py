"""The rows of the list of conversations."""

import pytest

from seeshell.core.conversation import ConversationSummary
from seeshell.core.messages.events import ConversationsListed
from seeshell.tui.session.listed_conversations import ListedState, list_conversations


def summary(number: int) -> ConversationSummary:
    return ConversationSummary(number, f"title {number}", 0.0, float(number), 2)


LISTED = ConversationsListed(
    conversations=(summary(5), summary(3), summary(1)), answering=(5,), queued=(3, 5), paused=(9,)
)


def states(listed: ConversationsListed, **more: object) -> list[tuple[int, ListedState]]:
    arguments: dict[str, object] = {"deleted": {}, "unseen": ()} | more
    rows = list_conversations(listed, **arguments)  # type: ignore[arg-type]
    return [(row.summary.id, row.state) for row in rows]


def test_what_is_being_done_comes_before_what_waits() -> None:
    assert states(LISTED) == [(5, "answering"), (3, "queued"), (1, "")]


def test_a_deleted_conversation_keeps_its_place_among_the_others() -> None:
    deleted = {4: summary(4), 0: summary(0)}
    assert [it for it, _ in states(LISTED, deleted=deleted)] == [5, 4, 3, 1, 0]
    assert dict(states(LISTED, deleted=deleted))[4] == "deleted"


@pytest.mark.parametrize(("conversation", "state"), [(1, "unseen"), (5, "answering")])
def test_an_answer_that_ended_unseen_is_marked_unless_the_next_one_runs(
    conversation: int, state: ListedState
) -> None:
    assert dict(states(LISTED, unseen={conversation}))[conversation] == state


def test_a_deleted_conversation_is_nothing_else() -> None:
    assert dict(states(LISTED, deleted={5: summary(5)}, unseen={5}))[5] == "deleted"

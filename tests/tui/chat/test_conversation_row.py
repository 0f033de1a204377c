"""One row of the list of conversations."""

import time

import pytest

from seeshell.core.conversation import ConversationSummary
from seeshell.tui.chat.conversation_row import age, conversation_row
from seeshell.tui.session.listed_conversations import ListedConversation, ListedState

NOW = time.mktime((2026, 11, 25, 12, 0, 0, 0, 0, -1))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "now"),
        (59, "now"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (86_399, "23 h"),
        (86_400, "1 d"),
        (6 * 86_400, "6 d"),
        (30 * 86_400, "26 Oct"),
        (400 * 86_400, "Oct 2025"),
    ],
)
def test_an_age_is_told_in_a_few_characters(seconds: float, words: str) -> None:
    assert age(NOW - seconds, NOW) == words


@pytest.mark.parametrize("width", [20, 34, 80])
@pytest.mark.parametrize("state", ["", "answering", "queued", "paused", "unseen", "deleted"])
@pytest.mark.parametrize("title", ["lemons", "市場の屋台で" * 9, "a\nb\x1b[31m", ""])
def test_a_row_is_as_wide_as_the_list(title: str, state: ListedState, width: int) -> None:
    row = ListedConversation(ConversationSummary(1, title, 0.0, time.time(), 2), state)
    content = conversation_row(row, width, is_shown=True)
    assert content.cell_length == width
    assert "\n" not in content.plain
    assert content.plain.rstrip().endswith({"": "now", "unseen": "● new"}.get(state, state))

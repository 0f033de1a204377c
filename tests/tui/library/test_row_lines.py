"""Lines of the list of conversations: rows, facts, headings and hits."""

import time

import pytest
from rich.segment import Segment
from rich.style import Style

from seeshell.core.conversation import ConversationSummary
from seeshell.core.kept import Hit, LibraryRow, Span
from seeshell.tui.library.row_lines import (
    Flags,
    Palette,
    facts_line,
    heading_line,
    hit_line,
    title_line,
)
from seeshell.tui.session.listed_conversations import ListedConversation, ListedState

PALETTE = Palette(Style(), Style(dim=True), Style(), Style(), Style(bold=True))
DAY = 86_400.0


def text(line: list[Segment]) -> str:
    return "".join(it.text for it in line)


def listed(title: str, state: ListedState = "", **facts: object) -> ListedConversation:
    now = time.time()
    return ListedConversation(
        LibraryRow(ConversationSummary(1, title, 0.0, now, 2), **facts), state
    )


@pytest.mark.parametrize("width", [20, 34, 80])
@pytest.mark.parametrize("state", ["", "answering", "queued", "paused", "unseen", "deleted"])
@pytest.mark.parametrize("title", ["lemons", "市場の屋台で" * 9, "a\nb\x1b[31m", ""])
def test_a_row_is_as_wide_as_the_list(title: str, state: ListedState, width: int) -> None:
    row = listed(title, state)
    line = title_line(row, width, Flags(is_shown=True), PALETTE)
    assert Segment.get_line_length(line) == width
    assert "\n" not in text(line)
    assert text(line).rstrip().endswith({"": "now", "unseen": "● new"}.get(state, state))
    assert Segment.get_line_length(heading_line(row, width, Flags(), PALETTE)) == width
    assert Segment.get_line_length(facts_line(row, width, PALETTE)) == width


def test_what_lies_in_the_bin_says_how_long_it_can_be_restored() -> None:
    row = listed("old", deleted_at=time.time() - 12.5 * DAY)
    assert text(title_line(row, 40, Flags(), PALETTE)).endswith(" 17 d left ")


def test_the_words_that_were_found_are_marked_and_in_sight_however_far_they_stand() -> None:
    snippet = "a long way to go before it comes, at last, to the lemons\tand limes"
    mark = Span(snippet.index("lemons"), snippet.index("lemons") + 6)
    line = hit_line(Hit(1, 2, "text", snippet, (mark,)), 50, PALETTE)
    assert Segment.get_line_length(line) == 50
    assert [it.text for it in line if it.style and it.style.bold] == ["lemons"]
    assert "…" in text(line)
    assert "lemons and limes" in text(line)


def test_a_hit_says_what_holds_it() -> None:
    hit = Hit(1, 2, "picture", "\x1b[31m市場.png", (Span(5, 7),))
    told = text(hit_line(hit, 40, PALETTE))
    assert told.startswith("  picture")
    assert "\x1b" not in told

"""Lines that are found again after their message was wrapped anew."""

import pytest
from rich.segment import Segment

from seeshell.tui.log.held_line import HeldLine, find_line, mark_line
from seeshell.tui.log.line import Line
from seeshell.tui.log.look import Look
from seeshell.tui.log.message_view import MessageView
from seeshell.tui.log.transcript import Position, Transcript

from ...messages import question

WIDE = ["one two three", "", "---", "", "four (five)"]
NARROW = ["one", "two", "three", "", "--", "", "  four", "  (five)"]


def lines(texts: list[str]) -> list[Line]:
    return [Line([Segment(text)]) for text in texts]


@pytest.mark.parametrize("texts", [WIDE, NARROW, ["", "", "one"], [""]])
def test_every_line_is_found_where_nothing_changed(texts: list[str]) -> None:
    for number in range(len(texts)):
        mark = mark_line(lines(texts), number)
        assert find_line(lines(texts), mark, is_last=False) == number
        assert find_line(lines(texts), mark, is_last=True) == number


@pytest.mark.parametrize(
    ("wide", "first", "last"), [(0, 0, 2), (1, 3, 3), (2, 4, 4), (3, 5, 5), (4, 6, 7)]
)
def test_a_line_that_was_wrapped_is_all_of_its_parts(wide: int, first: int, last: int) -> None:
    mark = mark_line(lines(WIDE), wide)
    assert find_line(lines(NARROW), mark, is_last=False) == first
    assert find_line(lines(NARROW), mark, is_last=True) == last


@pytest.mark.parametrize(("narrow", "wide"), [(0, 0), (1, 0), (2, 0), (3, 1), (6, 4), (7, 4)])
def test_parts_are_found_in_the_line_that_they_come_together_in(narrow: int, wide: int) -> None:
    mark = mark_line(lines(NARROW), narrow)
    assert find_line(lines(WIDE), mark, is_last=False) == wide
    assert find_line(lines(WIDE), mark, is_last=True) == wide


def test_a_line_whose_text_is_gone_is_the_last_one() -> None:
    mark = mark_line(lines(WIDE), 4)
    assert find_line(lines(["one"]), mark, is_last=True) == 0


def test_a_message_that_is_gone_has_no_lines(look: Look) -> None:
    views = [MessageView(question(n, "text")) for n in (1, 2)]
    transcript = Transcript(views)
    held = HeldLine.hold(Position(1, 1), transcript, look)
    assert held.find(transcript, look, is_last=True) == held
    transcript.cut_below(1)
    assert held.find(transcript, look, is_last=True) is None

"""Every control, format character and separator of Unicode, wherever text is drawn."""

import sys
import unicodedata
from collections.abc import Iterator

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color

from seeshell.tui.log.line import Line
from seeshell.tui.log.look import Look
from seeshell.tui.log.message_view import MessageView
from seeshell.tui.terminal.control_filter import ControlFilter
from seeshell.tui.terminal.runs import Run, is_sure
from seeshell.tui.visible import show, visible, visible_line

from ...messages import answer, question

CHARACTERS = [
    char
    for char in map(chr, range(sys.maxunicode + 1))
    if unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp") and char not in "\n\t\r"
]
PLACES = {
    "alone": "{}",
    "within a word": "lem{}on",
    "after a space": "two {} lemons",
    "in code": "`a{}b`",
    "in a block": "```python\nname = '{}'\n```",
    "in a table": "| a{} |\n|---|\n| b{} |",
    "in a link": "[a{}](https://example.org/{})",
    "in a list": "- {}one\n- two{}",
}


def lines_of(text: str, look: Look) -> Iterator[Line]:
    yield from MessageView(answer(2, text)).lines(look)
    yield from MessageView(question(1, text)).lines(look)
    yield from MessageView(answer(2, "", "failed", error=text)).lines(look)


@pytest.mark.parametrize("place", PLACES)
def test_the_log_marks_it_or_writes_its_row_whole(place: str, look: Look) -> None:
    for char in CHARACTERS:
        for line in lines_of(PLACES[place].replace("{}", char), look):
            assert line.cells == sum(map(cell_len, line.text)) <= look.width, repr(char)
            if char in line.text:
                # Kept is only what can be seen, and no terminal agrees with another on its width.
                assert visible(char) == char
                assert not is_sure((Run(line.text, None),)), repr(char)


def test_each_is_marked_by_its_code_or_can_be_seen() -> None:
    kept = [char for char in CHARACTERS if visible(char) == char]
    assert all(cell_len(char) == 1 and unicodedata.category(char) == "Cf" for char in kept)
    # Signs of Arabic, Syriac and Kaithi that stand around numbers.
    assert len(kept) <= 13
    for char in set(CHARACTERS) - set(kept):
        assert visible(f"a{char}b") == f"a{show(char)}b"
        assert is_sure((Run(show(char), None),))


def test_titles_names_and_errors_are_one_line_of_what_can_be_seen() -> None:
    for char in CHARACTERS:
        line = visible_line(f"a title{char}of two lines")
        assert char not in line or visible(char) == char
        assert not set("\n\r\x1b\u2028\u2029\x85") & set(line)


def test_fields_of_input_draw_blanks_of_the_width_that_was_counted() -> None:
    for char in CHARACTERS:
        (drawn,) = ControlFilter().apply([Segment(f"a{char}b")], Color(0, 0, 0))
        assert cell_len(drawn.text) == cell_len(f"a{char}b"), repr(char)
        assert char not in drawn.text or visible(char) == char

"""Which word a double click selects."""

import pytest
from rich.segment import Segment
from rich.style import Style

from seeshell.tui.log.code import render_code
from seeshell.tui.log.line import Line, wrap
from seeshell.tui.log.palette import Palette
from seeshell.tui.log.words import word_at


def words(lines: list[Line]) -> list[list[str]]:
    """Returns the word at each cell of each line."""
    found = []
    for number, line in enumerate(lines):
        row = []
        for cell in range(line.cells + 1):
            word = word_at(lines, number, cell)
            if word is None:
                row.append("")
                continue
            (first, start), (last, end) = word
            texts = [it.text for it in lines[first : last + 1]]
            texts[-1] = texts[-1][:end]
            texts[0] = texts[0][start:]
            row.append("".join(texts))
        found.append(row)
    return found


def lines_of(text: str, width: int = 80) -> list[Line]:
    return wrap([Segment(text, Style.null())], width)


@pytest.mark.parametrize(
    "word",
    [
        "word",
        "don't",
        "it’s",
        "a.py",
        "/".join("abc"),
        "x_1",
        "me@x.org",
        "1.5",
        "naïve",
        "e\u0301t",
        "हिन्दी",
        "می\u200cخواهم",
        "w_w",
    ],
)
def test_a_word_is_found_at_each_of_its_cells_and_nowhere_else(word: str) -> None:
    lines = lines_of(f"({word}) b.")
    (row,) = words(lines)
    cells = lines[0].cells
    assert row[0] == "" and row[1 : cells - 4] == [word] * (cells - 5)
    assert row[cells - 4 :] == ["", "", "b", "", ""]


def test_both_cells_of_wide_characters_count() -> None:
    assert words(lines_of("世界 ab")) == [["世界"] * 4 + [""] + ["ab"] * 2 + [""]]


def test_a_word_that_was_broken_is_found_whole() -> None:
    lines = lines_of("ab " + "x" * 25, 10)
    assert words(lines)[1:] == [
        ["x" * 25] * 10 + [""],
        ["x" * 25] * 10 + [""],
        ["x" * 25] * 5 + [""],
    ]


def test_a_word_in_wrapped_code_has_no_margin_in_it(palette: Palette) -> None:
    lines = render_code("a bcdefgh", "", 8, palette)
    assert word_at(lines, 0, 3) == word_at(lines, 1, 1) == ((0, 3), (1, 4))
    assert word_at(lines, 1, 0) is None
    assert word_at(lines, 1, 6) is None

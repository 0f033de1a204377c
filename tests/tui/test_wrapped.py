"""Text in lines of a width in cells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from seeshell.tui.wrapped import wrap_cells


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("a red circle", ["a red", "circle"]),
        ("看板には二五零", ["看板に", "は二五", "零"]),
        ("kilo 二五零円です", ["kilo", "二五零", "円です"]),
    ],
)
def test_words_stay_whole_where_they_fit(text: str, lines: list[str]) -> None:
    assert wrap_cells(text, 7) == lines


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"])), st.integers(2, 30))
def test_no_line_is_wider_and_no_letter_is_lost(text: str, columns: int) -> None:
    lines = wrap_cells(text, columns)
    assert all(cell_len(line) <= columns for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())

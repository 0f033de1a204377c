"""Text in lines of a width in cells, of which a letter may take two."""

from typing import Final

from rich.cells import cell_len, chop_cells

_WIDEST: Final = 2
"""Cells of a letter."""


def wrap_cells(text: str, columns: int) -> list[str]:
    """Returns the words of a text in lines of at most `columns` cells; none of an empty text.

    A word that is longer, as texts without spaces are, is cut anywhere.
    """
    lines: list[str] = []
    for word in text.split():
        if lines and cell_len(lines[-1]) + 1 + cell_len(word) <= columns:
            lines[-1] += f" {word}"
        else:
            lines += chop_cells(word, max(columns, _WIDEST))
    return lines

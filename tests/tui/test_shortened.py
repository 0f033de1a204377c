"""Text shortened in its middle."""

import pytest
from rich.cells import cell_len

from seeshell.tui.shortened import fit_middle, shorten_middle


@pytest.mark.parametrize("columns", range(30))
@pytest.mark.parametrize("text", ["", "lemons", "a long title (fork)", "市場の屋台 (fork)"])
def test_what_is_shortened_is_as_wide_as_told_at_most(text: str, columns: int) -> None:
    assert cell_len(shorten_middle(text, columns)) <= columns
    assert cell_len(fit_middle(text, columns)) == columns


def test_a_title_keeps_its_end() -> None:
    title = "What is on the red sign above the market stall? (fork)"
    assert shorten_middle(title, 30).endswith("(fork)")
    assert shorten_middle("short (fork)", 30) == "short (fork)"

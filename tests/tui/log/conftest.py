"""Looks that need no app: every style is told apart by its colour."""

import pytest
from rich.style import Style

from seeshell.tui.log.look import Look
from seeshell.tui.log.palette import Palette


@pytest.fixture(scope="session")
def palette() -> Palette:
    names = enumerate(Palette._fields, start=1)
    return Palette(*(Style(color=f"color({number})") for number, _ in names))


@pytest.fixture(scope="session")
def look(palette: Palette) -> Look:
    return Look(40, palette)

"""textual-image gives cells and says nothing to the terminal."""

import io
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from rich.color import ColorSystem
from rich.console import Console
from rich.style import Style
from rich.terminal_theme import DEFAULT_TERMINAL_THEME
from textual.color import Color
from textual.filter import ANSIToTruecolor
from textual.renderables.background_screen import BackgroundScreen
from textual.strip import Strip

from seeshell.tui import pictures
from seeshell.tui.pictures.drawn import CellGrid
from seeshell.tui.pictures.placeholder_color import PlaceholderColor
from seeshell.tui.pictures.renderables import Renderables

from ...patience import PATIENCE

LOAD = "from seeshell.tui.pictures.renderables import Renderables; Renderables((10, 20))"


def render(strip: Strip, color_system: str = "truecolor") -> str:
    return strip.render(Console(color_system=color_system, file=io.StringIO()))  # type: ignore[arg-type]


def test_loading_it_in_a_terminal_sends_nothing_and_waits_for_nothing(
    open_terminal: Callable[..., Any],
) -> None:
    terminal = open_terminal({})
    marked = LOAD + "; print('loaded', flush=True)"
    process = subprocess.Popen(
        [sys.executable, "-c", marked],
        stdin=terminal.near,
        stdout=terminal.near,
        stderr=terminal.near,
    )
    assert process.wait(PATIENCE) == 0
    terminal.wait_for("loaded")
    assert terminal.received.strip() == "loaded"


def test_loading_it_imports_no_numpy() -> None:
    check = LOAD + "; import sys; assert not [name for name in sys.modules if 'numpy' in name]"
    subprocess.run([sys.executable, "-c", check], check=True, timeout=PATIENCE)


def test_the_size_of_a_cell_reaches_it_and_nothing_else_stays_changed() -> None:
    # Sixels are so many pixels as their cells; this is what shows the size it goes by.
    check = (
        "import os, sys; from seeshell.tui.pictures.renderables import Renderables\n"
        "before = dict(os.environ), sys.__stdout__\n"
        "Renderables((7, 21))\n"
        "assert (dict(os.environ), sys.__stdout__) == before\n"
        "from rich.console import Console\n"
        "from PIL import Image\n"
        "from textual_image.renderable import HalfcellImage\n"
        "measured = Console().measure(HalfcellImage(Image.new('RGB', (70, 21))))\n"
        "assert measured.maximum == 10, measured\n"
    )
    subprocess.run([sys.executable, "-c", check], check=True, timeout=PATIENCE)


def test_no_private_name_of_it_is_used() -> None:
    rooms = Path(pictures.__file__).parent.glob("*.py")
    for source in (path.read_text("utf-8") for path in rooms):
        assert not re.search(r"textual_image(\.\w+)*\._", source)
        assert not re.search(r"(renderable|half_blocks|placeholders)\)?\._", source)


@pytest.mark.parametrize("color_system", ["standard", "256", "truecolor"])
def test_an_id_is_never_rounded_to_what_the_terminal_can_show(color_system: str) -> None:
    strips = Renderables((10, 20)).placeholder_strips(0x123456, 3, CellGrid(4, 2))
    assert "\x1b[38;2;18;52;86;58;5;3m" in render(strips[0], color_system)


@given(st.integers(0, 12), st.integers(0, 12))
def test_a_row_can_be_cut_anywhere_and_every_cell_still_names_its_column(
    start: int, length: int
) -> None:
    row = Renderables((10, 20)).placeholder_strips(0x010203, 1, CellGrid(12, 2))[1]
    part = row.crop(start, start + length)
    columns = min(length, 12 - start)
    assert part.cell_length == columns
    assert len(part.text) == 4 * columns
    assert part.text == row.text[4 * start : 4 * (start + columns)]


def test_two_placements_of_a_picture_are_two_styles() -> None:
    ground = Style(bgcolor="#101010")
    styles = [ground + Style(color=PlaceholderColor.of(70_000, number)) for number in (1, 2)]
    rendered = [Strip.render_style(style, "x", ColorSystem.TRUECOLOR) for style in styles]
    assert "58;5;1" in rendered[0]
    assert "58;5;2" in rendered[1]


def test_an_id_survives_textuals_filter_and_a_transparent_modal() -> None:
    strip = Renderables((10, 20)).placeholder_strips(0x123456, 3, CellGrid(4, 2))[0]
    filtered = ANSIToTruecolor(DEFAULT_TERMINAL_THEME).apply(list(strip), Color(0, 0, 0))
    below = BackgroundScreen.process_segments(filtered, Color(0, 0, 0, 0))
    assert "38;2;18;52;86;58;5;3" in render(Strip(below))


def test_half_blocks_show_two_pixels_a_cell() -> None:
    image = Image.new("RGB", (2, 4))
    image.putdata([(10 * index, 0, 200) for index in range(8)])
    strips = list(Renderables((10, 20)).half_block_strips(image.tobytes(), (2, 4), CellGrid(2, 2)))
    assert [strip.cell_length for strip in strips] == [2, 2]
    colors = [
        (segment.style.color.triplet.red, segment.style.bgcolor.triplet.red)
        for strip in strips
        for segment in strip
    ]
    assert colors == [(0, 20), (10, 30), (40, 60), (50, 70)]
    assert {char for strip in strips for char in strip.text} == {"▀"}


def test_half_blocks_send_nothing_but_colours() -> None:
    image = Image.effect_noise((8, 8), 80).convert("RGB")
    strips = Renderables((10, 20)).half_block_strips(image.tobytes(), (8, 8), CellGrid(8, 4))
    assert {re.sub(r"\x1b\[[\d;]*m", "", render(strip)) for strip in strips} == {"▀" * 8}


def test_cells_of_one_colour_are_one_segment() -> None:
    (strip,) = Renderables((10, 20)).half_block_strips(bytes(3 * 40), (20, 2), CellGrid(20, 1))
    assert len(list(strip)) == 1

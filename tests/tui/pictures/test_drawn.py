"""How many cells a picture takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from seeshell.tui.pictures.drawn import draw_error, fit, laid_on

pixels = st.integers(min_value=1, max_value=20_000)
bound = st.integers(min_value=1, max_value=400)
cells = st.tuples(st.integers(4, 40), st.integers(8, 80))


@given(st.tuples(pixels, pixels), st.tuples(bound, bound), cells)
def test_a_picture_fits_its_bounds_and_fills_one_of_them(
    size: tuple[int, int], bounds: tuple[int, int], cell: tuple[int, int]
) -> None:
    columns, rows = fit(size, bounds, cell)
    largest = tuple(min(most, 297) for most in bounds)
    assert 1 <= columns <= largest[0]
    assert 1 <= rows <= largest[1]
    assert columns == largest[0] or rows == largest[1]


@given(st.tuples(pixels, pixels), cells)
def test_the_aspect_ratio_is_kept_to_half_a_cell(
    size: tuple[int, int], cell: tuple[int, int]
) -> None:
    columns, rows = fit(size, (200, 100), cell)
    exact = size[0] / size[1] * cell[1] / cell[0]
    assert columns - 0.5 <= max(exact * (rows + 0.5), 1)
    assert columns + 0.5 >= min(exact * (rows - 0.5), 200)


@pytest.mark.parametrize(
    ("size", "grid"),
    [((1000, 1000), (40, 20)), ((4000, 1000), (80, 10)), ((100, 1000), (5, 24))],
)
def test_pictures_at_80x24(size: tuple[int, int], grid: tuple[int, int]) -> None:
    bounds = (80, 20) if size == (1000, 1000) else (80, 24)
    assert fit(size, bounds, (10, 20)) == grid


@given(st.text(max_size=60), st.integers(min_value=1, max_value=40))
def test_a_reason_is_one_line_that_fits_and_steers_nothing(sentence: str, columns: int) -> None:
    drawn = draw_error(sentence, columns)
    assert drawn.rows == len(drawn.strips) == 1
    assert drawn.columns == drawn.strips[0].cell_length <= columns
    assert not set(drawn.strips[0].text) & set("\x1b\x9b\r\n\x07")


def test_the_ground_shows_wherever_a_picture_leaves_room() -> None:
    ground = Style(color="white", bgcolor="#101010")
    block = Segment("▀", Style(color="#010203", bgcolor="#040506"))
    strip = Strip([Segment("  "), block, Segment("Abc", Style(color="red")), block])
    assert list(laid_on(strip, ground)) == [
        Segment("  ", ground),
        block,
        Segment("Abc", Style(color="red", bgcolor="#101010")),
        block,
    ]
    assert laid_on(strip, ground).cell_length == strip.cell_length == 7

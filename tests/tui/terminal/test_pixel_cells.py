"""Which cells show which part of a picture, and the rectangles that they make."""

import pytest
from rich.color_triplet import ColorTriplet
from rich.style import Style

from seeshell.tui.terminal.pixel_cells import (
    Patch,
    PixelColor,
    PixelSpan,
    has_span,
    patches_of,
    spans_of,
    without,
)
from seeshell.tui.terminal.runs import Run
from seeshell.tui.terminal.surface import read_pane

GREY = ColorTriplet(9, 9, 9)
ALL = (1000, 1000)


def cell(sheet: int, column: int, row: int) -> Run:
    return Run("▀", Style(color=PixelColor.of(GREY, sheet, column, row)))


def test_neighbours_in_a_picture_are_one_span() -> None:
    runs = (Run("text ", None), *(cell(5, column, 2) for column in (3, 4, 5, 7)), cell(6, 8, 2))
    assert spans_of(runs) == (
        PixelSpan(5, 3, 5, 3, 2),
        PixelSpan(8, 1, 5, 7, 2),
        PixelSpan(9, 1, 6, 8, 2),
    )


def test_cells_that_look_the_same_are_told_apart() -> None:
    assert cell(1, 2, 3) != cell(1, 2, 4)
    assert cell(1, 2, 3) == cell(1, 2, 3)


def test_what_is_taken_out_of_a_span_leaves_both_ends_in_place() -> None:
    span = PixelSpan(10, 8, 1, 20, 4)
    assert without([span], 12, 15) == [PixelSpan(10, 2, 1, 20, 4), PixelSpan(15, 3, 1, 25, 4)]
    assert without([span], 0, 40) == []
    assert without([span], 18, 40) == [span]
    assert has_span([span], PixelSpan(12, 3, 1, 22, 4))
    assert not has_span([span], PixelSpan(12, 3, 1, 23, 4))


def test_rows_of_a_picture_are_one_rectangle_unless_something_stands_in_it() -> None:
    spans = Patch(4, 2, 6, 5, 1, 0, 0).spans()
    assert patches_of({y: [span] for y, span in spans.items()}, ALL) == [Patch(4, 2, 6, 5, 1, 0, 0)]
    cut = {y: [span] if y != 4 else without([span], 5, 7) for y, span in spans.items()}
    assert patches_of(cut, ALL) == [
        Patch(4, 2, 6, 2, 1, 0, 0),
        Patch(4, 4, 1, 1, 1, 0, 2),
        Patch(7, 4, 3, 1, 1, 3, 2),
        Patch(4, 5, 6, 2, 1, 0, 3),
    ]


def test_two_pictures_above_each_other_are_two() -> None:
    spans = {1: [PixelSpan(0, 3, 1, 0, 1)], 2: [PixelSpan(0, 3, 1, 0, 0)]}
    assert len(patches_of(spans, ALL)) == 2


def test_no_rectangle_is_larger_than_the_largest() -> None:
    spans = Patch(0, 0, 7, 5, 1, 0, 0).spans()
    patches = patches_of({y: [span] for y, span in spans.items()}, (3, 2))
    assert sum(it.columns * it.rows for it in patches) == 35
    assert {(it.columns, it.rows) for it in patches} <= {(3, 2), (1, 2), (3, 1), (1, 1)}


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        ("0 0 1 off", (0, 0)),
        ("40 12 1 on", (40, 13)),
        ("0 0 1 2", (0, 2)),
        ("0 0 0 off", None),
        ("", None),
        ("can't find pane", None),
    ],
)
def test_tmux_says_where_the_pane_is_and_whether_it_is_seen(
    answer: str, place: tuple[int, int] | None
) -> None:
    assert read_pane(answer) == place

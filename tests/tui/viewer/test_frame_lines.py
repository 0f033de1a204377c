"""The frame around a rectangle: just outside of it, and over nothing else."""

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from seeshell.core.excerpt import Region
from seeshell.tui.viewer.frame_lines import CellFrame, draw_frame, frame_cells
from seeshell.tui.viewer.sight import Placed

CELL = (10, 20)
PLACED = Placed(Region(100, 100, 200, 100), 20, 5, 1.0)
SIZE = (24, 9)
ORIGIN = (2, 2)


@pytest.mark.parametrize(
    ("region", "frame"),
    [
        (Region(150, 120, 100, 40), CellFrame(6, 2, 17, 5)),
        # All of what is seen.
        (Region(100, 100, 200, 100), CellFrame(1, 1, 22, 7)),
        # A pixel has a frame too.
        (Region(200, 140, 1, 1), CellFrame(11, 3, 13, 5)),
        # What is out of view has no lines there.
        (Region(0, 0, 1000, 1000), CellFrame(-9, -4, 92, 47)),
    ],
)
def test_the_lines_stand_just_outside(region: Region, frame: CellFrame) -> None:
    assert frame_cells(region, PLACED, CELL, ORIGIN, SIZE) == frame


def test_where_there_is_no_room_outside_they_stand_inside() -> None:
    placed = Placed(Region(0, 0, 240, 180), 24, 9, 1.0)
    assert frame_cells(placed.region, placed, CELL, (0, 0), SIZE) == CellFrame(0, 0, 23, 8)


def test_they_are_drawn_over_the_rows() -> None:
    rows = [Strip([Segment("." * 10, Style(color="red"))]) for _ in range(4)]
    drawn = [draw_frame(row, y, CellFrame(2, 1, 6, 3), Style()) for y, row in enumerate(rows)]
    assert [row.text for row in drawn] == [
        "..........",
        "..┌───┐...",
        "..│...│...",
        "..└───┘...",
    ]
    assert all(row.cell_length == 10 for row in drawn)


def test_what_lies_beside_the_screen_is_cut() -> None:
    row = Strip([Segment("....")])
    assert draw_frame(row, 0, CellFrame(-3, 0, 9, 5), Style()).text == "────"
    assert draw_frame(row, 1, CellFrame(-3, 0, 3, 5), Style()).text == "...│"
    assert draw_frame(row, 1, CellFrame(-3, 0, 9, 5), Style()).text == "...."

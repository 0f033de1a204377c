"""Which part of a picture is in view, whatever is zoomed and panned."""

import random

import pytest

from seeshell.core.excerpt import Region
from seeshell.tui.viewer.sight import FIT, MOST_ZOOM, Cells, Sight, Stage

PHOTO = Stage(4000, 3000, Cells(100, 40, 10, 20))
ICON = Stage(16, 16, Cells(100, 40, 10, 20))
BLOCKS = Stage(400, 300, Cells(80, 20, 10, 20, dot=10))
STAGES = [PHOTO, ICON, BLOCKS, Stage(10, 9000, PHOTO.cells), Stage(9000, 10, PHOTO.cells)]


def whole(stage: Stage) -> Region:
    return Region(0, 0, stage.width, stage.height)


@pytest.mark.parametrize("stage", STAGES)
def test_all_of_a_picture_is_in_view_as_it_fits(stage: Stage) -> None:
    placed = stage.place(FIT)
    assert placed.region == whole(stage)
    assert placed.columns <= stage.cells.columns
    assert placed.rows <= stage.cells.rows
    assert stage.cells.columns == placed.columns or stage.cells.rows == placed.rows


def test_1_to_1_shows_a_pixel_for_each_pixel() -> None:
    sight = PHOTO.actual(FIT)
    assert PHOTO.percent(sight) == 100
    assert PHOTO.place(sight).region == Region(1500, 1100, 1000, 800)
    # Half blocks are two to a cell: one pixel of the picture for each.
    assert BLOCKS.percent(BLOCKS.actual(FIT)) == 100
    assert BLOCKS.place(BLOCKS.actual(FIT)).region == Region(160, 130, 80, 40)


@pytest.mark.parametrize("stage", STAGES)
def test_the_aspect_in_cells_is_that_of_the_pixels(stage: Stage) -> None:
    sight = FIT
    for _ in range(12):
        sight = stage.zoomed(sight, 1.5)
        placed = stage.place(sight)
        region, cells = placed.region, stage.cells
        width, height = placed.columns * cells.cell_width, placed.rows * cells.cell_height
        # Rounding to whole cells and whole pixels is all that may differ.
        assert abs(width - region.width * placed.scale) < cells.cell_width + placed.scale
        assert abs(height - region.height * placed.scale) < cells.cell_height + placed.scale


@pytest.mark.parametrize("stage", STAGES)
def test_zooming_keeps_the_centre_and_comes_back(stage: Stage) -> None:
    centre = Sight(0.4, 0.6, stage.fit_scale * 8)
    near = stage.zoomed(centre, 1.5)
    assert (near.x, near.y) == pytest.approx((centre.x, centre.y), abs=0.1)
    sight = near
    for _ in range(40):
        sight = stage.zoomed(sight, 1 / 1.5)
    least = min(stage.fit_scale, stage.cells.dot)
    assert stage.scale_of(sight) == pytest.approx(least)
    for _ in range(60):
        sight = stage.zoomed(sight, 1.5)
    assert stage.scale_of(sight) == pytest.approx(MOST_ZOOM * stage.cells.dot)


def test_a_pan_moves_by_a_part_of_what_is_seen_and_stops_at_the_edge() -> None:
    sight = PHOTO.actual(FIT)
    moved = PHOTO.panned(sight, 0.2, 0)
    assert PHOTO.place(moved).region == Region(1700, 1100, 1000, 800)
    assert PHOTO.place(PHOTO.panned(moved, -0.2, 0)).region == PHOTO.place(sight).region
    for _ in range(30):
        moved = PHOTO.panned(moved, 0.2, 0.2)
    assert PHOTO.place(moved).region == Region(3000, 2200, 1000, 800)
    # The way back begins at once.
    assert PHOTO.place(PHOTO.panned(moved, -0.2, 0)).region.x == 2800


def test_a_rectangle_is_seen_with_a_margin_around() -> None:
    region = Region(2000, 1000, 400, 200)
    seen = PHOTO.place(PHOTO.looking_at(region)).region
    assert seen.x < 2000 < 2400 < seen.right
    assert seen.y < 1000 < 1200 < seen.bottom
    assert seen.width < 800
    assert PHOTO.showing(region, PHOTO.looking_at(region)) == PHOTO.looking_at(region)
    elsewhere = PHOTO.showing(region, PHOTO.looking_at(Region(0, 0, 400, 200)))
    seen = PHOTO.place(elsewhere).region
    assert seen.x <= 2000 < 2400 <= seen.right


def test_another_picture_shows_the_same_part() -> None:
    half = Stage(2000, 1500, PHOTO.cells)
    sight = PHOTO.panned(PHOTO.actual(FIT), 0.5, 0.25)
    there = half.place(PHOTO.moved_to(half, sight)).region
    here = PHOTO.place(sight).region
    assert (there.x * 2, there.y * 2, there.width * 2, there.height * 2) == (
        here.x,
        here.y,
        here.width,
        here.height,
    )
    assert PHOTO.moved_to(half, FIT) == FIT


def test_whatever_keys_do_the_part_in_view_lies_in_the_picture() -> None:
    rolls = random.Random(7)
    for stage in STAGES:
        sight = FIT
        for _ in range(300):
            match rolls.randrange(4):
                case 0:
                    sight = stage.zoomed(sight, rolls.choice([0.667, 1.5]))
                case 1:
                    sight = stage.actual(sight)
                case 2:
                    parts = (rolls.uniform(-1, 1), rolls.uniform(-1, 1))
                    sight = stage.panned(sight, *parts)
                case _:
                    left = rolls.randrange(stage.width)
                    top = rolls.randrange(stage.height)
                    sight = stage.looking_at(Region(left, top, 1, 1))
            placed = stage.place(sight)
            assert placed.region.within(stage.width, stage.height) == placed.region
            assert 1 <= placed.columns <= stage.cells.columns
            assert 1 <= placed.rows <= stage.cells.rows

"""The rectangle that is cut out stays one of the picture, whatever moves it."""

import random

import pytest

from seeshell.core.excerpt import Region
from seeshell.tui.viewer import cropping
from seeshell.tui.viewer.cropping import CropError

SIZE = (1600, 1000)
CROP = Region(400, 250, 800, 500)


def test_it_begins_in_the_middle_of_what_is_seen() -> None:
    assert cropping.begin(Region(0, 0, *SIZE)) == CROP
    assert cropping.begin(Region(7, 9, 1, 1)) == Region(7, 9, 1, 1)


def test_it_moves_to_the_edge_and_keeps_its_size() -> None:
    assert cropping.move(CROP, -80, 30, SIZE) == Region(320, 280, 800, 500)
    assert cropping.move(CROP, 5000, -5000, SIZE) == Region(800, 0, 800, 500)


def test_it_grows_and_shrinks() -> None:
    assert cropping.resize(CROP, 10, -20, SIZE) == Region(400, 250, 810, 480)
    assert cropping.resize(CROP, -5000, -5000, SIZE) == Region(400, 250, 1, 1)
    # Where the picture ends it grows to the other side.
    assert cropping.resize(CROP, 600, 400, SIZE) == Region(200, 100, 1400, 900)
    assert cropping.resize(CROP, 5000, 5000, SIZE) == Region(0, 0, *SIZE)
    assert cropping.grow(CROP, 10, SIZE) == Region(390, 240, 820, 520)
    assert cropping.grow(cropping.grow(CROP, 10, SIZE), -10, SIZE) == CROP
    assert cropping.grow(CROP, -5000, SIZE) == Region(799, 499, 1, 1)


def test_digits_take_parts_in_reading_order() -> None:
    assert cropping.grid_part(1, 3, SIZE) == Region(0, 0, 533, 333)
    assert cropping.grid_part(5, 3, SIZE) == Region(533, 333, 533, 333)
    assert cropping.grid_part(9, 3, SIZE) == Region(1066, 666, 534, 334)
    assert cropping.grid_part(3, 2, SIZE) == Region(0, 500, 800, 500)
    assert cropping.grid_part(5, 2, SIZE) is None
    parts = [cropping.grid_part(number, 3, SIZE) for number in range(1, 10)]
    assert sum(it.width * it.height for it in parts if it) == SIZE[0] * SIZE[1]


def test_a_dragged_mouse_spans_it() -> None:
    assert cropping.span((10, 20), (29, 59), SIZE) == Region(10, 20, 20, 40)
    assert cropping.span((29, 59), (10, 20), SIZE) == Region(10, 20, 20, 40)
    assert cropping.span((5, 5), (9999, -3), SIZE) == Region(5, 0, 1595, 6)


@pytest.mark.parametrize("text", ["10,20,30,40", " 10 20 30 40 ", "10, 20, 30x40"])
def test_numbers_are_read_as_people_write_them(text: str) -> None:
    assert cropping.read(text, SIZE) == Region(10, 20, 30, 40)


def test_what_reaches_out_of_the_picture_is_cut() -> None:
    assert cropping.read("1500,900,640,480", SIZE) == Region(1500, 900, 100, 100)


@pytest.mark.parametrize("text", ["", "10,20", "a,b,c,d", "-1,2,3,4", "1,2,3,4,5"])
def test_what_is_no_rectangle_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(CropError, match="as 0,0,640,480"):
        cropping.read(text, SIZE)


@pytest.mark.parametrize("text", ["1600,0,10,10", "0,1000,10,10", "0,0,0,10"])
def test_what_lies_beside_the_picture_is_refused_with_its_size(text: str) -> None:
    with pytest.raises(CropError, match="which is 1600x1000 pixels"):
        cropping.read(text, SIZE)


def test_a_coarse_step_is_a_part_of_what_is_seen() -> None:
    assert cropping.step_of(Region(0, 0, *SIZE), is_fine=False) == 50
    assert cropping.step_of(Region(0, 0, 20, 20), is_fine=False) == 2
    assert cropping.step_of(Region(0, 0, *SIZE), is_fine=True) == 1


def test_whatever_keys_do_it_lies_in_the_picture() -> None:
    rolls = random.Random(3)
    for size in ((1, 1), (2, 900), SIZE):
        crop = cropping.begin(Region(0, 0, *size))
        for _ in range(500):
            by = rolls.randint(-300, 300)
            crop = rolls.choice(
                [
                    cropping.move(crop, by, -by, size),
                    cropping.resize(crop, by, by // 2, size),
                    cropping.grow(crop, by, size),
                ]
            )
            assert crop.within(*size) == crop

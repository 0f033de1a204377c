"""Boxes and points drawn over small copies: where they are, in their colour, on any ground."""

import pytest
from PIL import Image, ImageOps

from seeshell.core.excerpt import Region
from seeshell.core.pictures.jobs import DrawnMark, Overlay
from seeshell.core.pictures.overlay import draw_overlay

YELLOW = (255, 225, 60)
WHOLE = Region(0, 0, 800, 400)


def drawn(*marks: DrawnMark, ground: str = "white", **facts: object) -> Image.Image:
    shown = facts.pop("shown", WHOLE)
    small = Image.new("RGB", (200, 100), ground)
    return draw_overlay(small, Overlay(marks, **facts), shown)  # type: ignore[arg-type]


def pixels_of(picture: Image.Image, colour: tuple[int, int, int]) -> tuple[int, int, int, int]:
    """Returns left, top, right and bottom of the pixels of a colour, the last ones included."""
    at = [
        (x, y)
        for x in range(picture.width)
        for y in range(picture.height)
        if picture.getpixel((x, y)) == colour
    ]
    xs, ys = zip(*at, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


@pytest.mark.parametrize("ground", ["white", "black", "#ffe13c"])
def test_a_box_is_drawn_along_its_inside_between_dark_lines(ground: str) -> None:
    picture = drawn(DrawnMark(80, 120, 400, 320, YELLOW, number=7), ground=ground)
    for x, y in [(20, 50), (99, 50), (50, 30), (50, 79)]:
        assert picture.getpixel((x, y)) == YELLOW
    for x, y in [(19, 50), (22, 50), (100, 50), (97, 50), (50, 29), (50, 80)]:
        assert picture.getpixel((x, y)) == (0, 0, 0)
    assert picture.getpixel((50, 50)) == Image.new("RGB", (1, 1), ground).getpixel((0, 0))


def test_a_part_of_the_picture_shows_its_part_of_the_box() -> None:
    picture = drawn(DrawnMark(400, 200, 800, 400, YELLOW), shown=Region(300, 150, 200, 100))
    assert picture.getpixel((100, 70)) == picture.getpixel((150, 50)) == YELLOW
    assert picture.getpixel((150, 90)) == (255, 255, 255)


def test_a_point_is_a_disc_around_it() -> None:
    picture = drawn(DrawnMark(400, 200, 401, 201, YELLOW, number=1))
    assert picture.getpixel((96, 50)) == picture.getpixel((104, 50)) == YELLOW
    assert picture.getpixel((100, 50)) == (0, 0, 0)


def test_the_highlighted_box_is_thick_and_above_the_others() -> None:
    blue = (90, 220, 255)
    picture = drawn(
        DrawnMark(80, 120, 400, 320, YELLOW, is_thick=True), DrawnMark(80, 120, 400, 320, blue)
    )
    assert [picture.getpixel((x, 60)) for x in range(20, 24)] == [YELLOW] * 4


def test_a_label_is_drawn_where_there_is_room_else_the_number() -> None:
    def width_of(label: str) -> int:
        above = drawn(DrawnMark(80, 120, 400, 320, YELLOW, label)).crop((0, 0, 200, 28))
        left, _, right, _ = ImageOps.invert(above).getbbox()
        return right - left

    assert width_of("yellow lemon") > 3 * width_of("")
    assert width_of("") == width_of("yellow lemon " * 10) == width_of("檸檬")


def test_in_few_dots_a_line_is_a_dot_wide_and_nothing_is_written() -> None:
    picture = drawn(DrawnMark(80, 120, 400, 320, YELLOW, "lemon"), dots=(40, 20))
    assert picture.size == (40, 20)
    assert pixels_of(picture, YELLOW) == (4, 6, 19, 15)
    assert picture.getpixel((5, 7)) == picture.getpixel((4, 4)) == (255, 255, 255)


def test_boxes_of_no_size_and_beyond_the_edge_raise_nothing() -> None:
    drawn(
        DrawnMark(0, 0, 1, 400, YELLOW, "a"),
        DrawnMark(-50, -50, 900, 500, YELLOW, "b"),
        DrawnMark(799, 399, 800, 400, YELLOW, "c"),
        *[DrawnMark(80, 120, 400, 320, YELLOW, "d", number) for number in range(50)],
    )

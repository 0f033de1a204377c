"""What becomes of colours on the way to a terminal of 256 colours, or of 16."""

import pytest
from rich.color import Color as RichColor
from rich.color import ColorSystem, ColorType
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from seeshell.tui.pictures.placeholder_color import PlaceholderColor
from seeshell.tui.terminal.colour_filters import (
    CURSOR,
    GROUND,
    INK,
    RAISED,
    STRONG_INK,
    AttributesOnly,
    Exactly256,
    colour_filters,
)
from seeshell.tui.terminal.pixel_cells import PixelColor
from seeshell.tui.terminal.xterm_colours import nearest_of_16, nearest_of_256, value_of

BLACK = Color(0, 0, 0)


def written(line_filter: AttributesOnly | Exactly256, text: str, style: str) -> Style:
    ((_, result, _),) = line_filter.apply([Segment(text, Style.parse(style))], BLACK)
    assert result is not None
    return result


@pytest.mark.parametrize("number", range(16, 256))
def test_a_colour_of_the_palette_gets_its_own_number(number: int) -> None:
    assert nearest_of_256(value_of(number)) == number


@pytest.mark.parametrize(
    ("color", "number"),
    [((255, 165, 0), 214), ((207, 224, 220), 253), ((26, 29, 34), 234), ((251, 250, 247), 231)],
)
def test_another_colour_gets_the_nearest_number(color: tuple[int, int, int], number: int) -> None:
    assert nearest_of_256(color) == number


def test_an_orange_square_is_not_red_in_16_colours() -> None:
    assert nearest_of_16((255, 165, 0)) in (3, 11)


def test_text_and_ground_are_written_by_number() -> None:
    style = written(Exactly256(), "text", "bold #afd7d7 on #eeeeee")
    assert style.bold
    assert style.color == RichColor.from_ansi(152)
    assert style.bgcolor == RichColor.from_ansi(255)


def test_a_picture_id_is_never_rounded() -> None:
    placeholder = PlaceholderColor.of(0x123456, 7)
    ((_, style, _),) = Exactly256().apply([Segment("x", Style(color=placeholder))], BLACK)
    assert style is not None
    assert style.color is placeholder


@pytest.mark.parametrize(
    ("ink", "ground", "bold", "reverse"),
    [
        (INK, GROUND, False, False),
        (STRONG_INK, GROUND, True, False),
        (INK, RAISED, False, True),
        (INK, CURSOR, True, True),
        (GROUND, INK, False, True),
        ("#0c0d0e", "#f0f0f0", False, True),
    ],
)
def test_in_16_colours_attributes_say_what_colours_say_elsewhere(
    ink: str, ground: str, bold: bool, reverse: bool
) -> None:
    style = written(AttributesOnly(), "text", f"{ink} on {ground}")
    assert (style.color, style.bgcolor) == (None, None)
    assert (bool(style.bold), bool(style.reverse)) == (bold, reverse)


def test_reverse_video_on_a_raised_ground_is_plain_again() -> None:
    assert not written(AttributesOnly(), "text", f"reverse {INK} on {RAISED}").reverse


def test_pictures_keep_the_nearest_of_16_colours() -> None:
    style = written(AttributesOnly(), "▀▀", "#fe0000 on #0000fe")
    assert style.color == RichColor.from_ansi(9)
    assert style.bgcolor is not None
    assert style.bgcolor.type is ColorType.STANDARD


def test_24_bits_need_no_filter() -> None:
    assert colour_filters("truecolor") == ()


@pytest.mark.parametrize(
    ("line_filter", "system", "codes"),
    [
        (None, ColorSystem.TRUECOLOR, ("38", "2", "250", "10", "5")),
        (Exactly256(), ColorSystem.EIGHT_BIT, ("38", "5", "196")),
        (AttributesOnly(), ColorSystem.STANDARD, ("91",)),
    ],
)
def test_a_cell_of_a_picture_still_says_what_it_shows_and_has_a_colour_of_the_terminal(
    line_filter: AttributesOnly | Exactly256 | None, system: ColorSystem, codes: tuple[str, ...]
) -> None:
    cell = PixelColor.of(ColorTriplet(250, 10, 5), 7, 3, 2)
    segments = [Segment("▀", Style(color=cell, bgcolor="#ffa500"))]
    if line_filter:
        segments = line_filter.apply(segments, BLACK)
    color = segments[0].style.color if segments[0].style else None
    assert isinstance(color, PixelColor)
    assert color.place == (7, 3, 2)
    assert color.downgrade(system).get_ansi_codes() == codes

"""Transparent pictures lie on white, or on grey where white would hide what is drawn."""

import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont

from seeshell.core.images import opened_image

from .formats.made import LIMIT, encoded, noise, png, quarters, read

ON_WHITE = "transparent parts on white"
ON_GREY = "transparent parts on grey, as white would hide the picture"
CLEAR = (255, 255, 255, 0)


def drawing(colour: tuple[int, ...], *, around: tuple[int, ...] = CLEAR) -> Image.Image:
    picture = Image.new("RGBA", (400, 100), around)
    picture.paste(colour, (50, 30, 350, 70))
    return picture


def words(colour: str) -> Image.Image:
    picture = Image.new("RGBA", (1200, 300), CLEAR)
    font = ImageFont.load_default(60)
    ImageDraw.Draw(picture).text((40, 100), "Field and Sons, Lemons", fill=colour, font=font)
    return picture


def white_with_a_red_dot() -> Image.Image:
    picture = words("white")
    picture.paste((220, 20, 20, 255), (20, 130, 35, 145))
    return picture


def half_white_half_black() -> Image.Image:
    picture = words("white")
    picture.paste(words("black"), (0, 150), words("black"))
    return picture


def enclosed_white() -> Image.Image:
    picture = drawing((200, 0, 0, 255))
    picture.paste((255, 255, 255, 255), (60, 40, 340, 60))
    return picture


def specks() -> Image.Image:
    picture = Image.new("RGBA", (400, 400), CLEAR)
    picture.paste((0, 0, 200, 255), (100, 100, 300, 300))
    for at in range(0, 400, 7):
        picture.putpixel((at, (at * 31) % 100), (250, 250, 250, 255))
    return picture


GREYS = {
    "a white shape": drawing((255, 255, 255, 255)),
    "a nearly white shape": drawing((250, 248, 245, 255)),
    "white words": words("white"),
    "white words beside a red dot": white_with_a_red_dot(),
    "white words above black ones": half_white_half_black(),
    "a white shape on garbage of no alpha": drawing((255, 255, 255, 255), around=(9, 80, 7, 0)),
    "a faint white shape": drawing((255, 255, 255, 90)),
    "a white shape on nearly clear white": drawing((255, 255, 255, 255), around=(255, 255, 255, 9)),
}
WHITES = {
    "a black shape": drawing((0, 0, 0, 255)),
    "black words": words("black"),
    "a yellow shape": drawing((255, 255, 0, 255)),
    "a grey shape": drawing((128, 128, 128, 255)),
    "white within red": enclosed_white(),
    "specks of a removed background": specks(),
    "a faint black shape": drawing((0, 0, 0, 90)),
    "nothing at all": Image.new("RGBA", (40, 40), CLEAR),
}


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
@pytest.mark.parametrize("picture", GREYS.values(), ids=GREYS)
def test_what_white_would_hide_lies_on_grey(
    picture: Image.Image, form: str, tmp_path: Path
) -> None:
    content = encoded(picture, form, lossless=True, exact=True)
    shown, note = read(content, tmp_path)
    assert note == ON_GREY
    assert all(abs(value - 128) <= 5 for value in shown.getpixel((2, 2)))
    with opened_image(tmp_path / "picture", LIMIT) as opened:
        small, _ = opened.thumbnail(40, 40)
        assert opened.note == ON_GREY
    assert all(abs(value - 128) <= 5 for value in small.getpixel((0, 0)))


@pytest.mark.parametrize("picture", WHITES.values(), ids=WHITES)
def test_all_else_lies_on_white(picture: Image.Image, tmp_path: Path) -> None:
    shown, note = read(encoded(picture, "PNG"), tmp_path)
    assert note == ON_WHITE
    assert shown.getpixel((399 % picture.width, 2)) == (255, 255, 255)


def palette(transparency: object) -> bytes:
    picture = Image.new("P", (40, 40), 0)
    picture.putpalette([255, 0, 255, 255, 255, 255, 0, 0, 0])
    picture.paste(1, (10, 10, 30, 30))
    return encoded(picture, "PNG", transparency=transparency)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (palette(0), ON_GREY),
        (palette(b"\0\xff\xff"), ON_GREY),
        (palette(b"\xff\xff\0"), ""),
        (palette(2), ""),
        (encoded(Image.new("LA", (40, 40), (0, 128)), "PNG"), ON_WHITE),
        (encoded(Image.new("L", (40, 40), 7), "PNG", transparency=7), ON_WHITE),
        (encoded(Image.new("L", (40, 40), 7), "PNG", transparency=8), ""),
        (encoded(quarters(), "PNG", transparency=(255, 0, 0)), ON_WHITE),
        (encoded(quarters(), "PNG", transparency=(1, 2, 3)), ""),
        (encoded(Image.new("1", (40, 40), 0), "PNG", transparency=0), ON_WHITE),
        (encoded(noise(40, 40).convert("RGBA"), "PNG"), ""),
    ],
    ids=[
        "palette",
        "palette of alphas",
        "palette of an unused clear colour",
        "palette without its clear colour",
        "half clear grey",
        "grey with a clear shade",
        "grey without its clear shade",
        "colours with a clear one",
        "colours without the clear one",
        "black and clear",
        "alpha that is opaque everywhere",
    ],
)
def test_every_kind_of_transparency_is_said_if_it_is_used(
    content: bytes, said: str, tmp_path: Path
) -> None:
    assert read(content, tmp_path)[1] == said


def test_an_alpha_channel_that_is_opaque_leaves_every_pixel(tmp_path: Path) -> None:
    picture = noise(50, 40)
    shown, _ = read(encoded(picture.convert("RGBA"), "PNG"), tmp_path)
    assert ImageChops.difference(shown, picture).getbbox() is None


@pytest.mark.parametrize(("clear", "note"), [(0, ON_WHITE), (65535, ON_GREY), (9, "")])
def test_one_value_of_16_bits_may_be_transparent(tmp_path: Path, clear: int, note: str) -> None:
    drawn = {0: 20_000, 65535: 64_000, 9: 20_000}[clear]
    row = struct.pack(">64H", *[0 if clear == 9 else clear] * 32, *[drawn] * 32)
    content = png(
        [
            (b"IHDR", struct.pack(">IIBBBBB", 64, 64, 16, 0, 0, 0, 0)),
            (b"tRNS", struct.pack(">H", clear)),
            (b"IDAT", zlib.compress((b"\0" + row) * 64)),
            (b"IEND", b""),
        ]
    )
    picture, said = read(content, tmp_path)
    backdrops = {ON_WHITE: (255,) * 3, ON_GREY: (128,) * 3, "": (0,) * 3}
    assert said == note
    assert picture.getpixel((5, 5)) == backdrops[note]
    assert picture.getpixel((60, 60)) == (round(drawn / 257),) * 3

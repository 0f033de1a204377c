"""Colour profiles are applied; what is sRGB, or has none, keeps every pixel."""

import struct
import zlib
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image, ImageChops, ImageCms

from seeshell.core.images import opened_image

from .formats.made import (
    LIMIT,
    cmyk_profile,
    encoded,
    icc_profile,
    noise,
    png,
    quarters,
    read,
    tiff,
)

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
P3 = icc_profile(b"RGB ", is_p3=True)
DARK = icc_profile(b"RGB ", gamma=3.0)
GREY = icc_profile(b"GRAY", gamma=1.0)


def is_near(colour: tuple[int, ...], expected: tuple[int, ...], tolerance: int = 4) -> bool:
    return all(abs(a - b) <= tolerance for a, b in zip(colour, expected, strict=True))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_a_wide_profile_makes_colours_what_they_were_meant_to_be(form: str, tmp_path: Path) -> None:
    # Display P3's (200, 100, 100) is a stronger red in sRGB. Source: CSS Color 4, section 10.9.
    pillow_heif.register_heif_opener()
    picture = Image.new("RGB", (64, 64), (200, 100, 100))
    lossless = {"WEBP": {"lossless": True}, "JPEG": {"quality": 98, "subsampling": 0}}
    options = lossless.get(form, {})
    shown, note = read(encoded(picture, form, icc_profile=P3, **options), tmp_path)
    assert is_near(shown.getpixel((9, 9)), (216, 95, 97), 6)
    assert note == ""


@pytest.mark.parametrize(
    ("mode", "colour", "profile", "expected"),
    [
        ("RGB", (128, 128, 128), DARK, (96, 96, 96)),
        ("L", 128, GREY, (188, 188, 188)),
        ("I;16", 128 * 257, GREY, (188, 188, 188)),
        ("P", 128, DARK, (96, 96, 96)),
        ("RGBA", (128, 128, 128, 255), DARK, (96, 96, 96)),
        ("LA", (128, 255), GREY, (188, 188, 188)),
    ],
)
def test_profiles_of_every_mode_are_applied(
    mode: str, colour: object, profile: bytes, expected: tuple[int, ...], tmp_path: Path
) -> None:
    picture = Image.new(mode, (16, 16), colour)
    if mode == "P":
        picture.putpalette([value for value in range(256) for _ in range(3)])
    shown, _ = read(encoded(picture, "PNG", icc_profile=profile), tmp_path)
    assert is_near(shown.getpixel((8, 8)), expected)


@pytest.mark.parametrize("form", ["JPEG", "TIFF"])
def test_a_printers_profile_is_applied(form: str, tmp_path: Path) -> None:
    picture = Image.new("CMYK", (64, 64), (0, 255, 255, 0))
    with_profile, _ = read(encoded(picture, form, icc_profile=cmyk_profile()), tmp_path)
    without, _ = read(encoded(picture, form), tmp_path)
    assert with_profile.mode == "RGB"
    assert is_near(without.getpixel((9, 9)), (255, 0, 0))
    red, green, blue = with_profile.getpixel((9, 9))
    assert red > green
    assert not is_near((red, green, blue), (255, 0, 0), 40)


def test_paper_is_white_and_ink_black_under_a_printers_profile(tmp_path: Path) -> None:
    picture = Image.new("CMYK", (64, 64), (0, 0, 0, 0))
    picture.paste((0, 0, 0, 255), (32, 0, 64, 64))
    shown, _ = read(encoded(picture, "TIFF", icc_profile=cmyk_profile()), tmp_path)
    assert is_near(shown.getpixel((9, 9)), (255, 255, 255))
    assert is_near(shown.getpixel((50, 9)), (0, 0, 0))


@pytest.mark.parametrize(
    "profile",
    [SRGB, icc_profile(b"CMYK"), GREY, b"no profile", P3[:200], bytes(5000), b""],
    ids=["sRGB", "of printers, broken", "of grey", "words", "cut off", "zeros", "empty"],
)
def test_a_profile_that_changes_nothing_or_is_broken_leaves_every_pixel(
    profile: bytes, tmp_path: Path
) -> None:
    picture = noise(40, 40)
    shown, _ = read(encoded(picture, "PNG", icc_profile=profile), tmp_path)
    assert ImageChops.difference(shown, picture).getbbox() is None


def test_preview_and_model_see_the_same_colours(tmp_path: Path) -> None:
    for mode, profile in (("RGB", P3), ("CMYK", cmyk_profile()), ("L", GREY)):
        content = encoded(quarters(1600, 1200).convert(mode), icc_profile=profile)
        shown, _ = read(content, tmp_path)
        with opened_image(tmp_path / "picture", LIMIT) as opened:
            small, _ = opened.thumbnail(100, 100)
        with opened_image(tmp_path / "picture", LIMIT) as opened:
            fitted = opened.fitted(lambda _width, _height: (160, 120))
        for x, y in ((0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)):
            one, two, three = (
                it.getpixel((int(x * it.width), int(y * it.height)))
                for it in (shown, small, fitted)
            )
            assert is_near(one, two)
            assert is_near(one, three)


def png_of_16_bits(kind: int, *values: int) -> bytes:
    row = b"\0" + struct.pack(f">{len(values)}H", *values) * 8
    header = struct.pack(">IIBBBBB", 8, 8, 16, kind, 0, 0, 0)
    return png([(b"IHDR", header), (b"IDAT", zlib.compress(row * 8)), (b"IEND", b"")])


def tiff_of_16_bits(photometric: int, *values: int) -> bytes:
    count = len(values)
    tags: dict[int, tuple[int, ...] | bytes] = {
        256: (8,),
        257: (8,),
        258: (16,) * count,
        259: (1,),
        262: (photometric,),
        273: (0,),
        277: (count,),
        278: (8,),
        279: (128 * count,),
    }
    tags[273] = (len(tiff([tags])),)
    return tiff([tags]) + struct.pack(f"<{count}H", *values) * 64


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (png_of_16_bits(0, 0x8000), (128, 128, 128)),
        (png_of_16_bits(2, 0xC800, 0x3C00, 0x1E00), (200, 60, 30)),
        (png_of_16_bits(4, 0x8000, 0xFFFF), (128, 128, 128)),
        (png_of_16_bits(6, 0xC800, 0x3C00, 0x1E00, 0xFFFF), (200, 60, 30)),
        (tiff_of_16_bits(1, 0x8000), (128, 128, 128)),
        (tiff_of_16_bits(2, 0xC800, 0x3C00, 0x1E00), (200, 60, 30)),
        (tiff_of_16_bits(5, 0, 0xFFFF, 0xFFFF, 0), (255, 0, 0)),
    ],
    ids=["grey", "colours", "grey and alpha", "colours and alpha", "scan", "TIFF", "for printers"],
)
def test_16_bits_of_each_colour_are_read(
    content: bytes, expected: tuple[int, ...], tmp_path: Path
) -> None:
    shown, note = read(content, tmp_path)
    assert is_near(shown.getpixel((4, 4)), expected, 1)
    assert note == ""


def test_lab_is_read(tmp_path: Path) -> None:
    to_lab = ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
    )
    lab = ImageCms.applyTransform(Image.new("RGB", (16, 16), (200, 60, 30)), to_lab)
    assert lab is not None
    shown, _ = read(encoded(lab, "TIFF"), tmp_path)
    assert is_near(shown.getpixel((8, 8)), (200, 60, 30), 6)

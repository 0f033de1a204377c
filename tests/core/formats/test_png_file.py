"""PNG files that other programs show and Pillow alone refuses."""

import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageChops, PngImagePlugin

from seeshell.core.backdrop import GREY, WHITE
from seeshell.core.errors import ImageError
from seeshell.core.formats import png_file
from seeshell.core.images import opened_image

from .made import LIMIT, apple, chunks, encoded, icc_profile, png, quarters, read

LONG = "0123456789abcdef" * 100_000
PLAIN = encoded(quarters(), "PNG")


def is_same(picture: Image.Image, other: Image.Image) -> bool:
    return ImageChops.difference(picture, other).getbbox() is None


def with_chunks(*extra: tuple[bytes, bytes], behind: bool = False) -> bytes:
    head, *data, end = chunks(PLAIN)
    return png([head, *data, *extra, end] if behind else [head, *extra, *data, end])


def text(kind: bytes, words: str = LONG) -> tuple[bytes, bytes]:
    info = PngImagePlugin.PngInfo()
    if kind == b"iTXt":
        info.add_itxt("XML:com.adobe.xmp", words, zip=True)
    else:
        info.add_text("parameters", words, zip=kind == b"zTXt")
    ((found, body, _),) = info.chunks
    return found, body


PROFILE = b"test\0\0" + zlib.compress(icc_profile(b"RGB ") + bytes(3_000_000))
KINDS = {
    "long compressed text": with_chunks(text(b"zTXt")),
    "long compressed text of any script": with_chunks(text(b"iTXt")),
    "long text": with_chunks(text(b"tEXt")),
    "70 MB of texts in all": with_chunks(*[(b"zTXt", text(b"zTXt", LONG[:999_999])[1])] * 70),
    "long text behind the pixels": with_chunks(text(b"zTXt"), behind=True),
    "long profile": with_chunks((b"iCCP", PROFILE)),
    "broken profile": with_chunks((b"iCCP", b"test\0\0no zlib")),
    "profile of an unknown method": with_chunks((b"iCCP", b"test\0\7" + zlib.compress(b"x"))),
    "short resolution": with_chunks((b"pHYs", b"\0")),
    "short chromaticities": with_chunks((b"cHRM", b"\0"), (b"gAMA", b"\0"), (b"sRGB", b"\0")),
    "unknown chunk of 2 MB": with_chunks((b"prVt", bytes(2**21))),
    "no end chunk": PLAIN[:-12],
    "bytes behind its end": PLAIN + b"\0" * 5000 + b"more",
}


@pytest.mark.parametrize("content", KINDS.values(), ids=KINDS)
def test_a_sound_png_is_read_whatever_stands_beside_its_pixels(
    content: bytes, tmp_path: Path
) -> None:
    picture, note = read(content, tmp_path)
    assert is_same(picture, quarters())
    assert note == ""


@pytest.mark.parametrize("kind", [b"tEXt", b"zTXt", b"iCCP", b"eXIf"])
def test_a_wrong_checksum_beside_the_pixels_does_not_hide_them(kind: bytes, tmp_path: Path) -> None:
    head, *rest = chunks(PLAIN)
    broken = struct.pack(">I", 4) + kind + b"abcd" + bytes(4)
    content = png([head]) + broken + png(rest)[8:]
    assert is_same(read(content, tmp_path)[0], quarters())


def test_long_texts_take_no_way_up_from_the_picture(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = encoded(quarters(), "PNG", exif=exif)
    head, *rest = chunks(turned)
    content = png([head, text(b"zTXt"), *rest])
    assert read(content, tmp_path)[0].size == (32, 64)


def test_the_way_up_may_stand_in_a_text(tmp_path: Path) -> None:
    xmp = '<x:xmpmeta><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    assert read(with_chunks(text(b"iTXt", xmp)), tmp_path)[0].size == (32, 64)


APPLES = {
    "with alpha": apple(quarters().convert("RGBA"), "BGRA", 6),
    "without alpha": apple(quarters(), "BGR", 2),
    "in two chunks": apple(quarters().convert("RGBA"), "BGRA", 6, split=20),
}


@pytest.mark.parametrize("content", APPLES.values(), ids=APPLES)
def test_apples_own_png_is_read(content: bytes, tmp_path: Path) -> None:
    assert is_same(read(content, tmp_path)[0], quarters())
    with opened_image(tmp_path / "picture", LIMIT) as picture:
        small, size = picture.thumbnail(16, 16)
    assert (small.size, size) == ((16, 8), (64, 32))


def test_apples_png_has_its_alpha_multiplied_into_its_colours(tmp_path: Path) -> None:
    half = Image.new("RGBA", (8, 8), (128, 0, 0, 128))
    half.paste((0, 0, 0, 0), (0, 0, 4, 8))
    picture, note = read(apple(half, "BGRA", 6), tmp_path)
    assert picture.getpixel((6, 4)) == (255, 127, 127)
    assert note == "transparent parts on white"


def test_apples_grey_png_is_read(tmp_path: Path) -> None:
    grey = quarters().convert("L")
    assert is_same(read(apple(grey, "L", 0), tmp_path)[0], grey.convert("RGB"))


def test_apples_png_that_is_cut_off_or_unpacks_to_more_than_its_size_is_refused(
    tmp_path: Path,
) -> None:
    whole = apple(Image.effect_noise((64, 64), 90).convert("RGBA"), "BGRA", 6)
    head, *rest = chunks(apple(Image.new("RGB", (4000, 4000)), "BGR", 2))
    small = (b"IHDR", struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0))
    for content in (whole[: len(whole) * 6 // 10], png([head, small, *rest[1:]])):
        with pytest.raises(ImageError, match="damaged or cut off"):
            read(content, tmp_path)


def test_pillows_own_limits_stay_as_they_are() -> None:
    assert PngImagePlugin.MAX_TEXT_CHUNK == 2**20


def with_clear_half(depth: int, colour_type: int, clear: int, drawn: int) -> bytes:
    """A picture whose left half has the one colour that counts as transparent."""
    samples = [clear] * 32 * (colour_type + 1) + [drawn] * 32 * (colour_type + 1)
    bits = "".join(f"{sample:0{depth}b}" for sample in samples)
    row = int(bits, 2).to_bytes(len(bits) // 8)
    return png(
        [
            (b"IHDR", struct.pack(">IIBBBBB", 64, 64, depth, colour_type, 0, 0, 0)),
            (b"tRNS", struct.pack(">H", clear) * (colour_type + 1)),
            (b"IDAT", zlib.compress((b"\0" + row) * 64)),
            (b"IEND", b""),
        ]
    )


@pytest.mark.parametrize(
    ("depth", "colour_type", "clear", "drawn", "shown"),
    [
        (1, 0, 0, 1, 255),
        (2, 0, 1, 2, 170),
        (2, 0, 0, 1, 85),
        (4, 0, 3, 12, 204),
        (4, 0, 0, 3, 51),
        (8, 0, 51, 204, 204),
        (16, 0, 0x1234, 0x1010, 16),
        (8, 2, 51, 204, 204),
        (16, 2, 0x1234, 0x1010, 16),
        (16, 2, 0x0034, 0x1010, 16),
    ],
)
def test_the_transparent_colour_is_found_at_any_depth(
    tmp_path: Path, depth: int, colour_type: int, clear: int, drawn: int, shown: int
) -> None:
    content = with_clear_half(depth, colour_type, clear, drawn)
    picture, note = read(content, tmp_path)
    assert note.startswith("transparent parts on ")
    backdrop = WHITE if note == WHITE.note else GREY
    assert picture.getpixel((5, 5)) == backdrop.colour
    assert picture.getpixel((60, 5)) == (shown,) * 3


def test_of_many_profiles_the_first_counts_and_no_other_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unpacked: list[object] = []
    inflate = zlib.decompressobj
    monkeypatch.setattr(png_file.zlib, "decompressobj", lambda: unpacked.append(0) or inflate())
    wide = icc_profile(b"RGB ", is_p3=True)
    profiles = [(b"iCCP", b"k\0\0" + zlib.compress(it)) for it in (wide, *[bytes(2**20)] * 40)]
    picture, _ = read(with_chunks(*profiles), tmp_path)
    one, _ = read(with_chunks(profiles[0]), tmp_path)
    assert is_same(picture, one)
    assert len(unpacked) == 2

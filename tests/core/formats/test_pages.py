"""Files of several pictures: how many there are is told, and each can be the picture."""

import io
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image

from seeshell.core.errors import ImageError
from seeshell.core.excerpt import Excerpt, Region
from seeshell.core.formats.gif_frames import count_gif_frames
from seeshell.core.images import opened_image

from .made import LIMIT, encoded, tiff

COLOURS = ("red", "lime", "blue")
RGB = ((255, 0, 0), (0, 255, 0), (0, 0, 255))


def pictures() -> Iterator[Image.Image]:
    """Three pictures of sizes of their own, each of one colour."""
    for index, colour in enumerate(COLOURS):
        yield Image.new("RGB", (40 + 10 * index, 20 + 10 * index), colour)


def frames() -> Iterator[Image.Image]:
    """Three pictures of one size, none of which hides all of the one before."""
    for index, colour in enumerate(COLOURS):
        frame = Image.new("RGB", (60, 40), "white")
        frame.paste(colour, (20 * index, 0, 20 * index + 20, 40))
        yield frame


def several(form: str, parts: Iterator[Image.Image], **options: object) -> bytes:
    return encoded(next(parts), form, save_all=True, append_images=list(parts), **options)


def heic(primary: int) -> bytes:
    first, *others = pictures()
    file = pillow_heif.from_pillow(first)
    for other in others:
        file.add_from_pillow(other)
    stream = io.BytesIO()
    file.save(stream, primary_index=primary, quality=-1, chroma=444)
    return stream.getvalue()


def mpo(kind: int) -> bytes:
    """Three JPEG files in one, the later two of this type of MP entry."""
    content = several("MPO", pictures(), quality=95, subsampling=0)
    entry = content.index(b"\x02\xb0\x07\0") + 12
    table = content.index(b"MPF\0") + 4 + struct.unpack_from("<L", content, entry - 4)[0]
    made = bytearray(content)
    for index in (1, 2):
        struct.pack_into("<L", made, table + 16 * index, kind)
    return bytes(made)


@pytest.fixture
def read(tmp_path: Path) -> Callable[[bytes, Excerpt], tuple[Image.Image, str, int]]:
    """What the model sees of a file, what is said of it, and how many pages it has."""

    def read_excerpt(content: bytes, excerpt: Excerpt) -> tuple[Image.Image, str, int]:
        path = tmp_path / "file"
        path.write_bytes(content)
        with opened_image(path, LIMIT, name="it", excerpt=excerpt) as picture:
            pixels = picture.upright_rgb()
        with opened_image(path, LIMIT, name="it", excerpt=excerpt) as picture:
            assert picture.look()[1] == pixels.size
        with opened_image(path, LIMIT, name="it", excerpt=excerpt) as picture:
            small, size = picture.thumbnail(10, 10)
            assert size == pixels.size
            assert max(small.size) == min(10, max(size))
            return pixels, picture.note, picture.pages

    return read_excerpt


Read = Callable[[bytes, Excerpt], tuple[Image.Image, str, int]]

PAGED: dict[str, tuple[bytes, str]] = {
    "TIFF": (several("TIFF", pictures()), "page"),
    "packed TIFF": (several("TIFF", pictures(), compression="tiff_lzw"), "page"),
    "TIFF of 64 bits": (several("TIFF", pictures(), big_tiff=True), "page"),
    "HEIC": (heic(0), "picture"),
    "MPO": (mpo(0x020002), "picture"),
}


@pytest.mark.parametrize("page", [1, 2, 3])
@pytest.mark.parametrize(("content", "word"), PAGED.values(), ids=PAGED)
def test_a_page_has_a_size_and_pixels_of_its_own(
    content: bytes, word: str, page: int, read: Read
) -> None:
    pixels, note, count = read(content, Excerpt(page))
    assert pixels.size == (30 + 10 * page, 10 + 10 * page)
    middle = pixels.getpixel((15, 5))
    assert isinstance(middle, tuple)
    assert all(abs(a - b) < 6 for a, b in zip(middle, RGB[page - 1], strict=True))
    assert (note, count) == (f"{word} {page} of 3", 3)


MOVING: dict[str, bytes] = {
    "GIF": several("GIF", frames(), duration=100, disposal=2),
    "WebP": several("WEBP", frames(), lossless=True),
    "AVIF": several("AVIF", frames(), quality=100, subsampling="4:4:4"),
    "APNG": several("PNG", frames(), duration=100),
}


@pytest.mark.parametrize("frame", [1, 2, 3])
@pytest.mark.parametrize("content", MOVING.values(), ids=MOVING)
def test_a_frame_is_what_is_seen_then(content: bytes, frame: int, read: Read) -> None:
    pixels, note, count = read(content, Excerpt(frame))
    expected = list(frames())[frame - 1]
    assert pixels.size == (60, 40)
    for place in ((10, 20), (30, 20), (50, 20)):
        pair = zip(pixels.getpixel(place), expected.getpixel(place), strict=True)
        assert all(abs(a - b) < 8 for a, b in pair)
    assert (note, count) == (f"frame {frame} of 3", 3)


@pytest.mark.parametrize(
    ("content", "page", "sentence"),
    [
        (PAGED["TIFF"][0], 4, "it has 3 pages: there is no page 4; choose one that there is."),
        (
            PAGED["HEIC"][0],
            9,
            "it has 3 pictures: there is no picture 9; choose one that there is.",
        ),
        (MOVING["GIF"], 12, "it has 3 frames: there is no frame 12; choose one that there is."),
        (
            encoded(Image.new("L", (9, 9))),
            2,
            "it is a single picture: there is no page 2 in it; leave ",
        ),
        (
            encoded(Image.new("L", (9, 9)), "PNG"),
            2,
            "it is a single picture: there is no page 2 in it;",
        ),
        (
            encoded(Image.new("L", (9, 9)), "BMP"),
            2,
            "it is a single picture: there is no page 2 in it;",
        ),
    ],
)
def test_a_page_that_is_not_there_is_refused_with_how_many_there_are(
    content: bytes, page: int, sentence: str, read: Read
) -> None:
    with pytest.raises(ImageError) as refused:
        read(content, Excerpt(page))
    assert str(refused.value).startswith(sentence)


def test_the_first_picture_of_heic_is_the_one_that_viewers_show(read: Read) -> None:
    content = heic(primary=2)
    sizes = [read(content, Excerpt(page))[0].size for page in (1, 2, 3)]
    assert sizes == [(60, 40), (40, 20), (50, 30)]


@pytest.mark.parametrize("kind", [0, 0x010002], ids=["map of brightness", "small copy"])
def test_what_lies_behind_a_photograph_is_no_picture_of_its_own(kind: int, read: Read) -> None:
    pixels, note, count = read(mpo(kind), Excerpt())
    assert (pixels.size, note, count) == ((40, 20), "", 1)


def test_small_copies_and_masks_in_a_tiff_file_are_no_pages(tmp_path: Path) -> None:
    stream = io.BytesIO()
    first, second, third = pictures()
    second.encoderinfo = {"tiffinfo": {254: 1}}
    third.encoderinfo = {"tiffinfo": {254: 4}}
    first.save(stream, "TIFF", save_all=True, append_images=[second, third])
    (tmp_path / "it").write_bytes(stream.getvalue())
    with opened_image(tmp_path / "it", LIMIT) as picture:
        assert (picture.pages, picture.note) == (1, "")


def test_damage_behind_the_first_page_does_not_hide_it(read: Read) -> None:
    for content in (MOVING["GIF"], MOVING["APNG"]):
        with pytest.raises(ImageError, match="damaged"):
            read(content[:-40], Excerpt(3))
        assert read(content[:-40], Excerpt())[0].size == (60, 40)
    looping = tiff([{256: (1,), 257: (1,), 258: (8,), 262: (1,), 273: (0,), 279: (1,)}])
    looping = looping[:-4] + struct.pack("<L", 8)
    assert read(looping, Excerpt())[2] == 1


def test_counting_frames_ends_whoever_made_the_file(tmp_path: Path) -> None:
    endless = b"GIF89a\1\0\1\0\0\0\0" + b"," + bytes(9) + b"\2" + b"\1x" * 1_100_000
    (tmp_path / "it").write_bytes(endless)
    with (tmp_path / "it").open("rb") as file:
        assert count_gif_frames(file) == 1


def test_a_rectangle_of_a_page_is_cut_from_that_page(read: Read) -> None:
    pixels, note, _ = read(PAGED["TIFF"][0], Excerpt(2, Region(45, 25, 20, 20)))
    assert pixels.tobytes() == Image.new("RGB", (5, 5), "lime").tobytes()
    assert note == "page 2 of 3; of the rectangle 45,25,20,20 only 45,25,5,5 lies in it"

"""Camera raw files are known by their content and read by the preview inside, never a thumbnail."""

import struct
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from seeshell.core.errors import ImageError
from seeshell.core.formats.tiff_directories import read_directories
from seeshell.core.images import ImageSize, opened_image

from .made import LIMIT, encoded, quarters, read, tiff, with_jpeg

CFA = {254: (0,), 256: (4032,), 257: (3024,), 262: (32803,), 259: (1,)}
THUMBNAIL = {254: (1,), 256: (160,), 257: (120,), 262: (2,), 259: (1,)}
DNG = {50706: b"\1\4\0\0"}
LARGE = encoded(quarters(2016, 1512))
SMALL = encoded(quarters(160, 120))


def raf(jpeg: bytes) -> bytes:
    return b"FUJIFILMCCD-RAW 0201FF389501X-T5" + bytes(60) + jpeg + bytes(500)


def cr3(jpeg: bytes, orientation: int = 1) -> bytes:
    first = tiff([{274: (orientation,)}])
    box = struct.pack(">I", 8 + len(first)) + b"CMT1" + first
    return struct.pack(">I", 24) + b"ftypcrx " + bytes(12) + box + bytes(40) + jpeg + bytes(500)


RAW = {
    "DNG": with_jpeg([{**THUMBNAIL, **DNG, 330: (1, 2)}, CFA, {}], LARGE),
    "DNG with the preview as a strip": with_jpeg(
        [{**THUMBNAIL, **DNG, 330: (1, 2)}, CFA, {256: (2016,), 257: (1512,), 262: (6,)}],
        LARGE,
        (273, 279),
    ),
    "DNG without its own tag": with_jpeg([{**THUMBNAIL, 330: (1, 2)}, CFA, {}], LARGE),
    "linear DNG of a telephone": with_jpeg(
        [{**THUMBNAIL, **DNG, 330: (1, 2)}, {**CFA, 262: (34892,)}, {}], LARGE
    ),
    "Nikon NEF": with_jpeg(
        [{**THUMBNAIL, 271: b"NIKON CORPORATION\0", 330: (1, 2)}, {**CFA, 259: (34713,)}, {}],
        LARGE,
    ),
    "Sony ARW": with_jpeg(
        [{**THUMBNAIL, 271: b"SONY\0", 330: (1, 2)}, {**CFA, 259: (32767,)}, {}], LARGE
    ),
    "Olympus ORF": tiff([CFA], b"IIRO") + bytes(300) + LARGE,
    "Panasonic RW2": tiff([{2: (3024,), 3: (4032,)}], b"IIU\0") + LARGE,
    "Fujifilm RAF": raf(LARGE),
    "Canon CR3": cr3(LARGE),
}


@pytest.mark.parametrize("content", RAW.values(), ids=RAW)
@pytest.mark.parametrize("name", ["IMG_4899.DNG", "photo.jpg"])
def test_a_raw_file_is_seen_by_its_large_preview_and_that_is_said(
    content: bytes, name: str, tmp_path: Path
) -> None:
    picture, note = read(content, tmp_path, name)
    assert picture.size == (2016, 1512)
    assert note.startswith("the preview of 2016x1512 inside the camera raw (")
    red, green, blue = picture.getpixel((100, 100))
    assert (red > 240, green < 20, blue < 20) == (True, True, True)
    with opened_image(tmp_path / name, LIMIT) as opened:
        small, size = opened.thumbnail(100, 100)
        assert opened.note == note
    assert (small.size, size) == ((100, 75), (2016, 1512))


def test_the_raw_pictures_own_size_is_said_where_it_is_known(tmp_path: Path) -> None:
    expected = "the preview of 2016x1512 inside the camera raw (DNG) of 4032x3024"
    assert read(RAW["DNG"], tmp_path)[1] == expected


REFUSED = {
    "DNG": with_jpeg([{**THUMBNAIL, **DNG, 330: (1, 2)}, CFA, {}], SMALL),
    "Fujifilm RAF": raf(SMALL),
    "Canon CR3": cr3(SMALL),
    "Olympus ORF": tiff([CFA], b"IIRO") + SMALL,
}


@pytest.mark.parametrize(("kind", "content"), REFUSED.items(), ids=REFUSED)
def test_a_thumbnail_is_never_taken_for_the_picture(
    kind: str, content: bytes, tmp_path: Path
) -> None:
    with pytest.raises(ImageError) as refused:
        read(content, tmp_path, "a.tif")
    assert str(refused.value) == (
        f"a.tif is a camera raw ({kind}) that can't be developed here, and the preview in it is a "
        "thumbnail of 160x120; open it in Preview or the camera's program, export it as JPEG and "
        "attach that."
    )


NONE = {
    "DNG": tiff([{**THUMBNAIL, **DNG, 330: (1,)}, CFA]),
    "Sigma X3F": b"FOVb" + bytes(100),
    "Minolta MRW": b"\0MRM" + bytes(100),
    "Canon CRW": b"II\x1a\0\0\0HEAPCCDR" + bytes(100),
    "Canon CR2": tiff([THUMBNAIL])[:8] + b"CR\2\0" + tiff([THUMBNAIL])[12:],
    "Phase One A/S": tiff([{**CFA, 271: b"Phase One A/S\0"}]),
}


@pytest.mark.parametrize(("kind", "content"), NONE.items(), ids=NONE)
def test_a_raw_file_without_a_preview_is_named(kind: str, content: bytes, tmp_path: Path) -> None:
    with pytest.raises(ImageError) as refused:
        read(content, tmp_path, "a.tif")
    beginning = f"a.tif is a camera raw ({kind}) that holds no preview that can be read; open it"
    assert str(refused.value).lower().startswith(beginning.lower())


def test_raw_pixels_that_are_packed_as_a_jpeg_are_no_preview(tmp_path: Path) -> None:
    lossless = LARGE.replace(b"\xff\xc0", b"\xff\xc3", 1)
    with pytest.raises(ImageError, match="holds no preview"):
        read(with_jpeg([{**CFA, **DNG}], lossless, (273, 279)), tmp_path)


def test_pixels_of_a_lossy_raw_file_are_no_preview(tmp_path: Path) -> None:
    linear = {**CFA, **DNG, 262: (34892,)}
    with pytest.raises(ImageError, match="holds no preview"):
        read(with_jpeg([linear], LARGE, (273, 279)), tmp_path)
    tile = encoded(quarters(1700, 1700))
    tags: dict[int, tuple[int, ...] | bytes] = {**linear, 324: (0,) * 70, 325: (len(tile),) * 70}
    start = len(tiff([tags]))
    tags[324] = tuple(start + number * len(tile) for number in range(70))
    with pytest.raises(ImageError, match="holds no preview"):
        read(tiff([tags]) + tile * 70, tmp_path)


def test_the_preview_is_turned_as_the_raw_file_says(tmp_path: Path) -> None:
    sideways = with_jpeg([{**THUMBNAIL, **DNG, 274: (6,), 330: (1, 2)}, CFA, {}], LARGE)
    for content in (sideways, cr3(LARGE, 6)):
        picture, _ = read(content, tmp_path)
        assert picture.size == (1512, 2016)
        with opened_image(tmp_path / "picture", LIMIT) as opened:
            assert opened.look()[1] == ImageSize(1512, 2016)


def test_the_preview_is_turned_as_it_says_itself(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 8
    turned = encoded(quarters(2016, 1512), exif=exif)
    content = with_jpeg([{**THUMBNAIL, **DNG, 274: (6,), 330: (1, 2)}, CFA, {}], turned)
    picture, _ = read(content, tmp_path)
    assert picture.size == (1512, 2016)
    assert picture.getpixel((10, 2000))[0] > 240


def test_a_usual_tiff_is_no_raw_file(tmp_path: Path) -> None:
    picture, note = read(encoded(quarters(), "TIFF"), tmp_path, "scan.dng")
    assert (picture.size, note) == ((64, 32), "")


def test_directories_that_name_each_other_or_too_much_end() -> None:
    loop = tiff([{330: (1,)}, {330: (0, 1)}])
    many = tiff([{330: tuple(range(60))}, *({330: tuple(range(60))} for _ in range(59))])
    wide = b"II*\0" + struct.pack("<LH", 8, 65535) + bytes(100)
    cut = loop[:20]
    found = [len(list(read_directories(BytesIO(content)))) for content in (loop, many, wide, cut)]
    assert found == [2, 60, 1, 1]

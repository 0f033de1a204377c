"""Sound files that Pillow refuses or shows wrongly are named and refused, never shown so."""

import struct
from pathlib import Path

import pytest
from PIL import Image

from seeshell.core.errors import ImageError

from .made import encoded, quarters, read

SIDE = 16
UINT, FLOAT, RGB, WHITE_IS_0, BLACK_IS_0, CMYK, CLEAR = 1, 3, 2, 0, 1, 5, 2


def tiff(
    bits: int,
    colours: int,
    photometric: int,
    *,
    order: str = "<",
    planes: int = 1,
    form: int = UINT,
    compression: int = 1,
    extra: int = 0,
) -> bytes:
    """A TIFF file of zeros, in one strip or one a plane."""
    size = SIDE * SIDE * bits // 8 * colours
    strips = colours if planes == 2 else 1
    tags = {
        256: [SIDE],
        257: [SIDE],
        258: [bits] * colours,
        259: [compression],
        262: [photometric],
        273: [1000 + index * size // strips for index in range(strips)],
        277: [colours],
        278: [SIDE],
        279: [size // strips] * strips,
        284: [planes],
        339: [form] * colours,
    }
    if extra:
        tags[338] = [extra]
    head, more, place = b"", b"", 8 + 2 + 12 * len(tags) + 4
    for tag, values in sorted(tags.items()):
        packed = struct.pack(f"{order}{len(values)}H", *values)
        if len(packed) > 4:
            packed, more = struct.pack(f"{order}L", place + len(more)), more + packed
        head += struct.pack(f"{order}HHL", tag, 3, len(values)) + packed.ljust(4, b"\0")
    mark = b"II" if order == "<" else b"MM"
    start = struct.pack(f"{order}2sHLH", mark, 42, 8, len(tags))
    return (start + head + bytes(4) + more).ljust(1000, b"\0") + bytes(size)


def deep_jpeg_2000() -> bytes:
    content = bytearray(encoded(quarters(), "JPEG2000"))
    place = content.index(b"\xff\x4f\xff\x51") + 42
    content[place : place + 9 : 3] = bytes([15] * 3)
    return bytes(content)


REFUSED = {
    "planes of 16 bits": tiff(16, 3, RGB, planes=2),
    "planes of 16 bits, big-endian": tiff(16, 3, RGB, planes=2, order=">"),
    "four planes of 16 bits": tiff(16, 4, CMYK, planes=2),
    "16 bits of which 0 is white": tiff(16, 1, WHITE_IS_0),
    "grey and alpha of 16 bits": tiff(16, 2, BLACK_IS_0, extra=CLEAR),
    "floating colours": tiff(32, 3, RGB, form=FLOAT),
    "half floats": tiff(16, 1, BLACK_IS_0, form=FLOAT),
    "doubles": tiff(64, 1, BLACK_IS_0, form=FLOAT),
    "colours of 32 bits": tiff(32, 3, RGB),
    "packed as WebP": tiff(8, 3, RGB, compression=50001),
    "JPEG 2000 of 16 bits": deep_jpeg_2000(),
}

READ = {
    "planes of 8 bits": tiff(8, 3, RGB, planes=2),
    "colours of 16 bits": tiff(16, 3, RGB),
    "16 bits of which 0 is black": tiff(16, 1, BLACK_IS_0),
    "8 bits of which 0 is white": tiff(8, 1, WHITE_IS_0),
    "floats": tiff(32, 1, BLACK_IS_0, form=FLOAT),
    "JPEG 2000": encoded(quarters(), "JPEG2000"),
    "grey JPEG 2000 of 16 bits": encoded(Image.new("I;16", (SIDE, SIDE), 300), "JPEG2000"),
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED)
def test_a_sound_file_of_a_rare_kind_is_never_called_damaged(
    tmp_path: Path, content: bytes
) -> None:
    with pytest.raises(ImageError, match=r"of a kind that can't be read here.*; export it as PNG"):
        read(content, tmp_path)


@pytest.mark.parametrize("content", READ.values(), ids=READ)
def test_its_usual_relatives_are_read(tmp_path: Path, content: bytes) -> None:
    picture, note = read(content, tmp_path)
    assert picture.mode == "RGB"
    assert not note


def test_a_tiff_without_a_directory_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="damaged or cut off"):
        read(b"II*\0\x08\0\0\0" + bytes(40), tmp_path)

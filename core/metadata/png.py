"""PNG without texts, times, EXIF and chunks that nobody knows."""

import re
import struct
import zlib
from typing import Final

from ..formats.png_file import SIGNATURE
from ..formats.spliced_file import Part, Piece
from .orientation import read_orientation, write_orientation
from .taken_apart import CanNotStrip, Content, TakenApart, read_number

_AROUND: Final = 12
"""Bytes of a chunk beside its body: length, kind and checksum."""

_KEPT: Final = frozenset(
    {b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs", b"hIST"}
    | {b"cICP", b"mDCV", b"cLLI", b"acTL", b"fcTL", b"fdAT"}
)
"""Beside the critical ones, whose names begin with a capital letter."""

_APPLE: Final = b"CgBI"
"""Of a kind that browsers can't show."""

_RAW_EXIF: Final = b"Raw profile type exif\0"
_XMP: Final = b"XML:com.adobe.xmp\0"
_TEXTS: Final = (b"zTXt", b"tEXt", b"iTXt")
_MOST_TEXT_BYTES: Final = 2**20


def take_apart(content: Content) -> TakenApart:
    """Returns what is kept.

    Raises:
        CanNotStrip: it is no usual PNG, or is cut off within a chunk that is kept.
    """
    pieces: list[Piece] = [SIGNATURE]
    exif, raw, xmp = b"", b"", b""
    position = len(SIGNATURE)
    kind = b""
    while kind != b"IEND":
        length = read_number(content, position, 4)
        kind = content[position + 4 : position + 8]
        end = position + _AROUND + length
        if kind == _APPLE or not kind.isalpha() or end > len(content):
            raise CanNotStrip
        if kind[:1].isupper() or kind in _KEPT:
            pieces.append(Part(position, end - position))
        elif length <= _MOST_TEXT_BYTES:
            body = content[position + 8 : end - 4]
            if kind == b"eXIf":
                exif = body
            elif kind in _TEXTS and body.startswith(_RAW_EXIF):
                raw = _read_raw(kind, body)
            elif kind in _TEXTS and body.startswith(_XMP):
                xmp = body
        position = end
    orientation = read_orientation(exif or raw, xmp)
    if block := write_orientation(orientation):
        # Behind the header, before all pixels.
        pieces.insert(2, _chunk(b"eXIf", block))
    return TakenApart(tuple(pieces), orientation)


def _read_raw(kind: bytes, body: bytes) -> bytes:
    """Returns the EXIF of a text that ImageMagick has written; empty where it is none."""
    text = body[len(_RAW_EXIF) :]
    if kind == b"zTXt":
        try:
            text = zlib.decompressobj().decompress(text[1:], _MOST_TEXT_BYTES)
        except zlib.error:
            return b""
    digits = re.sub(rb"\s", b"", b"".join(text.split(b"\n")[3:]))
    try:
        return bytes.fromhex(digits.decode("ascii"))
    except ValueError:
        return b""


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

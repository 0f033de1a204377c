"""WebP without its chunks of EXIF and XMP, and without those that nobody knows."""

import struct
from typing import Final

from ..formats.spliced_file import Part, Piece
from .orientation import read_orientation, write_orientation
from .taken_apart import CanNotStrip, Content, TakenApart, read_number

_HEAD: Final = 12
"""Bytes before the first chunk: `RIFF`, the length of the rest, `WEBP`."""

_KEPT: Final = frozenset({b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
_HAS_EXIF: Final = 0x08
_HAS_XMP: Final = 0x04


def take_apart(content: Content) -> TakenApart:
    """Returns what is kept.

    Raises:
        CanNotStrip: it is no WebP, or is cut off.
    """
    if content[8:_HEAD] != b"WEBP":
        raise CanNotStrip
    extended = b""
    exif, xmp = b"", b""
    kept: list[Part] = []
    position, end = _HEAD, min(len(content), 8 + read_number(content, 4, 4, is_little=True))
    while position < end:
        kind = content[position : position + 4]
        length = read_number(content, position + 4, 4, is_little=True)
        # Each begins at an even place.
        behind = position + 8 + length + length % 2
        if position + 8 + length > end:
            raise CanNotStrip
        if kind in _KEPT:
            kept.append(Part(position, behind - position))
        elif kind in (b"VP8X", b"EXIF", b"XMP "):
            body = content[position + 8 : position + 8 + length]
            extended = body if kind == b"VP8X" else extended
            exif = body if kind == b"EXIF" else exif
            xmp = body if kind == b"XMP " else xmp
        position = behind
    return _put_together(kept, extended, read_orientation(exif, xmp))


def _put_together(kept: list[Part], extended: bytes, orientation: int) -> TakenApart:
    block = write_orientation(orientation)
    pieces: list[Piece] = list(kept)
    if extended:
        flags = extended[0] & ~(_HAS_EXIF | _HAS_XMP) | (_HAS_EXIF if block else 0)
        pieces.insert(0, _chunk(b"VP8X", bytes((flags,)) + extended[1:]))
        if block:
            pieces.append(_chunk(b"EXIF", block))
    size = 4 + sum(len(it) if isinstance(it, bytes) else it.length for it in pieces)
    head = b"RIFF" + struct.pack("<I", size) + b"WEBP"
    return TakenApart((head, *pieces), orientation)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)

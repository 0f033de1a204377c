"""JPEG without comments and applications' segments, up to the end of its first picture.

Behind that telephones put further pictures, depth maps and films, each with EXIF of its own.
"""

import re
from typing import Final

from ..formats.spliced_file import Part, Piece
from .orientation import read_orientation, write_orientation
from .taken_apart import CanNotStrip, Content, TakenApart, read_number

_START: Final = b"\xff\xd8"

_END: Final = 0xD9
_SCAN: Final = 0xDA
_ALONE: Final = (0x01, *range(0xD0, 0xD8))
"""Markers without a segment behind them."""
_APPLICATIONS: Final = range(0xE0, 0xF0)
_COMMENT: Final = 0xFE

_NEXT_MARKER: Final = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]", re.DOTALL)
"""Behind a scan; within it other bytes follow 0xff."""

_COLOURS: Final = (b"ICC_PROFILE\0", b"Adobe")
"""How segments begin that say what the colours mean."""

_JFIF: Final = b"JFIF\0"
_JFIF_BYTES: Final = 12
"""Without the thumbnail, which may show more than the picture does."""

_EXIF: Final = b"Exif\0\0"
_XMP: Final = b"http://ns.adobe.com/xap/1.0/\0"


def take_apart(content: Content) -> TakenApart:
    """Returns what is kept.

    Raises:
        CanNotStrip: it is no JPEG, or is broken before its first scan.
    """
    if content[: len(_START)] != _START:
        raise CanNotStrip
    walk = _Walk(content, len(_START))
    while walk.take():
        pass
    orientation = read_orientation(walk.exif, walk.xmp)
    block = write_orientation(orientation)
    own = [_segment(0xE1, _EXIF + block)] if block else []
    return TakenApart((_START, *walk.heads, *own, *walk.pieces), orientation)


class _Walk:
    """Goes from marker to marker."""

    def __init__(self, content: Content, position: int) -> None:
        self.exif = b""
        self.xmp = b""
        self.heads: list[Piece] = []
        """What has to stand first."""
        self.pieces: list[Piece] = []
        self._content = content
        self._position = position
        self._has_scan = False

    def take(self) -> bool:
        """Takes the next segment; returns whether there may be another one."""
        content, start = self._content, self._position
        while content[self._position : self._position + 2] == b"\xff\xff":
            self._position += 1
        marker = content[self._position : self._position + 2]
        if len(marker) < 2 or marker[0] != 0xFF:
            if not self._has_scan:
                raise CanNotStrip
            # Cut off, or damaged: a decoder goes as far as it can.
            self.pieces.append(Part(start, len(content) - start))
            return False
        kind = marker[1]
        if kind == _END or kind in _ALONE:
            self.pieces.append(marker)
            self._position += 2
            return kind != _END
        length = read_number(content, self._position + 2, 2)
        if kind == _SCAN:
            self._take_scan(length)
        elif kind in _APPLICATIONS:
            self._take_application(kind, content[self._position + 4 : self._position + 2 + length])
        elif kind != _COMMENT:
            self.pieces.append(Part(self._position, 2 + length))
        if kind != _SCAN:
            self._position += 2 + length
        return True

    def _take_scan(self, length: int) -> None:
        """Takes a scan, up to the marker behind it."""
        self._has_scan = True
        behind = _NEXT_MARKER.search(self._content, self._position + 2 + length)
        end = behind.start() if behind else len(self._content)
        self.pieces.append(Part(self._position, end - self._position))
        self._position = end

    def _take_application(self, kind: int, body: bytes) -> None:
        if body.startswith(_JFIF) and len(body) >= _JFIF_BYTES:
            no_thumbnail = b"\0\0"
            self.heads = [_segment(kind, body[:_JFIF_BYTES] + no_thumbnail)]
        elif body.startswith(_COLOURS):
            self.pieces.append(_segment(kind, body))
        elif body.startswith(_EXIF):
            self.exif += body if not self.exif else body[len(_EXIF) :]
        elif body.startswith(_XMP):
            self.xmp = body[len(_XMP) :]


def _segment(kind: int, body: bytes) -> bytes:
    return bytes((0xFF, kind)) + (len(body) + 2).to_bytes(2, "big") + body

"""PNG files as Pillow can read them: without long texts, and Apple's own kind as a usual one."""

import io
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final

from PIL import ImageFile

from .spliced_file import Part, Piece, SplicedFile

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"

_MOST_BYTES: Final = 2**20
"""Of a chunk that is no part of the pixels; Pillow refuses texts that are longer unpacked."""

_MOST_PROFILE_BYTES: Final = 2**24
"""A printer's profile takes up to 4 MB."""

_KEPT: Final = frozenset({b"tRNS", b"sRGB", b"eXIf", b"acTL", b"fcTL"})
_FRAME: Final = b"fdAT"
_ORIENTED: Final = (b"Raw profile type exif\0", b"XML:com.adobe.xmp\0")
"""Keys of the texts that may say which way is up."""

_APPLE_ORDER: Final = {"RGBA": "BGRa", "RGB": "BGR"}
"""How Apple's chips want pixels: blue first, and multiplied by their alpha value."""

_ROW_BYTES: Final = 8
"""Most bytes of a pixel."""


class PngFile:
    """A PNG file without the chunks that are no part of the picture or that are broken.

    Apple's kind (chunk `CgBI`) has deflated data without the zlib header and checksum; they are
    put around it. Source: https://theapplewiki.com/wiki/PNG_CgBI_Format
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._is_apple = False
        self._most_unpacked = 0
        self._depth = 0
        self.profile: bytes | None = None
        """The colour profile once the header was read; empty if broken."""
        # PngImagePlugin reads chunks' heads whole or not at all.
        self.view = io.BufferedReader(SplicedFile(file, self._pieces()))
        """What Pillow is to read."""

    def adapt(self, header: ImageFile.ImageFile) -> None:
        """Lets Pillow, which has read the header, read the pixels in the file's own order."""
        if self._is_apple:
            header.tile = [
                tile._replace(args=_APPLE_ORDER.get(str(tile.args), tile.args))
                for tile in header.tile
            ]
        # Pillow makes values of 2, 4 and 16 bits values of 8, except the one that is transparent.
        match header.info.get("transparency"):
            case int(grey) if header.mode == "L" and self._depth < 8:
                most = 2**self._depth - 1
                header.info["transparency"] = (grey & most) * 255 // most
            case tuple(colour) if self._depth == 16:
                header.info["transparency"] = tuple(value >> 8 for value in colour)

    def _pieces(self) -> Iterator[Piece]:
        yield SIGNATURE
        position = len(SIGNATURE)
        rest: _AppleData | None = None
        while True:
            self._file.seek(position)
            head = self._file.read(8)
            kind = head[4:]
            if len(head) < 8 or not kind.isalpha():
                yield Part(position)
                return
            length = int.from_bytes(head[:4])
            if kind == b"IDAT" and self._is_apple:
                if rest is None:
                    rest = _AppleData(self._most_unpacked)
                    yield rest.begin()
                rest.add(self._file, length)
            elif rest is not None:
                yield rest.end()
                rest = None
            if self._is_wanted(kind, length):
                yield Part(position, 12 + length)
            if kind == b"IEND":
                return
            position += 12 + length

    def _is_wanted(self, kind: bytes, length: int) -> bool:
        if kind == b"CgBI":
            self._is_apple = True
            return False
        if kind == b"IHDR":
            size = self._file.read(9).ljust(9, b"\0")
            width, height, self._depth = struct.unpack(">IIB", size)
            self._most_unpacked = (_ROW_BYTES * width + 8) * height
        if kind[:1].isupper() or kind == _FRAME:
            return True
        if length > (_MOST_PROFILE_BYTES if kind == b"iCCP" else _MOST_BYTES):
            return False
        if kind == b"iCCP" and self.profile is not None:
            # There is one, by the format's rules: unpacking hundreds would take minutes.
            return False
        if kind not in _KEPT | {b"iCCP", b"zTXt", b"iTXt", b"tEXt"}:
            return False
        body = self._file.read(length)
        if zlib.crc32(kind + body) != int.from_bytes(self._file.read(4)):
            return False
        if kind == b"iCCP":
            self.profile = _unpack(body.partition(b"\0")[2][1:], _MOST_PROFILE_BYTES) or b""
            return False
        return kind in _KEPT or (body.startswith(_ORIENTED) and _is_short_text(kind, body))


class _AppleData:
    """What stands around Apple's deflated data in a usual PNG: zlib's header and checksum."""

    def __init__(self, most_bytes: int) -> None:
        self._unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        self._adler = zlib.adler32(b"")
        self._left = most_bytes

    def begin(self) -> bytes:
        """Returns the chunk to stand before the data."""
        return _chunk(b"IDAT", b"\x78\x9c")

    def add(self, file: BinaryIO, length: int) -> None:
        """Takes a chunk's data into account.

        Raises:
            ValueError: it unpacks to more than a picture of its size can hold.
        """
        packed = file.read(min(length, _MOST_BYTES))
        while packed and not self._unpacker.eof:
            length -= len(packed)
            while packed:
                unpacked = self._unpacker.decompress(packed, _MOST_BYTES)
                self._adler = zlib.adler32(unpacked, self._adler)
                self._left -= len(unpacked)
                if self._left < 0:
                    raise ValueError
                packed = self._unpacker.unconsumed_tail
            packed = file.read(min(length, _MOST_BYTES))

    def end(self) -> bytes:
        """Returns the chunk to stand behind the data."""
        return _chunk(b"IDAT", self._adler.to_bytes(4))


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _is_short_text(kind: bytes, body: bytes) -> bool:
    """Whether Pillow would take this text."""
    value = body.partition(b"\0")[2]
    if kind == b"tEXt":
        return True
    if kind == b"zTXt":
        return _unpack(value[1:], _MOST_BYTES - 1) is not None
    if value[:1] == b"\0":
        return True
    return _unpack(value[2:].split(b"\0", 2)[-1], _MOST_BYTES - 1) is not None


def _unpack(packed: bytes, most_bytes: int) -> bytes | None:
    """Returns what was packed; None if that is broken or longer."""
    unpacker = zlib.decompressobj()
    try:
        unpacked = unpacker.decompress(packed, most_bytes)
    except zlib.error:
        return None
    return unpacked if not unpacker.unconsumed_tail else None

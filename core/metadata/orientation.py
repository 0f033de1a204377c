"""Which way is up in a picture: read from its EXIF or XMP, and written as EXIF of that alone."""

import re
import struct
from typing import Final

from PIL import Image

_TAG: Final = 0x0112
_UPRIGHT: Final = 1
_XMP: Final = re.compile(rb'tiff:Orientation(?:="|>)([1-8])')


def read_orientation(exif: bytes = b"", xmp: bytes = b"") -> int:
    """Returns the orientation from 1 to 8 as `upright_rgb` finds it; 1 if nothing says so.

    Args:
        exif: the block, with or without `Exif` before it; empty for none.
        xmp: the packet; empty for none.
    """
    stated = Image.Exif()
    orientation: object = None
    try:
        stated.load(exif)
        orientation = stated.get(_TAG)
    except Exception:  # noqa: BLE001 - Pillow raises nearly anything on a broken block
        return _UPRIGHT
    if orientation is None and (match := _XMP.search(xmp)):
        orientation = int(match[1])
    return orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else _UPRIGHT


def write_orientation(orientation: int) -> bytes:
    """Returns a block of EXIF that holds the orientation alone; empty for an upright picture."""
    if orientation == _UPRIGHT:
        return b""
    short, following = 3, 0
    entry = struct.pack(">HHIHH", _TAG, short, 1, orientation, 0)
    return b"MM\0*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", following)

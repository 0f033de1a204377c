"""A picture's file as the pieces that are kept of it, and which way is up in it."""

import mmap
from typing import NamedTuple

from ..formats.spliced_file import Piece

Content = bytes | mmap.mmap
"""The bytes of a file."""


class CanNotStrip(Exception):
    """The file is not built as its format says, so that nobody knows what lies where."""


class TakenApart(NamedTuple):
    """What is kept of a file."""

    pieces: tuple[Piece, ...]
    """In the order of the new file; parts lie within the old one."""
    orientation: int
    """As EXIF counts, which the new file says as well where it is not upright."""


def read_number(content: Content, start: int, length: int, *, is_little: bool = False) -> int:
    """Returns a number of so many bytes.

    Raises:
        CanNotStrip: the content ends before it does.
    """
    found = content[start : start + length]
    if len(found) < length:
        raise CanNotStrip
    return int.from_bytes(found, "little" if is_little else "big")

"""GIF without comments and without what applications have put into it."""

from typing import Final

from ..formats.spliced_file import Part, Piece
from .taken_apart import CanNotStrip, Content, TakenApart, read_number

_HEAD: Final = 13
"""Bytes of signature and screen."""
_IMAGE_HEAD: Final = 10

_IMAGE: Final = 0x2C
_EXTENSION: Final = 0x21
_END: Final = 0x3B
_COMMENT: Final = 0xFE
_APPLICATION: Final = 0xFF

_KEPT: Final = (b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012")
"""Applications' blocks that say how often it is played, and what the colours mean."""


def take_apart(content: Content) -> TakenApart:
    """Returns what is kept.

    Raises:
        CanNotStrip: it is no GIF, or is cut off.
    """
    position = _HEAD + _table_bytes(read_number(content, 10, 1))
    pieces: list[Piece] = [Part(0, position)]
    while (kind := read_number(content, position, 1)) != _END:
        start = position
        if kind == _IMAGE:
            flags = read_number(content, position + _IMAGE_HEAD - 1, 1)
            # Behind the table stands how many bits a code has at first.
            position = _skip_blocks(content, position + _IMAGE_HEAD + _table_bytes(flags) + 1)
        elif kind == _EXTENSION:
            position = _skip_blocks(content, position + 2)
        else:
            raise CanNotStrip
        if kind == _IMAGE or _is_kept(content, start):
            pieces.append(Part(start, position - start))
    return TakenApart((*pieces, bytes((_END,))), 1)


def _is_kept(content: Content, start: int) -> bool:
    """Whether an extension belongs to the picture."""
    label = content[start + 1]
    if label == _APPLICATION:
        return content[start + 3 : start + 14] in _KEPT
    return label != _COMMENT


def _table_bytes(flags: int) -> int:
    """Returns how long the table of colours is that flags announce."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _skip_blocks(content: Content, position: int) -> int:
    """Returns where a row of blocks ends, the empty one at its end included."""
    while length := read_number(content, position, 1):
        position += 1 + length
    return position + 1

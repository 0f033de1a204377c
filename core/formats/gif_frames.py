"""How many frames a GIF has, counted without decoding any, and within bounds whoever made it."""

from io import BufferedReader
from typing import Final

_HEADER_BYTES: Final = 13
_TABLE_FLAG, _TABLE_SIZE = 0x80, 0x07
_FRAME: Final = b","
_EXTENSION: Final = b"!"
_FRAME_BYTES: Final = 9
"""Place, size and flags of a frame, behind its mark."""

_MOST_BLOCKS: Final = 2**20
"""Pieces of at most 255 bytes that are walked over: a second's work, or two."""


def count_gif_frames(file: BufferedReader) -> int:
    """Returns how many frames begin in the file before its end or the first damage, at least 1.

    Source: GIF89a, sections 17 to 26.
    """
    file.seek(0)
    _skip_table(file, file.read(_HEADER_BYTES)[10:11])
    frames = blocks = 0
    while blocks < _MOST_BLOCKS:
        mark = file.read(1)
        if mark == _FRAME:
            frames += 1
            _skip_table(file, file.read(_FRAME_BYTES)[8:9])
        elif mark != _EXTENSION:
            break
        # What packs a frame's pixels, or the kind of an extension, takes one byte.
        file.seek(1, 1)
        while size := file.read(1):
            blocks += 1
            if size == b"\0" or blocks == _MOST_BLOCKS:
                break
            file.seek(size[0], 1)
    return max(frames, 1)


def _skip_table(file: BufferedReader, flags: bytes) -> None:
    """Goes on behind the table of colours that the flags tell of."""
    if flags and flags[0] & _TABLE_FLAG:
        file.seek(3 * 2 ** ((flags[0] & _TABLE_SIZE) + 1), 1)

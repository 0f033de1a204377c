"""Pixels of a cell, as the kernel knows them: they change with the terminal's font."""

import fcntl
import struct
import sys
import termios


class CellSize:
    """Pixels of a cell now: those that were found at the start, until the kernel says others."""

    def __init__(self, found: tuple[int, int]) -> None:
        """Remembers what was found at the start: the terminal's own word is exacter."""
        self._found = found
        self._kernel = kernel_cell_size(stream_fd(sys.__stdout__))

    def now(self) -> tuple[int, int]:
        """Returns them, across and down."""
        kernel = kernel_cell_size(stream_fd(sys.__stdout__))
        return self._found if kernel is None or kernel == self._kernel else kernel


def kernel_cell_size(sink: int) -> tuple[int, int] | None:
    """Returns pixels of a cell as the kernel knows them; over SSH often not at all."""
    try:
        reply = fcntl.ioctl(sink, termios.TIOCGWINSZ, bytes(8))
    except OSError:
        return None
    rows, columns, width, height = struct.unpack("HHHH", reply)
    if not (rows and columns and width >= columns and height >= rows):
        return None
    return width // columns, height // rows


def stream_fd(stream: object) -> int:
    """Returns the stream's file descriptor, or -1 where there is none."""
    try:
        return stream.fileno()  # type: ignore[attr-defined,no-any-return]
    except (AttributeError, ValueError, OSError):
        return -1

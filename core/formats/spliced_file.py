"""Pieces of a file, and bytes between them, read as if they were one file."""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_TO_THE_END: Final = 2**62


class Part(NamedTuple):
    """A part of the file."""

    start: int
    length: int = _TO_THE_END
    """May reach beyond the file's end."""


Piece = bytes | Part


class SplicedFile(io.RawIOBase):
    """Reads pieces one behind the other; each is asked for when reading first gets there."""

    def __init__(self, file: BinaryIO, pieces: Iterator[Piece]) -> None:
        super().__init__()
        self._file = file
        self._more = pieces
        self._pieces: list[tuple[int, Piece]] = []
        self._known = 0
        self._position = 0

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """Any place can be gone to, except from the end."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Goes to a place counted from the start or from here.

        Raises:
            OSError: it is counted from the end, which is not known.
        """
        if whence == io.SEEK_END:
            raise OSError
        self._position = offset + (self._position if whence == io.SEEK_CUR else 0)
        return self._position

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Reads what comes next, at most to the end of its piece."""
        view = memoryview(buffer)
        while len(view) and (found := self._find(self._position)) is not None:
            piece, start = found
            content = self._read(piece, self._position - start, len(view))
            if content or isinstance(piece, bytes):
                view[: len(content)] = content
                self._position += len(content)
                return len(content)
            # The file ends within this part: what comes behind it follows here.
            self._cut_last(self._position)
        return 0

    def _find(self, position: int) -> tuple[Piece, int] | None:
        """Returns the piece in which a position lies, and where it starts."""
        while position >= self._known:
            piece = next(self._more, None)
            if piece is None:
                return None
            self._pieces.append((self._known, piece))
            self._known += len(piece) if isinstance(piece, bytes) else piece.length
        for start, piece in reversed(self._pieces):
            if start <= position:
                return piece, start
        return None

    def _cut_last(self, end: int) -> None:
        start, piece = self._pieces[-1]
        if isinstance(piece, Part):
            self._pieces[-1] = (start, Part(piece.start, end - start))
            self._known = end

    def _read(self, piece: Piece, offset: int, length: int) -> bytes:
        if isinstance(piece, bytes):
            return piece[offset : offset + length]
        self._file.seek(piece.start + offset)
        return self._file.read(min(length, piece.length - offset))

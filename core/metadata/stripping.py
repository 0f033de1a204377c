"""A file without metadata, by what kind of picture it begins like."""

import mmap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..formats.png_file import SIGNATURE
from ..regular_files import open_regular
from . import gif, jpeg, png, webp
from .taken_apart import CanNotStrip, Content, TakenApart

_CHUNK_BYTES: Final = 2**20

_KINDS: Final[tuple[tuple[bytes, str, Callable[[Content], TakenApart]], ...]] = (
    (b"\xff\xd8\xff", ".jpg", jpeg.take_apart),
    (SIGNATURE, ".png", png.take_apart),
    (b"RIFF", ".webp", webp.take_apart),
    (b"GIF8", ".gif", gif.take_apart),
)
"""How a file begins, the ending of its name, and what takes it apart."""


@dataclass(frozen=True)
class Stripped:
    """A picture's file as it is without metadata, while the file is open."""

    suffix: str
    """Ending of its name, as `.jpg`."""
    content: Content
    """Of the file as it is."""
    taken: TakenApart

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(len(it) if isinstance(it, bytes) else it.length for it in self.taken.pieces)

    def chunks(self) -> Iterator[bytes]:
        """Yields its bytes, a megabyte at a time at most."""
        for piece in self.taken.pieces:
            if isinstance(piece, bytes):
                yield piece
                continue
            end = piece.start + piece.length
            for start in range(piece.start, end, _CHUNK_BYTES):
                yield self.content[start : min(start + _CHUNK_BYTES, end)]


@contextmanager
def opened_stripped(path: Path) -> Iterator[Stripped | None]:
    """Gives a picture's file without metadata; None where its pixels have to be stored anew.

    They have to where the format is another one, or the file is not built as its format says.

    Raises:
        ImageError: the file is missing or can't be read.
    """
    with (
        open_regular(path, path.name) as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        yield _strip(content)


def _strip(content: Content) -> Stripped | None:
    start = content[:16]
    for beginning, suffix, take_apart in _KINDS:
        if start.startswith(beginning):
            try:
                return Stripped(suffix, content, take_apart(content))
            except CanNotStrip:
                return None
    return None

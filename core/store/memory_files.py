"""Files of the pictures of private conversations: in memory, or where the user picked them.

Linux has files without a name, which end with the process that holds them and which other
processes of the user open by a path below `/proc`. Elsewhere no copy is made: the user's own file
is read whenever the picture is needed, and must stay as it was.
"""

import asyncio
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from ..conversation import Attachment
from ..errors import ImageError, NotStored
from ..excerpt import WHOLE, Excerpt
from ..images import hash_file
from ..pictures.workers import PictureWorkers
from .picture_files import AddedPicture, added_picture

HAS_NAMELESS_FILES: Final = hasattr(os, "memfd_create")


class MemoryFiles:
    """The files of one core's private pictures. Methods that are no coroutines block."""

    def __init__(self, max_pixels: int, workers: PictureWorkers) -> None:
        """Holds none; pictures with more than `max_pixels` are refused."""
        self._max_pixels = max_pixels
        self._workers = workers
        self._places: dict[str, Path] = {}
        self._descriptors: dict[str, int] = {}
        self._checked: dict[str, tuple[int, int]] = {}

    async def add(self, source: Path, name: str, excerpt: Excerpt = WHOLE) -> AddedPicture:
        """Takes a picture's file into memory, or notes where it is.

        Raises:
            ImageError: the file is missing, can't be read or is no picture, or has no such page or
                rectangle.
        """
        name = name or source.name
        descriptor = os.memfd_create("picture") if HAS_NAMELESS_FILES else -1
        place = source if descriptor < 0 else _path_of(descriptor)
        try:
            copy = None if descriptor < 0 else place
            read = await self._workers.copy(source, copy, name, self._max_pixels, excerpt=excerpt)
            sha256 = read.sha256 or await asyncio.to_thread(hash_file, source)
        except BaseException:
            _close(descriptor)
            raise
        if sha256 in self._descriptors:
            _close(descriptor)
        else:
            self._places[sha256] = place
            if descriptor >= 0:
                self._descriptors[sha256] = descriptor
        return added_picture(self.place(Attachment(sha256, name, 0, 0)), excerpt, read)

    def place(self, picture: Attachment) -> Attachment:
        """Returns the picture with where its file lies."""
        return replace(picture, path=str(self._places.get(picture.sha256, "")))

    def is_there(self, sha256: str) -> bool:
        """Whether a file is held; `check` tells whether it is whole."""
        return sha256 in self._places

    def check(self, picture: Attachment) -> Path:
        """Returns where the file lies, once it is known to hold the bytes that were attached.

        Raises:
            NotStored: it is gone, or was changed.
        """
        path = self._places.get(picture.sha256)
        if path is None:
            raise NotStored(f"{picture.name} is not held any more: attach it again.")
        try:
            found = path.stat()
            state = found.st_size, found.st_mtime_ns
            if self._checked.get(picture.sha256) != state:
                if hash_file(path) != picture.sha256:
                    raise NotStored(f"{path} was changed since it was attached: attach it again.")
                self._checked[picture.sha256] = state
        except (OSError, ImageError) as error:
            raise NotStored(
                f"{path} can't be read any more, and no copy is made for a private conversation: "
                "put it back, or attach it again."
            ) from error
        return path

    def delete(self, pictures: Iterable[str]) -> None:
        """Lets files of these sha256 go."""
        for sha256 in pictures:
            self._places.pop(sha256, None)
            self._checked.pop(sha256, None)
            _close(self._descriptors.pop(sha256, -1))

    def close(self) -> None:
        """Lets all files go."""
        self.delete(list(self._places))


@contextmanager
def nameless_file() -> Iterator[Path]:
    """Yields the path of a file in memory, which is gone when the block ends."""
    descriptor = os.memfd_create("picture")
    try:
        yield _path_of(descriptor)
    finally:
        _close(descriptor)


def _path_of(descriptor: int) -> Path:
    """Returns a path by which the user's other processes reach what this one holds."""
    return Path(f"/proc/{os.getpid()}/fd/{descriptor}")


def _close(descriptor: int) -> None:
    if descriptor >= 0:
        with suppress(OSError):
            os.close(descriptor)

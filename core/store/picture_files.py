"""Copies of attached pictures: files named by the sha256 of their bytes."""

import asyncio
import base64
import logging
import math
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from msgspec.structs import replace

from ..conversation import Attachment
from ..errors import ImageError, NotStored, StoreError
from ..excerpt import WHOLE, Excerpt, Region
from ..images import ImageSize, hash_file
from ..pictures.jobs import Finished
from ..pictures.workers import PictureWorkers
from ..private_files import make_private_folder, wait_for_disk
from ..settings import Paths
from ..stored_pixels import WantedPixels

_logger = logging.getLogger(__name__)

_UNFINISHED: Final = ".copy-"
_HASH: Final = re.compile("[0-9a-f]{64}")


class AddedPicture(NamedTuple):
    """A picture whose file has a copy in the store."""

    picture: Attachment
    pages: int
    """Pages or frames of its file."""
    look: int
    """What the picture looks like, as `core/look.py` tells."""


class PictureFiles:
    """The pictures of one data directory. Methods that are no coroutines block, on any thread."""

    def __init__(self, paths: Paths, max_pixels: int, workers: PictureWorkers) -> None:
        self._paths = paths
        self._max_pixels = max_pixels
        self._workers = workers
        self._checked: dict[str, tuple[int, int]] = {}

    async def add(self, source: Path, name: str, excerpt: Excerpt = WHOLE) -> AddedPicture:
        """Copies a picture's file into the store; what is decoded and hashed is the copy.

        Args:
            source: the file; one of the store itself is not copied again.
            name: what to call it; its own name if empty.
            excerpt: what of it the picture is; the picture's own is what of that there is.

        Raises:
            ImageError: the file is missing, can't be read or is no picture, or has no such page or
                rectangle.
            NotStored: it is a file of the store, and not whole.
            StoreError: the copy can't be written.
        """
        name = name or source.name
        if _HASH.fullmatch(source.name) and source == self._paths.picture(source.name):
            own = Attachment(source.name, name, 0, 0)
            await asyncio.to_thread(self.check, own)
            read = await self._workers.copy(source, None, name, self._max_pixels, excerpt=excerpt)
            return added_picture(own, excerpt, read)
        copy = await asyncio.to_thread(self._make_copy, name)
        try:
            copied = await self._workers.copy(source, copy, name, self._max_pixels, excerpt=excerpt)
            await asyncio.to_thread(self._put_in_place, copy, copied.sha256, name)
        finally:
            await asyncio.to_thread(copy.unlink, missing_ok=True)
        return added_picture(Attachment(copied.sha256, name, 0, 0), excerpt, copied)

    async def read_anew(self, picture: Attachment, path: Path) -> bytes:
        """Returns the pixels of a picture, upright, as PNG where that stays small, else as JPEG.

        Args:
            picture: what of its file is wanted.
            path: where that lies, in this store or not.

        Raises:
            ImageError: the file can't be read.
        """
        wanted = WantedPixels(
            path, picture.sha256, picture.label, self._max_pixels, ImageSize, picture.excerpt
        )
        _, _, content = (await self._workers.read_url(wanted)).partition(",")
        return base64.b64decode(content)

    async def look_at(self, picture: Attachment) -> int:
        """Returns what a stored picture looks like, as `core/look.py` tells.

        Raises:
            ImageError: its file is missing or can't be read.
        """
        path, excerpt = self._paths.picture(picture.sha256), picture.excerpt
        read = await self._workers.copy(path, None, picture.name, self._max_pixels, excerpt=excerpt)
        return read.look

    def is_there(self, sha256: str) -> bool:
        """Whether there is a file of that name; `check` tells whether it is whole."""
        return self._paths.picture(sha256).exists()

    def list_unchanged(self, since: float, until: float) -> list[str]:
        """Returns the sha256 of the copies that were last written in that time."""
        return [
            copy.name
            for copy in self._paths.pictures_dir.glob("??/*")
            if copy == self._paths.picture(copy.name) and since <= _written_at(copy) < until
        ]

    def delete_unfinished(self, before: float) -> None:
        """Deletes what is left of copies that were interrupted before that time."""
        for copy in self._paths.pictures_dir.glob(f"{_UNFINISHED}*"):
            if _written_at(copy) < before and not _is_folder(copy):
                _unlink(copy)

    def check(self, picture: Attachment) -> Path:
        """Returns where the copy lies, once it is known to hold the bytes that it is named for.

        Raises:
            NotStored: the copy is missing, can't be read or was altered.
        """
        path = self._paths.picture(picture.sha256)
        try:
            found = path.stat()
            if self._checked.get(picture.sha256) != (found.st_size, found.st_mtime_ns):
                if hash_file(path) != picture.sha256:
                    raise NotStored(
                        f"The stored copy of {picture.name} was altered: attach it again."
                    )
                self._checked[picture.sha256] = (found.st_size, found.st_mtime_ns)
        except (OSError, ImageError) as error:
            sentence = f"The stored copy of {picture.name} is missing or can't be read"
            if _is_folder(path):
                raise NotStored(f"{sentence}: move the folder {path} away.") from error
            raise NotStored(f"{sentence}: attach it again.") from error
        return path

    def delete(self, pictures: Iterable[str]) -> None:
        """Deletes the copies of these sha256; what can't be deleted is left for a later sweep.

        A folder of that name stays: nobody here has made it.
        """
        for sha256 in pictures:
            self._checked.pop(sha256, None)
            if not _is_folder(self._paths.picture(sha256)):
                _unlink(self._paths.picture(sha256))

    def _make_copy(self, name: str) -> Path:
        """Returns an empty file that is to be the copy."""
        with _writing(name):
            make_private_folder(self._paths.pictures_dir)
            descriptor, path = tempfile.mkstemp(dir=self._paths.pictures_dir, prefix=_UNFINISHED)
            os.close(descriptor)
            return Path(path)

    def _put_in_place(self, copy: Path, sha256: str, name: str) -> None:
        """Gives the copy its name, unless a whole one is there already."""
        place = self._paths.picture(sha256)
        with _writing(name):
            make_private_folder(place.parent)
            if _is_whole(place, sha256):
                return
            if _is_folder(place):
                raise StoreError(
                    f"{name} can't be stored: {place} is a folder; move it away and attach the "
                    "picture again."
                )
            wait_for_disk(copy)
            copy.replace(place)
            wait_for_disk(place.parent)


def added_picture(file: Attachment, wanted: Excerpt, read: Finished) -> AddedPicture:
    """Returns what was read of a file; the rectangle that was wanted may be cut at two sides."""
    width, height = read.size
    region = wanted.region and Region(wanted.region.x, wanted.region.y, width, height)
    excerpt = replace(wanted, region=region)
    picture = replace(file, width=width, height=height, note=read.note, excerpt=excerpt)
    return AddedPicture(picture, read.pages, read.look)


@contextmanager
def _writing(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(f"{name} can't be copied into the store: {error.strerror}.") from error


def _written_at(copy: Path) -> float:
    """Returns when a file was written last; one that has gone is never old."""
    try:
        return copy.lstat().st_mtime
    except FileNotFoundError:
        return math.inf


def _unlink(copy: Path) -> None:
    try:
        copy.unlink(missing_ok=True)
    except OSError as error:
        _logger.warning("a picture that is not needed is still on the disk: %s", error)


def _is_whole(place: Path, sha256: str) -> bool:
    """Whether a file of these bytes lies there; whatever else does is replaced."""
    try:
        return hash_file(place) == sha256
    except ImageError:
        return False


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()

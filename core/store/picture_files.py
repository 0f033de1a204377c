"""Copies of attached pictures: files named by the sha256 of their bytes."""

import hashlib
import logging
import math
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO, Final

from ..conversation import Attachment
from ..errors import ImageError, NotStored, StoreError
from ..images import hash_file, inspect_image
from ..private_files import make_private_folder
from ..settings import Paths

_logger = logging.getLogger(__name__)

_CHUNK_BYTES: Final = 1 << 20
_BYTES_PER_PIXEL: Final = 8
"""No picture that can be read takes more: four channels of sixteen bits."""

_UNFINISHED: Final = ".copy-"


class PictureFiles:
    """The pictures of one data directory. Every method blocks and may run on any thread."""

    def __init__(self, paths: Paths, max_pixels: int) -> None:
        self._paths = paths
        self._max_pixels = max_pixels
        self._checked: dict[str, tuple[int, int]] = {}

    def add(self, source: Path, name: str) -> Attachment:
        """Copies a picture into the store; what is decoded and hashed is the copy.

        Raises:
            ImageError: the file is missing, can't be read or is no picture.
            StoreError: the copy can't be written.
        """
        name = name or source.name
        try:
            make_private_folder(self._paths.pictures_dir)
            descriptor, temporary = tempfile.mkstemp(
                dir=self._paths.pictures_dir, prefix=_UNFINISHED
            )
            copy = Path(temporary)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    sha256 = self._copy(source, file, name)
                size = inspect_image(copy, self._max_pixels, name=name)
                self._put_in_place(copy, sha256)
            finally:
                copy.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(f"{name} can't be copied into the store: {error.strerror}.") from error
        return Attachment(sha256, name, size.width, size.height)

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
            if _written_at(copy) < before:
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
            raise NotStored(
                f"The stored copy of {picture.name} is missing or can't be read: attach it again."
            ) from error
        return path

    def delete(self, pictures: Iterable[str]) -> None:
        """Deletes the copies of these sha256; what can't be deleted is left for a later sweep."""
        for sha256 in pictures:
            self._checked.pop(sha256, None)
            _unlink(self._paths.picture(sha256))

    def _copy(self, source: Path, copy: BinaryIO, name: str) -> str:
        digest = hashlib.sha256()
        left = self._max_pixels * _BYTES_PER_PIXEL
        with _open_source(source) as original:
            while chunk := original.read(_CHUNK_BYTES):
                left -= len(chunk)
                if left < 0:
                    raise ImageError(f"{name} is too large a file for a picture.")
                digest.update(chunk)
                copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
        return digest.hexdigest()

    def _put_in_place(self, copy: Path, sha256: str) -> None:
        """Gives the copy its name, unless a whole one is there already."""
        place = self._paths.picture(sha256)
        make_private_folder(place.parent)
        if place.exists() and hash_file(place) == sha256:
            return
        copy.replace(place)
        _sync_folder(place.parent)


def _open_source(source: Path) -> BinaryIO:
    """Opens a regular file; a pipe or device would block or never end."""
    try:
        descriptor = os.open(source, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise ImageError(f"{source} does not exist.") from error
    except OSError as error:
        raise ImageError(f"{source} can't be read: {error.strerror}.") from error
    if not S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise ImageError(f"{source} is no file.")
    return os.fdopen(descriptor, "rb")


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


def _sync_folder(folder: Path) -> None:
    """Makes a new name in the folder last through a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

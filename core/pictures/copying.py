"""Copies a picture that a user named into a file of the store, and decodes that to its end."""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from ..errors import ImageError, StoreError
from ..images import OpenedImage, opened_image
from .jobs import CopyJob, Finished, StillReading, as_path
from .parent import Parent

_CHUNK_BYTES: Final = 2**20
_REPORT_SECONDS: Final = 1.0


def copy_picture(job: CopyJob, parent: Parent) -> Finished:
    """Copies the picture if its header is sound and there is to be a copy, then decodes that.

    Raises:
        ImageError: the picture can't be read.
        StoreError: its copy can't be written.
    """
    path, sha256 = as_path(job.path), ""
    if job.copy:
        copy = as_path(job.copy)
        with opened_image(path, job.max_pixels, name=job.name) as picture:
            sha256 = _copy_bytes(picture, copy, job.name, parent)
        path = copy
    with opened_image(path, job.max_pixels, name=job.name, excerpt=job.excerpt) as picture:
        parent.wait_for_memory(picture, job)
        look, size = picture.look()
        return Finished(sha256, size, picture.note, pages=picture.pages, look=look)


def _copy_bytes(picture: OpenedImage, copy: Path, name: str, parent: Parent) -> str:
    """Writes the file's bytes into the copy and returns their sha256."""
    digest = hashlib.sha256()
    told_at = time.monotonic()
    picture.file.seek(0)
    with _writing(copy, name) as file:
        while chunk := _read(picture.file, name):
            digest.update(chunk)
            file.write(chunk)
            if file.tell() > picture.most_bytes:
                raise ImageError(f"{name} grows while it is copied; attach it again.")
            if time.monotonic() - told_at > _REPORT_SECONDS:
                told_at = time.monotonic()
                parent.tell(StillReading())
        file.truncate()
    return digest.hexdigest()


def _read(file: BinaryIO, name: str) -> bytes:
    try:
        return file.read(_CHUNK_BYTES)
    except OSError as error:
        raise ImageError(f"{name} can't be read: {error.strerror}.") from error


@contextmanager
def _writing(copy: Path, name: str) -> Iterator[BinaryIO]:
    try:
        # Not made anew: the copy was given up if it is gone.
        with copy.open("r+b") as file:
            yield file
    except OSError as error:
        raise StoreError(f"{name} can't be copied into the store: {error.strerror}.") from error

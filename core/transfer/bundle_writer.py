"""Writes a bundle: under another name beside its place until it is whole."""

import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final, Self
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import msgspec

from ..errors import TransferError
from ..kept import KeptConversation
from ..private_files import wait_for_disk
from .bundle_format import (
    MANIFEST,
    MOST_CONVERSATION_BYTES,
    VERSION,
    Manifest,
    conversation_name,
    picture_name,
)

_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest that a zip file can tell."""
_READABLE: Final = 0o100600 << 16
"""A file of its owner, as zip files of Unix write that."""
_CHUNK_BYTES: Final = 2**20
_UNFINISHED: Final = ".unfinished"
_PICTURES: Final = ".pictures"


class BundleWriter:
    """A new bundle, 0600. It is there once `finish` has returned, and nothing is if that is never.

    Every method blocks.

    Raises:
        TransferError: from every method, when the bundle can't be written; it is gone then.
    """

    def __init__(self, target: Path, made_by: str) -> None:
        """Begins a bundle.

        Args:
            target: its place, which must be free.
            made_by: program and version.
        """
        self._target = target
        self._folder: Path | None = None
        self.pictures: set[str] = set()
        """The sha256 of those that are in it."""
        with _writing(target):
            if os.path.lexists(target):
                raise TransferError(f"{target} is there already: give the bundle another name.")
            _remove_leftovers(target)
            descriptor, name = tempfile.mkstemp(_UNFINISHED, f".{target.name}.", target.parent)
            self._unfinished = Path(name)
            self._file: BinaryIO = os.fdopen(descriptor, "w+b")
            self._zip = ZipFile(self._file, "w", ZIP_STORED)
        manifest = Manifest("seeshell bundle", VERSION, made_by)
        try:
            with _writing(target):
                self._add(MANIFEST, msgspec.json.encode(manifest))
        except TransferError:
            self.__exit__()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        """Removes what is not finished."""
        with suppress(OSError, ValueError):
            # It would write its list of files, which may not go through.
            self._zip.close()
        self._file.close()
        self._unfinished.unlink(missing_ok=True)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def make_folder(self) -> Path:
        """Returns a folder for pictures that are made for this bundle alone; it goes in the end.

        It is beside the bundle's place and not among temporary files: of what is private nothing
        comes on any disk but the one that the user names.
        """
        with _writing(self._target):
            name = tempfile.mkdtemp(_PICTURES, f".{self._target.name}.", self._target.parent)
        self._folder = Path(name)
        return self._folder

    def add_conversation(self, conversation: KeptConversation) -> str:
        """Adds a conversation; returns a sentence on why it is left out, empty if it is not."""
        document = msgspec.json.encode(conversation.portable())
        if len(document) > MOST_CONVERSATION_BYTES:
            return (
                f"“{conversation.title}” is left out: its text has more than the "
                f"{MOST_CONVERSATION_BYTES >> 20} MB that a bundle takes of one conversation."
            )
        with _writing(self._target):
            self._add(conversation_name(conversation.uuid), document)
        return ""

    def add_picture(self, sha256: str, source: BinaryIO) -> None:
        """Adds the file of a picture, once.

        Args:
            sha256: of its bytes.
            source: the bytes, from the start.

        Raises:
            TransferError: they are others.
        """
        if sha256 in self.pictures:
            return
        self.pictures.add(sha256)
        digest = hashlib.sha256()
        with _writing(self._target):
            entry = _entry(picture_name(sha256), source.seek(0, os.SEEK_END))
            source.seek(0)
            with self._zip.open(entry, "w") as file:
                while chunk := source.read(_CHUNK_BYTES):
                    digest.update(chunk)
                    file.write(chunk)
        if digest.hexdigest() != sha256:
            raise TransferError(f"A picture was changed while it was copied to {self._target}.")

    def finish(self) -> int:
        """Puts the bundle in its place, on disk; returns its size in bytes."""
        with _writing(self._target):
            self._zip.close()
            self._file.flush()
            os.fsync(self._file.fileno())
            size = self._file.tell()
            _put_in_place(self._unfinished, self._target)
            wait_for_disk(self._target.parent)
        return size

    def _add(self, name: str, content: bytes) -> None:
        self._zip.writestr(_entry(name, len(content)), content)


def _entry(name: str, size: int) -> ZipInfo:
    entry = ZipInfo(name, _NO_TIME)
    entry.create_system = 3
    entry.external_attr = _READABLE
    entry.file_size = size
    return entry


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError as error:
        raise TransferError(f"{target} is there already: give the bundle another name.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise TransferError(f"{target} can't be written ({reason}): check the path.") from error


def _put_in_place(unfinished: Path, target: Path) -> None:
    """Gives the file its name; what came to be there meanwhile stays."""
    try:
        target.hardlink_to(unfinished)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS):
            raise
        # A disk that knows no second names, as a memory stick.
        unfinished.rename(target)


def _remove_leftovers(target: Path) -> None:
    """Removes what a program that was killed has left of this bundle."""
    start = f".{target.name}."
    for path in target.parent.iterdir():
        if path.name.startswith(start) and path.name.endswith(_UNFINISHED):
            path.unlink(missing_ok=True)
        elif path.name.startswith(start) and path.name.endswith(_PICTURES):
            shutil.rmtree(path, ignore_errors=True)

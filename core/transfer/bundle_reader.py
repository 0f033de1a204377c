"""Reads a bundle that a stranger may have made: nothing of it is written by its own names."""

import hashlib
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, NoReturn, Self
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import msgspec

from ..errors import TransferError
from ..undecodable import UNDECODABLE
from .bundle_format import (
    MANIFEST,
    MOST_CONVERSATION_BYTES,
    MOST_DIRECTORY_BYTES,
    MOST_FILES,
    MOST_MANIFEST_BYTES,
    VERSION,
    Manifest,
    read_name,
)
from .handed_in import ZIP_DAMAGE, open_handed_in

_CHUNK_BYTES: Final = 2**20

_TOO_MANY_BYTES: Final = MOST_DIRECTORY_BYTES + 1

_IS_ENCRYPTED: Final = 1
"""A bit of a file's flags."""


class BundleReader:
    """An open bundle. Every method blocks; one thread at a time.

    Raises:
        TransferError: from every method, in one sentence, when the file can't be read or is no
            bundle.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = open_handed_in(path)
        try:
            with self._reading():
                self._zip = ZipFile(_BoundedFile(self._file))
            self._check_entries()
            self.manifest = self._read_manifest()
            """What it says about itself."""
            self.conversations = self._find("conversation")
            """Its conversations' files by uuid, in the order in which they are stored."""
            self.pictures = self._find("picture")
            """Its pictures' files by sha256."""
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        """Closes the file."""
        self._file.close()

    @property
    def strangers(self) -> tuple[str, ...]:
        """Names of files in it that are no part of a bundle; nobody reads these."""
        return tuple(
            it.filename
            for it in self._zip.infolist()
            if it.filename != MANIFEST
            and not it.filename.endswith("/")
            and read_name(it.filename) is None
        )

    def read_conversation(self, uuid: str) -> bytes:
        """Returns the JSON of one of its conversations."""
        return self._read(self.conversations[uuid], MOST_CONVERSATION_BYTES)

    def copy_picture(self, sha256: str, target: BinaryIO) -> None:
        """Copies the bytes of one of its pictures.

        Raises:
            TransferError: they are not those that it is named for.
        """
        digest = hashlib.sha256()
        with self._reading(), self._zip.open(self.pictures[sha256]) as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
                target.write(chunk)
        if digest.hexdigest() != sha256:
            raise TransferError(f"A picture in {self._path.name} is damaged.")

    def _check_entries(self) -> None:
        entries = self._zip.infolist()
        if len(entries) > MOST_FILES:
            self._refuse(f"it holds {len(entries):,} files, more than the {MOST_FILES:,} it may")
        names = set()
        for entry in entries:
            if entry.filename in names:
                self._refuse("it holds two files of the same name")
            names.add(entry.filename)
            if stat.S_ISLNK(entry.external_attr >> 16):
                self._refuse("it holds a link")
            if entry.compress_type != ZIP_STORED or entry.compress_size != entry.file_size:
                self._refuse("its files are compressed, which seeshell's own are not")
            if entry.flag_bits & _IS_ENCRYPTED:
                self._refuse("it is encrypted")

    def _read_manifest(self) -> Manifest:
        entry = self._zip.NameToInfo.get(MANIFEST)
        if entry is None:
            self._refuse(f"it has no {MANIFEST}")
        try:
            manifest = msgspec.json.decode(self._read(entry, MOST_MANIFEST_BYTES), type=Manifest)
        except UNDECODABLE as error:
            raise self._refusal(f"its {MANIFEST} is none of seeshell") from error
        if manifest.version > VERSION:
            raise TransferError(
                f"{self._path.name} was made by a newer seeshell ({manifest.made_by[:40]}): update "
                "this one, then import it again."
            )
        return manifest

    def _find(self, kind: str) -> Mapping[str, ZipInfo]:
        found = ((read_name(entry.filename), entry) for entry in self._zip.infolist())
        return {part[1]: entry for part, entry in found if part and part[0] == kind}

    def _read(self, entry: ZipInfo, most_bytes: int) -> bytes:
        if entry.file_size > most_bytes:
            self._refuse(f"{entry.filename} has more than {most_bytes >> 10:,} kB")
        with self._reading(), self._zip.open(entry) as file:
            return file.read()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise TransferError(f"{self._path} can't be read ({error.strerror}).") from error
        except ZIP_DAMAGE as error:
            raise self._refusal("it is damaged, or something else") from error

    def _refuse(self, why: str) -> NoReturn:
        raise self._refusal(why)

    def _refusal(self, why: str) -> TransferError:
        return TransferError(f"{self._path.name} is no bundle that seeshell can read: {why}.")


class _BoundedFile:
    """A file of which no more is read at once than what a list of files may take."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        """Returns that many bytes, or fewer at the end.

        Raises:
            BadZipFile: that is too much.
        """
        content = self._file.read(size if 0 <= size <= MOST_DIRECTORY_BYTES else _TOO_MANY_BYTES)
        if len(content) == _TOO_MANY_BYTES:
            raise BadZipFile("its list of files is too long")
        return content

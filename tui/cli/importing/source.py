"""Files that other programs export: a zip file, a folder, or one file and what lies beside it.

What is in them is only ever named by names that are really there: nothing is written, and a name in
another file leads nowhere else.
"""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final, Self
from zipfile import ZipFile, ZipInfo

from ....core.errors import TransferError
from ....core.transfer.handed_in import ZIP_DAMAGE, open_handed_in

MOST_JSON_BYTES: Final = 2**30
_MOST_PICTURE_BYTES: Final = 2**30
_MOST_FILES: Final = 500_000
_MOST_RATIO: Final = 200
"""How many times larger than itself a packed file may become."""
_MOST_PACKED_WELL: Final = 2**24
"""Bytes to which any file may grow."""
_DEEP: Final = 6
"""Folders below each other that are looked into."""
_SHALLOW: Final = 2
"""The same where one file of a folder is named."""
_SPOOLED_BYTES: Final = 2**24
_CHUNK_BYTES: Final = 2**20


class Source:
    """The files of an export by their names, as `users/a/b.png`.

    Raises:
        TransferError: from every method, when something can't be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.names: tuple[str, ...] = ()
        """What is in it, sorted."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        """Closes what is open."""

    def place_of(self, name: str) -> Path | None:
        """Returns where one of the files lies; None where that is in no folder."""
        del name
        return None

    def read(self, name: str, most_bytes: int = MOST_JSON_BYTES) -> bytes:
        """Returns the content of a file."""
        with self.open(name, most_bytes) as file:
            return file.read()

    def open(self, name: str, most_bytes: int = _MOST_PICTURE_BYTES) -> BinaryIO:
        """Returns a file of `names`, which can be read more than once."""
        raise NotImplementedError


class FolderSource(Source):
    """A folder, or a single file's folder; links in it are not followed."""

    def __init__(self, path: Path, folder: Path | None = None) -> None:
        """Lists the files.

        Args:
            path: what the user named.
            folder: where the files lie; the path itself if left out.
        """
        super().__init__(path)
        self._folder = folder or path
        with _reading(path):
            found = _list(self._folder, _DEEP if folder is None else _SHALLOW)
            self.names = tuple(sorted(islice(found, _MOST_FILES)))

    def place_of(self, name: str) -> Path | None:
        """Returns where one of the files lies."""
        return self._folder / name

    def open(self, name: str, most_bytes: int = _MOST_PICTURE_BYTES) -> BinaryIO:
        """Returns one of the files."""
        with _reading(self.path):
            file = open_handed_in(self._folder / name)
            if os.fstat(file.fileno()).st_size > most_bytes:
                file.close()
                raise _too_large(name, most_bytes)
            return file


class ZipSource(Source):
    """A zip file, whose files may be made to grow without end."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._file = open_handed_in(path)
        try:
            with _reading(path):
                self._zip = ZipFile(self._file)
            entries = [it for it in self._zip.infolist() if not it.filename.endswith("/")]
            if len(entries) > _MOST_FILES:
                raise TransferError(f"{path.name} holds more than {_MOST_FILES:,} files.")
        except BaseException:
            self._file.close()
            raise
        self._entries: Mapping[str, ZipInfo] = {it.filename: it for it in entries}
        self.names = tuple(sorted(self._entries))

    def __exit__(self, *_exception: object) -> None:
        """Closes the file."""
        self._file.close()

    def open(self, name: str, most_bytes: int = _MOST_PICTURE_BYTES) -> BinaryIO:
        """Returns a copy of one of the files, unpacked."""
        entry = self._entries[name]
        grown = max(_MOST_PACKED_WELL, _MOST_RATIO * entry.compress_size)
        if entry.file_size > min(most_bytes, grown):
            raise _too_large(name, min(most_bytes, grown))
        copy = tempfile.SpooledTemporaryFile(_SPOOLED_BYTES)  # noqa: SIM115 - the caller closes it
        with _reading(self.path), self._zip.open(entry) as file:
            while chunk := file.read(_CHUNK_BYTES):
                copy.write(chunk)
        copy.seek(0)
        return copy  # type: ignore[return-value]


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise TransferError(f"{path} can't be read ({error.strerror or error}).") from error
    except ZIP_DAMAGE as error:
        raise TransferError(f"{path} is damaged: export or download it again.") from error


def _list(folder: Path, depth: int, before: str = "") -> Iterator[str]:
    """Yields the names of the regular files, some folders deep."""
    with os.scandir(folder) as found:
        for entry in found:
            if entry.is_file(follow_symlinks=False):
                yield before + entry.name
            elif depth > 1 and entry.is_dir(follow_symlinks=False):
                # What may not be read is no part of what the user has exported.
                with suppress(PermissionError):
                    yield from _list(folder / entry.name, depth - 1, f"{before}{entry.name}/")


def _too_large(name: str, most_bytes: int) -> TransferError:
    return TransferError(f"{name} has more than the {most_bytes >> 20:,} MB that it may have.")

"""Files that users name, opened for reading without ever waiting for a pipe or a device."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Final

from .errors import ImageError

MACOS_PRIVACY: Final = (
    "macOS keeps this folder from programs that were started over SSH; allow Full Disk Access for "
    "remote users in System Settings, General, Sharing, Remote Login (the i button)."
)
"""What EPERM means where a file or folder is only read."""

WITHOUT_WAITING: Final = os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY | os.O_NONBLOCK
"""Flags with which opening for reading returns at once, whatever lies there."""


@contextmanager
def open_regular(path: Path, name: str) -> Iterator[BufferedReader]:
    """Gives the regular file, open for reading.

    Args:
        path: any path, whatever lies there.
        name: what errors call the file where its place does not matter.

    Raises:
        ImageError: missing, unreadable, empty, or no regular file.
    """
    try:
        _check_kind(path, path.stat())
        file = os.fdopen(os.open(path, WITHOUT_WAITING), "rb")
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ImageError(f"{path} does not exist; check the path.") from error
    except PermissionError as error:
        if error.errno == errno.EPERM:
            raise ImageError(f"{path} may not be read: {MACOS_PRIVACY}") from error
        raise ImageError(f"{path} may not be read; change its permissions.") from error
    except OSError as error:
        reason = error.strerror or error
        raise ImageError(f"{path} can't be opened ({reason}); check the path.") from error
    except ValueError as error:
        shown = str(path).replace("\0", "\N{SYMBOL FOR NULL}")
        raise ImageError(
            f"{shown} can't be opened (it holds a NUL character); check the path."
        ) from error
    with file:
        # What was a file a moment ago may be a pipe now.
        status = os.fstat(file.fileno())
        _check_kind(path, status)
        if status.st_size == 0:
            raise ImageError(f"{name} is empty; copy it again from its source.")
        yield file


def _check_kind(path: Path, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise ImageError(f"{path} is a folder; choose a picture in it.")
    if not stat.S_ISREG(status.st_mode):
        raise ImageError(f"{path} is not a regular file; choose a picture file.")

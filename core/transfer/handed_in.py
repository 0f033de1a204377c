"""Files that users hand in to be imported: opened without waiting, errors as sentences."""

import os
import stat
import struct
import zlib
from pathlib import Path
from typing import BinaryIO, Final
from zipfile import BadZipFile

from ..errors import TransferError
from ..regular_files import WITHOUT_WAITING

ZIP_DAMAGE: Final = (
    BadZipFile,
    EOFError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What `zipfile` raises at bytes that make no sense, and at what is encrypted."""


def open_handed_in(path: Path) -> BinaryIO:
    """Returns a regular file, without waiting for a pipe or a device.

    Raises:
        TransferError: it is none, or can't be read.
    """
    try:
        file = os.fdopen(os.open(path, WITHOUT_WAITING), "rb")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise TransferError(f"{path} can't be read ({reason}): check the path.") from error
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise TransferError(f"{path} is no file: name a bundle, an export, or its folder.")
    return file

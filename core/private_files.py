"""Folders and files that only their owner can read."""

import os
import stat
from pathlib import Path


def make_missing_folders(folder: Path) -> None:
    """Makes the folder and those above it that are missing, each 0700; the others stay."""
    missing = [part for part in (folder, *folder.parents) if not part.exists()]
    for part in reversed(missing):
        part.mkdir(mode=0o700, exist_ok=True)


def make_private_folder(folder: Path) -> None:
    """Makes the folder 0700, whether it was there or not.

    Raises:
        PermissionError: it belongs to another user, or is a link.
    """
    make_missing_folders(folder)
    found = folder.lstat()
    if found.st_uid != os.getuid() or not stat.S_ISDIR(found.st_mode):
        raise PermissionError(1, "It belongs to another user", str(folder))
    if stat.S_IMODE(found.st_mode) & 0o077:
        folder.chmod(0o700)


def open_private(path: Path, flags: int) -> int:
    """Returns a descriptor of the file, made 0600 if it was missing."""
    make_missing_folders(path.parent)
    return os.open(path, flags | os.O_CREAT | os.O_CLOEXEC, 0o600)

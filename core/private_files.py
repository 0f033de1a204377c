"""Folders and files that only their owner can read.

Errors of these functions carry a sentence in `strerror` and the place in `filename`.
"""

import errno
import os
import stat
import tempfile
from collections.abc import Collection
from pathlib import Path

_LOOSE = 0o077
"""Rights of other users."""

_NO_FILE = "It is no file: move it away"


def make_missing_folders(folder: Path) -> None:
    """Makes the folder and those above it that are missing, each 0700; the others stay."""
    missing = [part for part in (folder, *folder.parents) if not part.exists()]
    for part in reversed(missing):
        try:
            part.mkdir(mode=0o700, exist_ok=True)
        except FileExistsError as error:
            # A link whose target is missing; a file has been found to exist.
            raise _refusal(part, "It is a link to a folder that is missing") from error


def make_private_folder(folder: Path) -> None:
    """Makes the folder 0700, whether it was there or not.

    Raises:
        PermissionError: it belongs to another user, or is a link.
        NotADirectoryError: a file is in its place.
    """
    make_missing_folders(folder)
    found = folder.lstat()
    if stat.S_ISLNK(found.st_mode):
        raise _refusal(folder, "It is a link, which is not followed here: put a folder there")
    if found.st_uid != os.getuid():
        raise _refusal(folder, "It belongs to another user")
    if not stat.S_ISDIR(found.st_mode):
        sentence = "It is no folder: move it away"
        raise NotADirectoryError(errno.ENOTDIR, sentence, str(folder))
    if stat.S_IMODE(found.st_mode) & _LOOSE:
        folder.chmod(0o700)


def tighten_folder(folder: Path, names: Collection[str]) -> bool:
    """Makes the folder 0700 if it is there; False where other users keep rights to it.

    They do where it is not the user's own, and where it holds more than seeshell's files: who sets
    `SEESHELL_HOME` to a folder that other programs share must not be locked out of that.

    Args:
        folder: may be missing.
        names: how the names of all that seeshell puts there begin.
    """
    try:
        found = folder.lstat()
        if not stat.S_IMODE(found.st_mode) & _LOOSE:
            return True
        is_own = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
        if not is_own or not all(it.name.startswith(tuple(names)) for it in folder.iterdir()):
            return False
        folder.chmod(0o700)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def open_private(path: Path, flags: int) -> int:
    """Returns a descriptor of the user's own file, which is made if it was missing, and 0600.

    Raises:
        OSError: it can't be opened, is a link or no file, or belongs to another user.
    """
    make_missing_folders(path.parent)
    return open_own(path, flags | os.O_CREAT)


def open_own(path: Path, flags: int) -> int:
    """Returns a descriptor of the user's own file, and makes it 0600.

    Raises:
        OSError: as of `open_private`; `FileNotFoundError` if it is missing.
    """
    try:
        # Without O_NONBLOCK a named pipe would wait for its other end.
        descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if path.is_symlink():
            sentence = "It is a link, which is not followed here: move it away"
            raise _refusal(path, sentence) from error
        if path.exists() and not path.is_file():
            raise _refusal(path, _NO_FILE) from error
        raise
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise _refusal(path, _NO_FILE)
        if found.st_uid != os.getuid():
            raise _refusal(path, "It belongs to another user")
        if stat.S_IMODE(found.st_mode) & _LOOSE:
            os.fchmod(descriptor, 0o600)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def replace_private(path: Path, content: bytes) -> None:
    """Puts a new file, 0600, in the place of whatever has that name, whole or not at all.

    Raises:
        OSError: it can't be written; what was there stays.
    """
    make_missing_folders(path.parent)
    # Under a name that nobody can have put a link at, and that no other window writes to.
    descriptor, unfinished = tempfile.mkstemp(".new", f"{path.name}.", path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(unfinished).replace(path)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise


def _refusal(path: Path, sentence: str) -> PermissionError:
    return PermissionError(errno.EPERM, sentence, str(path))


def wait_for_disk(path: Path) -> None:
    """Returns when a file's bytes, or the names in a folder, would outlast a power cut."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

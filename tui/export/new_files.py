"""New files and folders in places of the user's own: whole or not there, and nothing overwritten.

They are for giving away: the user's umask says who may read them.
"""

import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ...core.errors import TransferError


def write_new(path: Path, chunks: Iterable[bytes]) -> str:
    """Writes a file that is not there yet, and returns its name.

    Raises:
        OSError: it is there, or can't be written.
    """
    with path.open("xb") as file:
        file.writelines(chunks)
    return path.name


def copy_new(source: Path, target: Path) -> str:
    """Copies the bytes of a file, but not its rights, to where none is yet; returns its name.

    Raises:
        OSError: one is there, or it can't be copied.
    """
    with source.open("rb") as original, target.open("xb") as copy:
        shutil.copyfileobj(original, copy)
    return target.name


def check_free(*paths: Path) -> None:
    """Makes sure that nothing is in a place.

    Raises:
        TransferError: something is.
    """
    for path in paths:
        if os.path.lexists(path):
            raise TransferError(f"{path} is there already; add --force to replace it.")


@contextmanager
def unfinished(path: Path) -> Iterator[Path]:
    """Gives a name beside a place for what is not finished; removes what is still there then.

    Raises:
        TransferError: what is written there can't be, as on a full disk.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    try:
        yield beside
    except OSError as error:
        raise TransferError(f"{path} can't be written: {error.strerror}.") from error
    finally:
        remove(beside)


def put_in_place(finished: Path, path: Path, *, replaces: bool) -> None:
    """Gives what is finished its name.

    Args:
        finished: a file or a folder, on the same disk.
        path: its place.
        replaces: whether a file goes that is there, and in a folder those of the same names; else
            this is refused.

    Raises:
        TransferError: something is there.
        OSError: it can't be done.
    """
    if replaces:
        _replace(finished, path)
        return
    check_free(path)
    if finished.is_dir():
        finished.rename(path)
        return
    try:
        # Unlike a new name, a second one replaces nothing that has just got there.
        path.hardlink_to(finished)
    except FileExistsError:
        check_free(path)
    except OSError:
        # Some disks know no second names.
        finished.rename(path)


def _replace(finished: Path, path: Path) -> None:
    """Replaces a file; in a folder what is in the other one, and nothing of the user's own."""
    if not (finished.is_dir() and path.is_dir()):
        finished.replace(path)
        return
    for it in list(finished.iterdir()):
        _replace(it, path / it.name)


def remove(path: Path) -> None:
    """Removes a file or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)

"""Puts a rescued database in the place of the damaged one, which is kept.

In steps of which each can be the last: the damaged file is copied, with what its `-wal` holds; the
rescued one is written beside it and gets its name when it is whole and on the disk; then it takes
the damaged one's place. A core that is started between the last two says that a repair is to be
ended, see `store.database`.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ..private_files import wait_for_disk
from ..settings import Paths
from ..store.backups import date_of_name
from ..store.database import rescued_file

_BESIDE = ("-wal", "-shm", "-journal")

_Result = TypeVar("_Result")


def exchange(paths: Paths, make: Callable[[Path, Path], _Result]) -> tuple[Path, _Result]:
    """Replaces the database by one that is made of it.

    Args:
        paths: where it lies.
        make: writes the new one to the second path from the damaged one at the first.

    Returns:
        Where the damaged one is kept, and what `make` returned.

    Raises:
        Exception: from `make`, or an OSError; everything is as it was then.
    """
    kept = paths.data_dir / f"damaged-{date_of_name()}-conversations.sqlite"
    unfinished = paths.data_dir / "conversations.rescue"
    _remove_all(unfinished)
    try:
        _keep(paths, kept)
        unfinished.touch(0o600)
        made = make(kept, unfinished)
        wait_for_disk(unfinished)
        unfinished.replace(rescued_file(paths))
    except BaseException:
        # A copy of what is still in its place would take up room that may be what was missing.
        _remove_all(unfinished)
        _remove_all(kept)
        raise
    # Made by reading it.
    _remove(Path(f"{kept}-shm"))
    wait_for_disk(paths.data_dir)
    finish(paths)
    return kept, made


def finish(paths: Paths) -> bool:
    """Puts a whole rescued database in its place; returns whether there was one."""
    rescued = rescued_file(paths)
    if not rescued.exists():
        return False
    # What they hold belongs to the damaged file, and is in the copy of it.
    for suffix in _BESIDE:
        _remove(Path(f"{paths.database}{suffix}"))
    wait_for_disk(paths.data_dir)
    rescued.replace(paths.database)
    wait_for_disk(paths.data_dir)
    return True


def _keep(paths: Paths, kept: Path) -> None:
    """Copies the damaged database with its `-wal`."""
    unfinished = paths.data_dir / "conversations.damaged"
    try:
        for suffix in ("-wal", ""):
            source = Path(f"{paths.database}{suffix}")
            if source.exists():
                unfinished.touch(0o600)
                shutil.copyfile(source, unfinished)
                wait_for_disk(unfinished)
                unfinished.replace(f"{kept}{suffix}")
        wait_for_disk(paths.data_dir)
    finally:
        _remove(unfinished)


def _remove_all(database: Path) -> None:
    """Removes a database and what lies beside it."""
    for suffix in ("", *_BESIDE):
        _remove(Path(f"{database}{suffix}"))


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)

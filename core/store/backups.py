"""Dated copies of the database: one before each migration, and one a week."""

import logging
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Final

from ..errors import StoreError
from ..private_files import open_private
from ..settings import Paths
from .migrations import MIGRATIONS, find_damage, migrate, read_version

_logger = logging.getLogger(__name__)

_KEPT: Final = 3
"""Backups of each kind that stay; an older one is deleted once a newer one is in its place."""

SAVE_WHAT_CAN_BE_READ: Final = "Run `seeshell doctor --repair`, which saves what can be read of it"
"""What to do about a damaged database, without the full stop."""

_BEFORE_MIGRATIONS: Final = "conversations-*-version-*.sqlite"
WEEKLY: Final = "conversations-*-weekly.sqlite"
"""What the names of weekly backups look like."""

_UNFINISHED: Final = "conversations.unfinished"
"""A backup while it is written; what a crash leaves of it is written over."""


def migrate_with_backup(database: sqlite3.Connection, paths: Paths) -> None:
    """Brings the database to the newest version; an existing one is checked and copied before.

    Raises:
        StoreError: it is damaged, can't be copied, or a step failed; it is as it was before.
    """
    version = read_version(database)
    if not 0 < version < len(MIGRATIONS):
        migrate(database)
        return
    if damage := find_damage(database):
        raise StoreError(
            f"The conversations in {paths.database} can't be used: the file is damaged ({damage}). "
            f"{SAVE_WHAT_CAN_BE_READ}."
        )
    backup = _back_up(database, paths, version)
    _logger.info("converting the conversations; they were copied to %s", backup)
    try:
        migrate(database)
    except (sqlite3.Error, StoreError) as error:
        backup.unlink()
        raise StoreError(
            f"The conversations in {paths.database} could not be converted for this version of "
            f"seeshell ({error}). They are as they were: use the version that made them, and "
            "report this."
        ) from error
    delete_older_backups(paths, _BEFORE_MIGRATIONS)


def list_backups(paths: Paths) -> list[Path]:
    """Returns the backups of both kinds, oldest first."""
    found = [it for kind in (_BEFORE_MIGRATIONS, WEEKLY) for it in paths.data_dir.glob(kind)]
    return sorted(found)


def pictures_in_backups(paths: Paths) -> set[str]:
    """Returns the sha256 of every picture that a backup needs to be restored.

    Raises:
        sqlite3.Error: a backup can't be read.
    """
    hashes: set[str] = set()
    for backup in list_backups(paths):
        uri = f"{backup.as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(uri, uri=True)) as database:
            hashes.update(row[0] for row in database.execute("SELECT sha256 FROM picture"))
    return hashes


def _back_up(database: sqlite3.Connection, paths: Paths, version: int) -> Path:
    backup = paths.data_dir / f"conversations-{date_of_name()}-version-{version}.sqlite"
    unfinished = paths.data_dir / _UNFINISHED
    os.close(open_private(unfinished, os.O_WRONLY | os.O_TRUNC))
    try:
        with closing(sqlite3.connect(unfinished)) as copy:
            database.backup(copy)
            # One file that needs no other beside it.
            copy.execute("PRAGMA journal_mode = DELETE")
        unfinished.replace(backup)
    finally:
        unfinished.unlink(missing_ok=True)
    return backup


def delete_older_backups(paths: Paths, kind: str) -> None:
    """Deletes the backups of a kind, a pattern of their names, but the newest three."""
    for old in sorted(paths.data_dir.glob(kind))[:-_KEPT]:
        old.unlink()


def date_of_name() -> str:
    """Returns the moment as names of backups have it: in the order of time they are sorted."""
    return time.strftime("%Y%m%d-%H%M%S")

"""Dated copies of the database, made before a migration."""

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

_KEPT: Final = 3
"""Backups that stay; older ones are deleted once a newer one was needed and the migration done."""

_PATTERN: Final = "conversations-*-version-*.sqlite"


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
            "Restore it from a backup or move it away."
        )
    backup = _back_up(database, paths, version)
    try:
        migrate(database)
    except (sqlite3.Error, StoreError) as error:
        backup.unlink()
        raise StoreError(
            f"The conversations in {paths.database} could not be converted for this version of "
            f"seeshell ({error}). They are as they were: use the version that made them, and "
            "report this."
        ) from error
    for old in list_backups(paths)[:-_KEPT]:
        old.unlink()


def list_backups(paths: Paths) -> list[Path]:
    """Returns the backups, oldest first."""
    return sorted(paths.data_dir.glob(_PATTERN))


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
    date = time.strftime("%Y%m%d-%H%M%S")
    backup = paths.data_dir / f"conversations-{date}-version-{version}.sqlite"
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

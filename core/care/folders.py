"""Rights of the user and of others, disk room, and KV caches without a conversation."""

import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from ..engine.kv.manifest_file import MANIFEST, read_manifest
from ..engine.kv.spill_folder import SpillFolder
from ..settings import Paths
from .condition import Condition, counted

_LOOSE: Final = 0o077
_OF_FILES: Final = os.R_OK | os.W_OK
_ALL_RIGHTS: Final = _OF_FILES | os.X_OK
_LITTLE_BYTES: Final = 2 * 10**9
_ANY_BYTES: Final = 2**62


def check_rights(paths: Paths) -> Condition:
    """Says whether other users can read what is the user's, and whether the user can write it."""
    if any(not os.access(it, _ALL_RIGHTS if it.is_dir() else _OF_FILES) for it in _needed(paths)):
        advice = f"chmod -R u+rwX '{paths.data_dir}' mends that, unless the disk is read-only."
        return Condition(
            "rights", "you can't write what is yours: nothing is stored", "poor", advice
        )
    loose = list(_loose(paths))
    if not loose:
        return Condition("rights", "nobody else can read what is yours")
    found = f"{counted(len(loose), 'file or folder')} can be read or written by others"
    return Condition("rights", found, "poor", "They are made yours alone:", True)


def repair_rights(paths: Paths) -> Condition:
    """Takes the rights of others away."""
    count = 0
    for place in _loose(paths):
        place.chmod(stat.S_IMODE(place.lstat().st_mode) & ~_LOOSE)
        count += 1
    return Condition("rights", f"{counted(count, 'file or folder')} made yours alone")


def check_room(paths: Paths) -> Condition:
    """Says how much room the disk has for conversations and pictures."""
    place = next(it for it in (paths.data_dir, *paths.data_dir.parents) if it.exists())
    free = shutil.disk_usage(place).free
    found = f"{free / 1e9:,.1f} GB are free"
    if free < _LITTLE_BYTES:
        return Condition("disk", found, "poor", "Make room: a full disk stores no answer.")
    return Condition("disk", found)


def check_spills(paths: Paths) -> Condition:
    """Says whether KV caches lie on the disk whose conversations are gone."""
    try:
        known = _conversations(paths)
    except sqlite3.Error:
        return Condition(
            "KV on disk", "it can't be told: the conversations can't be read", "unknown"
        )
    owned = [_owners(it) for it in _manifests(paths)]
    strays = sum(not (owners & known) for owners in owned)
    if strays:
        found = f"{counted(strays, 'block')} of {len(owned):,} belong to no conversation"
        return Condition("KV on disk", found, "poor", "They are deleted:", True)
    return Condition("KV on disk", f"{counted(len(owned), 'block')}, each of a conversation")


def repair_spills(paths: Paths) -> Condition:
    """Deletes the KV caches of conversations that are gone."""
    before = len(list(_manifests(paths)))
    SpillFolder(paths.spills_dir, _ANY_BYTES).keep_only(frozenset(_conversations(paths)))
    deleted = before - len(list(_manifests(paths)))
    return Condition("KV on disk", f"{counted(deleted, 'block')} deleted")


def _needed(paths: Paths) -> Iterator[Path]:
    """Yields what is there of the places that a core writes to."""
    places = (paths.data_dir, paths.database, paths.lock_file, paths.data_dir / "pictures")
    return (it for it in places if it.exists())


def _loose(paths: Paths) -> Iterator[Path]:
    """Yields what others have rights to, below the folders that are seeshell's alone."""
    for folder in (paths.data_dir, paths.cache_dir):
        if folder.is_dir() and not folder.is_symlink():
            for it in (folder, *folder.rglob("*")):
                found = it.lstat()
                if not stat.S_ISLNK(found.st_mode) and stat.S_IMODE(found.st_mode) & _LOOSE:
                    yield it


def _manifests(paths: Paths) -> Iterator[Path]:
    if paths.spills_dir.is_dir():
        yield from paths.spills_dir.glob(f"*{MANIFEST}")


def _owners(manifest: Path) -> set[int]:
    read = read_manifest(manifest)
    return set(read.owners) if read is not None else set()


def _conversations(paths: Paths) -> set[int]:
    if not paths.database.exists():
        return set()
    uri = f"{paths.database.as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as database:
        rows = database.execute("SELECT id FROM conversation WHERE deleted_at IS NULL").fetchall()
    return {row[0] for row in rows}

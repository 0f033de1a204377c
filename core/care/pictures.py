"""Files of pictures that are missing, or that nothing names.

One that nothing names is never deleted here: it may be the only copy. It is put aside, or into the
place of a missing one whose bytes it holds.
"""

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

from ..errors import ImageError
from ..images import hash_file
from ..private_files import make_private_folder
from ..settings import Paths
from ..store.backups import pictures_in_backups
from .condition import Condition, counted

_NAME: Final = "picture files"
_HASH: Final = re.compile("[0-9a-f]{64}")
_NEW_SECONDS: Final = 86_400.0
"""A file as new as this may be about to be named."""


class _State(NamedTuple):
    missing: frozenset[str]
    """sha256 of files that messages name."""
    strays: tuple[Path, ...]
    """Files that nothing names, or that lie where none belongs."""
    files: int


def check_pictures(paths: Paths) -> Condition:
    """Says whether each picture has its file, and each file its picture."""
    try:
        state = _look(paths)
    except sqlite3.Error:
        return Condition(_NAME, "it can't be told: the conversations can't be read", "unknown")
    if not state.missing and not state.strays:
        return Condition(_NAME, f"{counted(state.files, 'file')}, each where it belongs")
    parts = []
    if state.missing:
        parts.append(f"{counted(len(state.missing), 'file')} missing")
    if state.strays:
        parts.append(f"{counted(len(state.strays), 'file')} that nothing names")
    advice = "Those that nothing names are put aside, or where one is missing:"
    if not state.strays:
        advice = "Attach the same file again anywhere: that brings it back."
    return Condition(_NAME, ", ".join(parts), "poor", advice, bool(state.strays))


def repair_pictures(paths: Paths) -> Condition:
    """Puts files that nothing names where one is missing, and all others aside."""
    state, back, aside = _look(paths), 0, 0
    for stray in state.strays:
        sha256 = _hash(stray)
        if sha256 in state.missing:
            place = paths.picture(sha256)
            make_private_folder(place.parent)
            back += 1
        else:
            place = paths.data_dir / "pictures-put-aside" / stray.name
            make_private_folder(place.parent)
            aside += 1
        stray.replace(place)
    left = len(_look(paths).missing)
    found = f"{counted(back, 'file')} back in place, {aside:,} put into pictures-put-aside"
    if left:
        return Condition(
            _NAME,
            f"{found}; {left:,} still missing",
            "poor",
            "Attach the same file again anywhere: that brings it back.",
        )
    return Condition(_NAME, found)


def _look(paths: Paths) -> _State:
    known, began_at = _read_known(paths)
    kept = known | pictures_in_backups(paths)
    files = list(_files(paths))
    placed = {it.name for it in files if it == paths.picture(it.name)}
    newest = time.time() - _NEW_SECONDS
    strays = [
        it
        for it in files
        if (it.name not in kept or it.name not in placed or it != paths.picture(it.name))
        and it.stat().st_mtime < newest
    ]
    # What is older than the database may belong to one that was moved away.
    strays = [it for it in strays if it.stat().st_mtime >= began_at or known - placed]
    return _State(frozenset(known - placed), tuple(strays), len(files))


def _read_known(paths: Paths) -> tuple[set[str], float]:
    """Returns the sha256 of the files that are named, and when the database began."""
    if not paths.database.exists():
        return set(), time.time()
    uri = f"{paths.database.as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as database:
        rows = database.execute("SELECT substr(key, 1, 64) FROM picture").fetchall()
        began_at: float = database.execute("SELECT began_at FROM origin").fetchone()[0]
    return {row[0] for row in rows}, began_at


def _files(paths: Paths) -> Iterator[Path]:
    """Yields the files that may be pictures, leftovers of copies too."""
    if paths.pictures_dir.is_dir():
        for it in paths.pictures_dir.rglob("*"):
            if it.is_file() and not it.is_symlink():
                yield it


def _hash(file: Path) -> str:
    try:
        return hash_file(file)
    except ImageError:
        return ""

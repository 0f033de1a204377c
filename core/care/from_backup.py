"""What could not be read of a damaged database and a backup has still, and no more.

What was deleted since must not come back: so only what is known to be missing is taken, and of
tables whose rows have no numbers only what belongs to something that is there and has none of it.
"""

import sqlite3
from collections.abc import Collection, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from ..store.migrations import MIGRATIONS, read_version, upgrade
from .copied_rows import copy_by_key, open_to_read
from .readable_rows import ReadableRows

_NAMED: Final = {
    "message": (
        "SELECT message_id FROM part WHERE message_id NOT IN (SELECT id FROM message) "
        "UNION SELECT parent_id FROM message WHERE parent_id NOT IN (SELECT id FROM message)"
    ),
    "conversation": (
        "SELECT conversation_id FROM message "
        "WHERE conversation_id NOT IN (SELECT id FROM conversation)"
    ),
    "roll": "SELECT roll_id FROM roll_row WHERE roll_id NOT IN (SELECT id FROM roll)",
}
"""By table with numbers, which are named by what is there and are missing: none was deleted."""

_BELONGS: Final = {
    "part": (
        "message_id",
        "SELECT id FROM message WHERE id NOT IN (SELECT message_id FROM part)",
    ),
    "picture": (
        "key",
        "SELECT picture_key FROM part WHERE picture_key IS NOT NULL "
        "AND picture_key NOT IN (SELECT key FROM picture)",
    ),
    "picture_note": (
        "picture_key",
        "SELECT key FROM picture WHERE key NOT IN (SELECT picture_key FROM picture_note)",
    ),
    "roll_row": ("roll_id", "SELECT id FROM roll"),
    "tag": (
        "conversation_id",
        "SELECT id FROM conversation WHERE id NOT IN (SELECT conversation_id FROM tag)",
    ),
}
"""By table, which column names what its rows belong to, and what of that may lack some."""

_ALWAYS: Final = ("part", "picture")
"""What a message that comes from a backup has there."""


def take_missing(backup: Path, new: sqlite3.Connection, read: Mapping[str, ReadableRows]) -> int:
    """Copies it from one backup; returns how many conversations, messages and rolls came.

    Args:
        backup: may be of an earlier version.
        new: what was read stands there.
        read: what was read, by table.
    """
    with suppress(sqlite3.DatabaseError), closing(open_to_read(backup, "&immutable=1")) as old:
        if read_version(old) == len(MIGRATIONS):
            return _take(old, new, read)
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as brought_up:
            old.backup(brought_up)
            upgrade(brought_up)
            return _take(brought_up, new, read)
    return 0


def _take(
    old: sqlite3.Connection, new: sqlite3.Connection, read: Mapping[str, ReadableRows]
) -> int:
    before = new.total_changes
    for table, named in _NAMED.items():
        known = read[table].lost_ids if table in read else set[int]()
        copy_by_key(old, new, table, "id", known | _first_values(new, named))
    added = new.total_changes - before
    for table, (key, lacking) in _BELONGS.items():
        if table in _ALWAYS or (table in read and not read[table].is_whole):
            copy_by_key(old, new, table, key, _first_values(new, lacking))
    return added


def _first_values(database: sqlite3.Connection, query: str) -> set[object]:
    rows: Collection[tuple[object]] = database.execute(query).fetchall()
    return {row[0] for row in rows}

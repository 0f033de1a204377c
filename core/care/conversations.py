"""The database: whether it can be read, whole and in step with its searches."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from ..settings import Paths
from ..store.backups import list_backups
from ..store.database import rescued_file
from ..store.migrations import MIGRATIONS, find_damage, read_version
from ..store.version_7 import WORD_TABLES
from .condition import Condition, counted
from .exchange import exchange, finish
from .rescue import Rescued, describe, rescue

_NAME: Final = "conversations"

_OF_THE_SYSTEM: Final = frozenset(
    {
        *(sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN),
        *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM),
        # So a full disk ends reading as well, which takes a file beside the database.
        *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR),
    }
)
"""Errors of a file that may be whole."""

_OUT_OF_STEP: Final = """
SELECT (SELECT count(*) FROM message WHERE (role = 'user' OR finish_reason IS NOT NULL)
        AND EXISTS (SELECT 1 FROM part WHERE message_id = message.id AND kind = 'text'
            AND trim(text, char(32, 9, 10, 13)) != '')
        AND id NOT IN (SELECT id FROM message_words_content))
    + (SELECT count(*) FROM message_words_content WHERE id NOT IN (SELECT id FROM message))
    + (SELECT count(*) FROM title_words_content WHERE id NOT IN (SELECT id FROM conversation))
"""

_LOOKED_UP_ANEW: Final = f"""
BEGIN IMMEDIATE;
DROP TABLE IF EXISTS title_words;
DROP TABLE IF EXISTS message_words;
DROP TABLE IF EXISTS title_starts;
DROP TABLE IF EXISTS message_starts;
{WORD_TABLES}
DELETE FROM unindexed;
INSERT INTO unindexed SELECT 'title', max(id) FROM conversation HAVING max(id) IS NOT NULL;
INSERT INTO unindexed SELECT 'message', max(id) FROM message HAVING max(id) IS NOT NULL;
COMMIT;
"""  # noqa: S608 - the one thing inserted is a constant


def check_conversations(paths: Paths) -> Condition:
    """Says whether the database is whole.

    Raises:
        sqlite3.Error: the system does not let it be read, which says nothing of its pages.
    """
    if rescued_file(paths).exists():
        return Condition(_NAME, "a repair was interrupted", "poor", "It is ended so:", True)
    if not paths.database.exists():
        return Condition(_NAME, "none are stored yet")
    try:
        with _opened(paths) as database:
            version = read_version(database)
            if version > len(MIGRATIONS):
                return Condition(
                    _NAME, f"a newer seeshell made them (version {version})", "poor", "Update it."
                )
            damage = find_damage(database)
            messages = 0 if damage else _count(database, "message")
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF in _OF_THE_SYSTEM:
            raise
        damage = str(error)
    if damage:
        return Condition(
            _NAME,
            f"the file is damaged ({damage})",
            "poor",
            "What can be read is saved to a new file, and the damaged one is kept:",
            True,
        )
    size = paths.database.stat().st_size / 1e6
    backups = counted(len(list_backups(paths)), "backup")
    return Condition(_NAME, f"{counted(messages, 'message')}, {size:,.1f} MB, whole; {backups}")


def repair_conversations(paths: Paths) -> Condition:
    """Ends an interrupted repair, or saves what can be read of a damaged database."""
    if finish(paths):
        return Condition(_NAME, "the repair that was interrupted is ended")
    backups = list_backups(paths)

    def make(damaged: Path, target: Path) -> Rescued:
        return rescue(damaged, backups, target)

    kept, rescued = exchange(paths, make)
    return Condition(_NAME, f"{describe(rescued)}; the damaged file is kept as {kept}")


def check_search(paths: Paths) -> Condition:
    """Says whether searches find what is stored."""
    name = "search"
    if not paths.database.exists() or rescued_file(paths).exists():
        return Condition(name, "there is nothing to search")
    try:
        with _opened(paths) as database:
            if read_version(database) < len(MIGRATIONS):
                return Condition(name, "the words are looked up at the next start")
            if _count(database, "unindexed"):
                return Condition(name, "words are still being looked up, as the core has time")
            wrong: int = database.execute(_OUT_OF_STEP).fetchone()[0]
    except sqlite3.DatabaseError:
        return Condition(name, "it can't be told: the conversations can't be read", "unknown")
    if wrong:
        found = f"{counted(wrong, 'text')} can't be found, or are gone and found still"
        return Condition(name, found, "poor", "Words are looked up anew:", True)
    return Condition(name, "in step with what is stored")


def repair_search(paths: Paths) -> Condition:
    """Has all words looked up anew, by the core once it runs."""
    with closing(sqlite3.connect(paths.database, isolation_level=None)) as database:
        database.executescript(_LOOKED_UP_ANEW)
    return Condition("search", "all words are looked up anew while the core runs")


@contextmanager
def _opened(paths: Paths) -> Iterator[sqlite3.Connection]:
    """Yields the database to read from, while a core may write."""
    uri = f"{paths.database.as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as database:
        yield database


def _count(database: sqlite3.Connection, table: str) -> int:
    count: int = database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
    return count

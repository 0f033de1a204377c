"""The database's schema as numbered steps; a step that was released never changes."""

import sqlite3
from collections.abc import Sequence
from typing import Final

from ..errors import StoreError

_VERSION_1 = """
CREATE TABLE conversation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL,
    created_at REAL NOT NULL,
    updated_at REAL NOT NULL,
    -- The last message of the branch that is shown.
    head_id INTEGER REFERENCES message (id) ON DELETE SET NULL
);
CREATE INDEX conversation_updated_at ON conversation (updated_at);

-- A tree: edited questions and regenerated answers are siblings.
CREATE TABLE message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation_id INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    parent_id INTEGER REFERENCES message (id),
    role TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
    text TEXT NOT NULL,
    created_at REAL NOT NULL,
    model TEXT NOT NULL DEFAULT '',
    -- Null in an answer that is open.
    finish_reason TEXT CHECK (finish_reason IN ('stop', 'length', 'cancelled', 'failed')),
    error TEXT NOT NULL DEFAULT '',
    -- JSON of TurnStats.
    stats TEXT
);
CREATE INDEX message_conversation_id ON message (conversation_id);
CREATE INDEX message_parent_id ON message (parent_id);
CREATE INDEX message_open ON message (id) WHERE role = 'assistant' AND finish_reason IS NULL;

-- One row a file below the pictures' folder.
CREATE TABLE picture (
    sha256 TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    attached_at REAL NOT NULL
) WITHOUT ROWID;

CREATE TABLE attachment (
    message_id INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    sha256 TEXT NOT NULL REFERENCES picture (sha256),
    name TEXT NOT NULL,
    model_width INTEGER NOT NULL,
    model_height INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    PRIMARY KEY (message_id, position)
) WITHOUT ROWID;
CREATE INDEX attachment_sha256 ON attachment (sha256);

-- Their rowids are those of conversation and message.
CREATE VIRTUAL TABLE title_words USING fts5 (text, tokenize = 'unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE message_words USING fts5 (text, tokenize = 'unicode61 remove_diacritics 2');
"""

MIGRATIONS: Final = (_VERSION_1,)
"""Script n leads from version n to version n + 1; a new database starts at version 0."""


def migrate(database: sqlite3.Connection, migrations: Sequence[str] = MIGRATIONS) -> None:
    """Brings the database to the newest version, each step whole or not at all.

    Raises:
        StoreError: a newer program made the database.
        sqlite3.Error: a step failed; the database is as it was before that step.
    """
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version > len(migrations):
        raise StoreError(
            f"A newer seeshell made these conversations (version {version}; this one knows "
            f"{len(migrations)}): update seeshell."
        )
    for number, script in enumerate(migrations[version:], start=version + 1):
        step = f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;"
        try:
            database.executescript(step)
        except sqlite3.Error:
            if database.in_transaction:
                database.rollback()
            raise

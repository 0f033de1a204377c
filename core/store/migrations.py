"""The database's schema as numbered steps; a step that was released never changes."""

import sqlite3
from collections.abc import Sequence
from typing import Final

from ..errors import StoreError
from .version_7 import VERSION_7
from .version_8 import VERSION_8

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

# A UUID of version 4. Source: RFC 9562, section 5.4.
_NEW_UUID = """lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' ||
        substr(hex(randomblob(2)), 2) || '-' || substr('89ab', 1 + (random() & 3), 1) ||
        substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))"""

_VERSION_2 = f"""
-- When this database began: older picture files are not its own.
CREATE TABLE origin (began_at REAL NOT NULL);
INSERT INTO origin SELECT min(moment) FROM (
    SELECT min(created_at) AS moment FROM conversation
    UNION ALL SELECT min(attached_at) FROM picture
    UNION ALL SELECT CAST(strftime('%s', 'now') AS REAL)
);

CREATE TABLE new_conversation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid TEXT NOT NULL UNIQUE DEFAULT ({_NEW_UUID}),
    title TEXT NOT NULL,
    created_at REAL NOT NULL,
    updated_at REAL NOT NULL,
    -- Null unless it was deleted.
    deleted_at REAL,
    -- The last message of the branch that is shown.
    head_id INTEGER REFERENCES message (id) ON DELETE SET NULL,
    -- Whether its queued turns wait for the user.
    is_paused INTEGER NOT NULL DEFAULT 0
);
INSERT INTO new_conversation (id, title, created_at, updated_at, head_id)
SELECT id, title, created_at, updated_at, head_id FROM conversation;

-- A tree: edited questions and regenerated answers are siblings.
CREATE TABLE new_message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid TEXT NOT NULL UNIQUE DEFAULT ({_NEW_UUID}),
    conversation_id INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    parent_id INTEGER REFERENCES message (id),
    -- 1 in a question whose turn waits: it has no place in the tree yet.
    is_queued INTEGER NOT NULL DEFAULT 0,
    -- Id of the turn that brought it.
    turn TEXT NOT NULL DEFAULT '',
    role TEXT NOT NULL,
    created_at REAL NOT NULL,
    model TEXT NOT NULL DEFAULT '',
    model_source TEXT NOT NULL DEFAULT '',
    -- Null in an answer that is open.
    finish_reason TEXT,
    error TEXT NOT NULL DEFAULT '',
    -- JSON of TurnStats.
    stats TEXT
);
INSERT INTO new_message
    (id, conversation_id, parent_id, role, created_at, model, finish_reason, error, stats)
SELECT id, conversation_id, parent_id, role, created_at, model, finish_reason, error, stats
FROM message;

-- What messages consist of.
CREATE TABLE part (
    message_id INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL DEFAULT '',
    sha256 TEXT REFERENCES picture (sha256),
    -- JSON of what else its kind needs.
    data TEXT,
    PRIMARY KEY (message_id, position)
);
INSERT INTO part (message_id, position, kind, sha256, data)
SELECT message_id, position, 'picture', sha256, json_object('name', name,
    'model_width', model_width, 'model_height', model_height, 'tokens', tokens)
FROM attachment;
INSERT INTO part (message_id, position, kind, text)
SELECT id, (SELECT count(*) FROM attachment WHERE message_id = message.id), 'text', text
FROM message WHERE text != '';

-- Ids are never used again.
DELETE FROM sqlite_sequence WHERE name IN ('new_conversation', 'new_message');
INSERT INTO sqlite_sequence SELECT 'new_' || name, seq FROM sqlite_sequence
WHERE name IN ('conversation', 'message');

DROP TABLE attachment;
DROP TABLE message;
DROP TABLE conversation;
ALTER TABLE new_conversation RENAME TO conversation;
ALTER TABLE new_message RENAME TO message;
CREATE INDEX conversation_updated_at ON conversation (updated_at);
CREATE INDEX conversation_deleted_at ON conversation (deleted_at) WHERE deleted_at IS NOT NULL;
-- Covers the counting of messages and the finding of siblings.
CREATE INDEX message_conversation_id ON message (conversation_id, parent_id, is_queued);
CREATE INDEX message_parent_id ON message (parent_id);
CREATE INDEX message_open ON message (id) WHERE role = 'assistant' AND finish_reason IS NULL;
CREATE INDEX part_sha256 ON part (sha256) WHERE sha256 IS NOT NULL;

-- Every turn that was submitted.
CREATE TABLE turn (
    id TEXT PRIMARY KEY,
    conversation_id INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    question_id INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    -- In the conversation's queue; null once it was taken.
    place INTEGER
);
CREATE INDEX turn_queue ON turn (conversation_id, place);
CREATE INDEX turn_question_id ON turn (question_id);

-- Which window has which unsent pictures.
CREATE TABLE claim (
    "window" TEXT NOT NULL,
    sha256 TEXT NOT NULL REFERENCES picture (sha256) ON DELETE CASCADE,
    claimed_at REAL NOT NULL,
    PRIMARY KEY ("window", sha256)
) WITHOUT ROWID;
CREATE INDEX claim_sha256 ON claim (sha256);
"""  # noqa: S608 - the one thing inserted is the constant above

_VERSION_3 = """
-- What was done to a picture when it was read; few have one.
CREATE TABLE picture_note (
    sha256 TEXT PRIMARY KEY REFERENCES picture (sha256) ON DELETE CASCADE,
    note TEXT NOT NULL
) WITHOUT ROWID;
"""

_VERSION_4 = """
-- Which model answers in a conversation, and how; empty leaves it to what is loaded.
ALTER TABLE conversation ADD COLUMN model TEXT NOT NULL DEFAULT '';
ALTER TABLE conversation ADD COLUMN adapter TEXT NOT NULL DEFAULT '';
ALTER TABLE conversation ADD COLUMN preset TEXT NOT NULL DEFAULT '';

-- Folder of the adapter that the model answered with.
ALTER TABLE message ADD COLUMN adapter TEXT NOT NULL DEFAULT '';
-- 1 in an answer that the user has written in place of a model's.
ALTER TABLE message ADD COLUMN is_corrected INTEGER NOT NULL DEFAULT 0;
-- 1 in a message that later prompts leave out.
ALTER TABLE message ADD COLUMN is_left_out INTEGER NOT NULL DEFAULT 0;

-- JSON of GenerationOptions; null for none of its own.
ALTER TABLE turn ADD COLUMN options TEXT;
"""

_VERSION_5 = """
-- A picture is an excerpt of a file: several pictures may be of one file.
ALTER TABLE picture RENAME COLUMN sha256 TO key;
ALTER TABLE picture ADD COLUMN sha256 TEXT AS (substr(key, 1, 64));
CREATE INDEX picture_sha256 ON picture (sha256);
ALTER TABLE picture_note RENAME COLUMN sha256 TO picture_key;

ALTER TABLE part RENAME COLUMN sha256 TO picture_key;
DROP INDEX part_sha256;
CREATE INDEX part_picture_key ON part (picture_key) WHERE picture_key IS NOT NULL;

ALTER TABLE claim RENAME COLUMN sha256 TO picture_key;
DROP INDEX claim_sha256;
CREATE INDEX claim_picture_key ON claim (picture_key);
"""

_VERSION_6 = """
-- One question over many pictures.
CREATE TABLE roll (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid TEXT NOT NULL UNIQUE,
    -- JSON of RollQuestion.
    question TEXT NOT NULL,
    created_at REAL NOT NULL
);

-- One picture of a roll, and what was answered about it.
CREATE TABLE roll_row (
    roll_id INTEGER NOT NULL REFERENCES roll (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    -- JSON of RollPicture.
    source TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting',
    picture_key TEXT REFERENCES picture,
    -- JSON of Attachment; null until the row was answered.
    picture TEXT,
    -- JSON of RowAnswer; null in a row that waits.
    answer TEXT,
    PRIMARY KEY (roll_id, position)
) WITHOUT ROWID;
-- Covers the counting of rows.
CREATE INDEX roll_row_state ON roll_row (roll_id, state);
CREATE INDEX roll_row_picture_key ON roll_row (picture_key) WHERE picture_key IS NOT NULL;
"""

MIGRATIONS: Final = (
    _VERSION_1,
    _VERSION_2,
    _VERSION_3,
    _VERSION_4,
    _VERSION_5,
    _VERSION_6,
    VERSION_7,
    VERSION_8,
)
"""Script n leads from version n to version n + 1; a new database starts at version 0."""


def read_version(database: sqlite3.Connection) -> int:
    """Returns the database's version; 0 for a new one."""
    version: int = database.execute("PRAGMA user_version").fetchone()[0]
    return version


def migrate(database: sqlite3.Connection, migrations: Sequence[str] = MIGRATIONS) -> None:
    """Brings the database to the newest version, in one transaction; tables may be rebuilt in it.

    Source of the way: https://sqlite.org/lang_altertable.html#otheralter

    Raises:
        StoreError: a newer program made the database, or what came out is not whole.
        sqlite3.Error: a step failed. In both cases the database is as it was before.
    """
    version = read_version(database)
    if version > len(migrations):
        raise StoreError(
            f"A newer seeshell made these conversations (version {version}; this one knows "
            f"{len(migrations)}): update seeshell."
        )
    if version == len(migrations):
        return
    # Within a transaction this would have no effect.
    database.execute("PRAGMA foreign_keys = OFF")
    try:
        upgrade(database, migrations)
        if damage := find_damage(database):
            raise StoreError(f"what came out is damaged: {damage}")
        database.execute("COMMIT")
    finally:
        if database.in_transaction:
            database.rollback()
        database.execute("PRAGMA foreign_keys = ON")


def upgrade(database: sqlite3.Connection, migrations: Sequence[str] = MIGRATIONS) -> None:
    """Takes the steps that are missing, in a transaction that stays open, and checks nothing.

    Foreign keys are off meanwhile.
    """
    steps = migrations[read_version(database) :]
    database.executescript("\n".join(["BEGIN IMMEDIATE;", *steps]))
    database.execute(f"PRAGMA user_version = {len(migrations)}")


def find_damage(database: sqlite3.Connection) -> str:
    """Returns what is wrong with a page, an index or a reference; empty if nothing is.

    Raises:
        sqlite3.Error: so much is damaged that it can't be checked.
    """
    found: str = database.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        return found.splitlines()[-1]
    dangling = database.execute("PRAGMA foreign_key_check").fetchone()
    return f"a row of {dangling[0]} names none of {dangling[2]}" if dangling else ""

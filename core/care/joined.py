"""What was read of a damaged database, joined again where it hangs in the air.

What can be read is kept, also without what it belongs to: messages whose conversation can't be read
get one, as texts do whose message can't be read, and answers of a roll whose question is gone.
"""

import sqlite3
from contextlib import suppress
from typing import Final

RECOVERED: Final = "Recovered conversation"
RECOVERED_ROLL: Final = "Recovered, but for what was asked"

_KNOWN: Final = ("id", "conversation_id", "parent_id", "is_queued", "deleted_at")
"""What of a message an index holds too."""

_LOST_MESSAGES: Final = """
CREATE TEMP TABLE known (id INTEGER PRIMARY KEY, conversation_id, parent_id, is_queued, deleted_at)
"""

_TAKE_MESSAGES: Final = """
INSERT OR IGNORE INTO message
    (id, conversation_id, parent_id, is_queued, deleted_at, role, created_at)
SELECT id, conversation_id, parent_id, coalesce(is_queued, 0), deleted_at, '', 0 FROM known
WHERE conversation_id IS NOT NULL AND id NOT IN (SELECT id FROM message)
    AND id IN (SELECT message_id FROM part);
DROP TABLE known;
"""

_JOIN: Final = f"""
INSERT INTO conversation (id, title, created_at, updated_at)
SELECT conversation_id, '{RECOVERED}', coalesce(min(nullif(created_at, 0)), strftime('%s', 'now')),
    coalesce(max(nullif(created_at, 0)), strftime('%s', 'now')) FROM message
WHERE conversation_id NOT IN (SELECT id FROM conversation) GROUP BY conversation_id;
-- Texts without their message: what follows one, or shows it, tells where it stood.
CREATE TEMP TABLE loose AS
SELECT DISTINCT message_id AS id, child.conversation_id, child.role AS before
FROM part LEFT JOIN message AS child ON child.parent_id = message_id
WHERE message_id NOT IN (SELECT id FROM message) GROUP BY message_id;
UPDATE loose SET before = 'user', conversation_id = conversation.id
FROM conversation WHERE loose.conversation_id IS NULL AND head_id = loose.id;
INSERT INTO conversation (title, created_at, updated_at)
SELECT '{RECOVERED}', strftime('%s', 'now'), strftime('%s', 'now')
WHERE EXISTS (SELECT 1 FROM loose WHERE conversation_id IS NULL);
INSERT INTO message (id, conversation_id, parent_id, role, created_at, finish_reason)
SELECT id, coalesce(conversation_id, (SELECT max(id) FROM conversation)),
    CASE WHEN conversation_id IS NULL
        THEN lag(id) OVER (PARTITION BY conversation_id ORDER BY id) END,
    CASE before WHEN 'user' THEN 'assistant' WHEN 'assistant' THEN 'user' ELSE '' END, 0,
    CASE before WHEN 'user' THEN 'cancelled' END
FROM loose;
DROP TABLE loose;

-- Who said it is not known: whoever did not say what is before it.
WITH RECURSIVE said (id, role, created_at) AS (
    SELECT message.id, CASE WHEN role = '' THEN 'user' ELSE role END,
        max(message.created_at, conversation.created_at)
    FROM message JOIN conversation ON conversation.id = conversation_id
    WHERE parent_id IS NULL OR parent_id NOT IN (SELECT id FROM message)
    UNION ALL
    SELECT message.id, CASE WHEN message.role != '' THEN message.role
        WHEN said.role = 'user' THEN 'assistant' ELSE 'user' END,
        CASE WHEN message.created_at > 0 THEN message.created_at ELSE said.created_at END
    FROM said JOIN message ON message.parent_id = said.id
)
UPDATE message SET role = said.role, created_at = said.created_at,
    finish_reason = CASE said.role WHEN 'assistant' THEN 'cancelled' END
FROM said WHERE said.id = message.id AND message.role = '';
UPDATE message SET created_at = (SELECT created_at FROM conversation WHERE id = conversation_id)
WHERE created_at = 0;
UPDATE message SET parent_id = NULL
WHERE parent_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM message AS parent
    WHERE parent.id = message.parent_id AND parent.conversation_id = message.conversation_id);

INSERT INTO roll (id, uuid, question, created_at)
SELECT roll_id, lower(hex(randomblob(16))), json_object('text', '{RECOVERED_ROLL}'),
    strftime('%s', 'now')
FROM roll_row WHERE roll_id NOT IN (SELECT id FROM roll) GROUP BY roll_id;
UPDATE roll SET uuid = substr(uuid, 1, 8) || '-' || substr(uuid, 9, 4) || '-4' ||
    substr(uuid, 14, 3) || '-a' || substr(uuid, 18, 3) || '-' || substr(uuid, 21)
WHERE length(uuid) = 32;

INSERT OR IGNORE INTO picture (key, name, width, height, attached_at)
SELECT picture_key, coalesce(json_extract(data, '$.name'), 'picture'),
    max(coalesce(json_extract(data, '$.model_width'), 1), 1),
    max(coalesce(json_extract(data, '$.model_height'), 1), 1), 0
FROM part WHERE picture_key IS NOT NULL;
INSERT OR IGNORE INTO picture (key, name, width, height, attached_at)
SELECT picture_key, coalesce(json_extract(picture, '$.name'), 'picture'),
    coalesce(json_extract(picture, '$.width'), 1), coalesce(json_extract(picture, '$.height'), 1), 0
FROM roll_row WHERE picture_key IS NOT NULL;
INSERT OR IGNORE INTO picture (key, name, width, height, attached_at)
SELECT picture_key, 'picture', 1, 1, claimed_at FROM claim;

DELETE FROM picture_note WHERE picture_key NOT IN (SELECT key FROM picture);
DELETE FROM tag WHERE conversation_id NOT IN (SELECT id FROM conversation);
DELETE FROM turn WHERE conversation_id NOT IN (SELECT id FROM conversation)
    OR question_id NOT IN (SELECT id FROM message);
UPDATE message SET is_queued = 0 WHERE is_queued AND id NOT IN
    (SELECT question_id FROM turn WHERE place IS NOT NULL);
UPDATE conversation SET head_id = (SELECT max(id) FROM message
    WHERE conversation_id = conversation.id AND NOT is_queued AND message.deleted_at IS NULL)
WHERE NOT EXISTS (SELECT 1 FROM message WHERE message.id = head_id AND NOT is_queued
    AND conversation_id = conversation.id AND message.deleted_at IS NULL);
DELETE FROM unindexed;
INSERT INTO unindexed SELECT 'title', max(id) FROM conversation HAVING max(id) IS NOT NULL;
INSERT INTO unindexed SELECT 'message', max(id) FROM message HAVING max(id) IS NOT NULL;
"""  # noqa: S608 - what is inserted are the constants above


def place_by_index(old: sqlite3.Connection, new: sqlite3.Connection) -> None:
    """Gives texts their message's place, which an index has still where the message is damaged."""
    columns, rows = "", list[tuple[object, ...]]()
    # Of an index that is damaged itself, what comes before that.
    with suppress(sqlite3.DatabaseError):
        had = {row[1] for row in old.execute("PRAGMA table_info(message)")}
        columns = ", ".join(it for it in _KNOWN if it in had)
        query = f"SELECT {columns} FROM message INDEXED BY message_conversation_id"  # noqa: S608
        for row in old.execute(query):
            rows.append(row)
    if rows:
        new.execute(_LOST_MESSAGES)
        marks = ", ".join("?" * len(rows[0]))
        statement = f"INSERT OR IGNORE INTO known ({columns}) VALUES ({marks})"  # noqa: S608
        new.executemany(statement, rows)
        new.executescript(_TAKE_MESSAGES)


def join(new: sqlite3.Connection) -> None:
    """Joins all of it, in one transaction."""
    new.executescript(f"BEGIN IMMEDIATE; {_JOIN} COMMIT;")

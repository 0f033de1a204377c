"""The step to version 7: what a library of many conversations needs."""

from typing import Final

_PUNCTUATION: Final = "!\"\"#$%&''()*+,-./:;<=>?@[\\]^_`{|}~"
"""Of ASCII, quoted for a tokenizer's argument within double quotes."""

WORD_TABLES: Final = f"""
CREATE VIRTUAL TABLE title_words USING fts5 (text, tokenize = 'trigram', columnsize = 0);
CREATE VIRTUAL TABLE message_words USING fts5 (
    text, pictures, thoughts, tokenize = 'trigram', columnsize = 0
);
CREATE VIRTUAL TABLE title_starts USING fts5 (
    starts, content = '', detail = none, columnsize = 0,
    tokenize = "ascii tokenchars '{_PUNCTUATION}'"
);
CREATE VIRTUAL TABLE message_starts USING fts5 (
    starts, content = '', detail = none, columnsize = 0,
    tokenize = "ascii tokenchars '{_PUNCTUATION}'"
);
"""
"""For searches; their rowids are those of conversation and message, see `word_index`."""

_LIBRARY: Final = """
-- Where the library shows a conversation.
ALTER TABLE conversation ADD COLUMN is_pinned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversation ADD COLUMN is_archived INTEGER NOT NULL DEFAULT 0;
-- Which program it was imported from; empty for seeshell's own.
ALTER TABLE conversation ADD COLUMN origin TEXT NOT NULL DEFAULT '';
CREATE INDEX conversation_shelf ON conversation (is_archived, is_pinned, updated_at)
WHERE deleted_at IS NULL;
-- Otherwise each message that is removed has all conversations looked through.
CREATE INDEX conversation_head_id ON conversation (head_id);

CREATE TABLE tag (
    conversation_id INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    PRIMARY KEY (conversation_id, name)
) WITHOUT ROWID;
CREATE INDEX tag_name ON tag (name);

-- Null unless its branch was deleted, with all that is below it; 0 once its purge has begun.
ALTER TABLE message ADD COLUMN deleted_at REAL;
CREATE INDEX message_deleted_at ON message (deleted_at) WHERE deleted_at IS NOT NULL;
-- Covers the counting of messages and the finding of siblings.
DROP INDEX message_conversation_id;
CREATE INDEX message_conversation_id
ON message (conversation_id, parent_id, is_queued, deleted_at);
CREATE INDEX message_model ON message (model, conversation_id)
WHERE model != '' AND deleted_at IS NULL;
-- Covers the finding of pictures in conversations.
CREATE INDEX part_picture ON part (message_id, position, picture_key)
WHERE picture_key IS NOT NULL;

-- What the picture looks like, in 63 bits; 0 if nothing can be told, null while unknown.
ALTER TABLE picture ADD COLUMN look INTEGER;

-- For people who open the database with Datasette or the like; seeshell reads none of them.
CREATE VIEW conversations AS
SELECT id, title, datetime(created_at, 'unixepoch') AS created,
    datetime(updated_at, 'unixepoch') AS updated,
    (SELECT count(*) FROM message WHERE conversation_id = conversation.id
        AND NOT is_queued AND message.deleted_at IS NULL) AS messages,
    (SELECT group_concat(name, ', ') FROM
        (SELECT name FROM tag WHERE conversation_id = conversation.id ORDER BY name)) AS tags,
    is_pinned, is_archived, origin, uuid
FROM conversation WHERE deleted_at IS NULL;

CREATE VIEW messages AS
SELECT message.id, conversation_id, title AS conversation, parent_id, role,
    (SELECT group_concat(text, '') FROM (SELECT text FROM part
        WHERE message_id = message.id AND kind = 'text' ORDER BY position)) AS text,
    (SELECT group_concat(name, ', ') FROM (SELECT json_extract(data, '$.name') AS name FROM part
        WHERE message_id = message.id AND kind = 'picture' ORDER BY position)) AS pictures,
    datetime(message.created_at, 'unixepoch') AS created, message.model, finish_reason, error,
    message.uuid
FROM message JOIN conversation ON conversation.id = conversation_id
WHERE NOT is_queued AND message.deleted_at IS NULL AND conversation.deleted_at IS NULL;

CREATE VIEW answers AS
SELECT answer.id, answer.conversation_id, answer.conversation, question.text AS question,
    answer.text AS answer,
    (SELECT group_concat(text, '') FROM (SELECT text FROM part
        WHERE message_id = answer.id AND kind = 'thoughts' ORDER BY position)) AS thoughts,
    answer.created, answer.model, answer.finish_reason, answer.error,
    json_extract(stats, '$.prompt_tokens') AS prompt_tokens,
    json_extract(stats, '$.reused_tokens') AS reused_tokens,
    json_extract(stats, '$.prefilled_tokens') AS prefilled_tokens,
    json_extract(stats, '$.generated_tokens') AS generated_tokens,
    json_extract(stats, '$.ttft') AS seconds_to_first_token,
    json_extract(stats, '$.prompt_tps') AS prompt_tokens_per_second,
    json_extract(stats, '$.generation_tps') AS generated_tokens_per_second
FROM messages AS answer JOIN message ON message.id = answer.id
LEFT JOIN messages AS question ON question.id = answer.parent_id
WHERE answer.role = 'assistant';

-- Where each picture stands.
CREATE VIEW picture_uses AS
SELECT picture_key, json_extract(data, '$.name') AS name, messages.id AS message_id,
    conversation_id, conversation, messages.text, created
FROM part JOIN messages ON messages.id = message_id
WHERE picture_key IS NOT NULL;

CREATE VIEW pictures AS
SELECT key, name, width, height, datetime(attached_at, 'unixepoch') AS attached, note,
    'pictures/' || substr(sha256, 1, 2) || '/' || sha256 AS file,
    (SELECT count(DISTINCT message_id) FROM picture_uses WHERE picture_uses.picture_key = key)
        AS messages
FROM picture LEFT JOIN picture_note ON picture_key = key;
"""

_OLD_INDEX_DROPPED: Final = """
DROP TABLE title_words;
DROP TABLE message_words;
"""

_UNINDEXED: Final = """
-- What is not indexed yet: everything up to a row's id, from the newest to the oldest.
CREATE TABLE unindexed (
    what TEXT PRIMARY KEY,
    last_id INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO unindexed SELECT 'title', max(id) FROM conversation HAVING max(id) IS NOT NULL;
INSERT INTO unindexed SELECT 'message', max(id) FROM message HAVING max(id) IS NOT NULL;
"""

VERSION_7: Final = _LIBRARY + _OLD_INDEX_DROPPED + WORD_TABLES + _UNINDEXED
"""What the migration runs, as the other steps in `migrations`."""

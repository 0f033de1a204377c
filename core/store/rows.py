"""What lies between SQLite and the store: queries, rows as values, titles."""

import sqlite3
from collections.abc import Sequence
from typing import Final

import msgspec

from ..conversation import Attachment, Message, TurnStats

_TITLE_LENGTH = 60
_FORK_SIGN = " (fork)"

BRANCH: Final = """
WITH RECURSIVE branch (id, depth) AS (
    SELECT ?, 0
    UNION ALL
    SELECT message.parent_id, depth + 1 FROM branch JOIN message USING (id)
    WHERE message.parent_id IS NOT NULL
)
SELECT message.* FROM branch JOIN message USING (id) ORDER BY depth DESC
"""

NEWEST_BELOW: Final = """
WITH RECURSIVE below (id) AS (
    SELECT ?
    UNION ALL
    SELECT message.id FROM below JOIN message ON message.parent_id = below.id
)
SELECT max(id) FROM below
"""

COPY_MESSAGE: Final = """
INSERT INTO message
    (conversation_id, parent_id, role, text, created_at, model, finish_reason, error, stats)
SELECT :conversation, :parent, role, text, created_at, model, finish_reason, error, stats
FROM message WHERE id = :source
RETURNING id
"""

COPY_ATTACHMENTS: Final = """
INSERT INTO attachment
SELECT :copy, position, sha256, name, model_width, model_height, tokens
FROM attachment WHERE message_id = :source
"""

MESSAGE_ATTACHMENTS: Final = """
SELECT attachment.*, picture.width, picture.height
FROM attachment JOIN picture USING (sha256)
WHERE message_id = ?
ORDER BY position
"""

CONVERSATION_ATTACHMENTS: Final = """
SELECT attachment.*, picture.width, picture.height
FROM attachment JOIN picture USING (sha256)
WHERE message_id IN (SELECT id FROM message WHERE conversation_id = ?)
ORDER BY message_id, position
"""


def read_attachment(row: sqlite3.Row) -> Attachment:
    """Returns the attachment in a row of attachment joined with picture."""
    return Attachment(**{field: row[field] for field in Attachment.__struct_fields__})


def read_message(
    row: sqlite3.Row, attachments: Sequence[Attachment], siblings: Sequence[int]
) -> Message:
    """Returns the message in a row of message."""
    stats = row["stats"]
    return Message(
        id=row["id"],
        parent_id=row["parent_id"],
        role=row["role"],
        text=row["text"],
        created_at=row["created_at"],
        attachments=tuple(attachments),
        model=row["model"],
        finish_reason=row["finish_reason"],
        error=row["error"],
        stats=None if stats is None else msgspec.json.decode(stats, type=TurnStats),
        siblings=tuple(siblings),
    )


def one_line(text: str) -> str:
    """Returns the text with every run of white space as one space."""
    return " ".join(text.split())


def fork_title(title: str) -> str:
    """Returns the title of a fork; that of a fork's fork is the same."""
    return title if title.endswith(_FORK_SIGN) else title + _FORK_SIGN


def make_title(text: str, attachments: Sequence[Attachment]) -> str:
    """Returns the start of a first message; without words the names of its pictures."""
    title = one_line(text) or ", ".join(picture.name for picture in attachments)
    if len(title) <= _TITLE_LENGTH:
        return title
    start, _, _ = title[:_TITLE_LENGTH].rpartition(" ")
    return (start if len(start) > _TITLE_LENGTH // 2 else title[: _TITLE_LENGTH - 1]) + "…"

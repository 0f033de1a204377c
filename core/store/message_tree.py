"""The messages of every conversation as trees, in SQLite; used within the store's transactions."""

import sqlite3
from collections.abc import Sequence
from typing import Final

import msgspec

from ..conversation import Message, Part, Role, TurnStats
from ..errors import NotStored
from .conversation_table import no_conversation
from .part_table import PartTable
from .word_index import WordIndex

_BRANCH: Final = """
WITH RECURSIVE branch (id, depth) AS (
    SELECT ?, 0
    UNION ALL
    SELECT message.parent_id, depth + 1 FROM branch JOIN message USING (id)
    WHERE message.parent_id IS NOT NULL
)
SELECT message.* FROM branch JOIN message USING (id) ORDER BY depth DESC
"""

_NEWEST_END_BELOW: Final = """
WITH RECURSIVE below (id) AS (
    SELECT ?
    UNION ALL
    SELECT message.id FROM below JOIN message ON message.parent_id = below.id
    WHERE NOT message.is_queued AND message.deleted_at IS NULL
)
SELECT max(id) FROM below
WHERE NOT EXISTS (SELECT 1 FROM message WHERE parent_id = below.id
    AND NOT is_queued AND deleted_at IS NULL)
"""

_COPY: Final = """
INSERT INTO message
    (conversation_id, parent_id, role, created_at, model, model_source, adapter, is_corrected,
     is_left_out, finish_reason, error, stats)
SELECT :conversation, :parent, role, created_at, model, model_source, adapter, is_corrected,
    is_left_out, CASE WHEN role = 'assistant' THEN coalesce(finish_reason, 'cancelled') END, error,
    stats
FROM message WHERE id = :source
RETURNING id
"""
"""What is copied of an answer that is still open was cut off there."""


class MessageTree:
    """Reads branches and grows them; a conversation's head names the one that is shown.

    Raises:
        sqlite3.Error: from every method.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._parts = PartTable(database)
        self._words = WordIndex(database)

    def head(self, conversation: int) -> int | None:
        """Returns the last message of the branch that is shown; None before the first message.

        Raises:
            NotStored: there is no such conversation.
        """
        row = self._database.execute(
            "SELECT head_id FROM conversation WHERE id = ? AND deleted_at IS NULL", (conversation,)
        ).fetchone()
        if row is None:
            raise no_conversation(conversation)
        head: int | None = row["head_id"]
        return head

    def move_head(self, conversation: int, message: int | None) -> None:
        """Shows the branch that ends with a message; None shows none."""
        self._database.execute(
            "UPDATE conversation SET head_id = ? WHERE id = ?", (message, conversation)
        )

    def place(self, conversation: int, message: int) -> tuple[Role, int | None]:
        """Returns a message's role and its parent.

        Raises:
            NotStored: the conversation does not hold it, or it has no place yet.
        """
        self.head(conversation)
        row = self._database.execute(
            "SELECT role, parent_id, is_queued FROM message "
            "WHERE id = ? AND conversation_id = ? AND deleted_at IS NULL",
            (message, conversation),
        ).fetchone()
        if row is None:
            raise NotStored(f"Conversation {conversation} has no message {message}: open it again.")
        if row["is_queued"]:
            raise NotStored(f"Message {message} still waits to be sent: change it in the queue.")
        return row["role"], row["parent_id"]

    def is_deleted(self, message: int | None) -> bool:
        """Whether a message is in a deleted branch."""
        row = self._database.execute(
            "SELECT 1 FROM message WHERE id = ? AND deleted_at IS NOT NULL", (message,)
        ).fetchone()
        return row is not None

    def branch(self, conversation: int, last: int | None) -> tuple[Message, ...]:
        """Returns the messages from the first one to the one given."""
        siblings: dict[int | None, list[int]] = {}
        for row in self._database.execute(
            "SELECT id, parent_id FROM message WHERE conversation_id = ? "
            "AND NOT is_queued AND deleted_at IS NULL ORDER BY id",
            (conversation,),
        ):
            siblings.setdefault(row["parent_id"], []).append(row["id"])
        rows = self._branch_rows(last)
        parts = self._parts.read_all([row["id"] for row in rows])
        return tuple(
            _read_message(row, parts.get(row["id"], ()), siblings[row["parent_id"]]) for row in rows
        )

    def read_all(self, conversation: int) -> tuple[Message, ...]:
        """Returns the messages of all branches in the order of their ids; no siblings said."""
        rows = self._database.execute(
            "SELECT * FROM message WHERE conversation_id = ? "
            "AND NOT is_queued AND deleted_at IS NULL ORDER BY id",
            (conversation,),
        ).fetchall()
        parts = self._parts.read_all([row["id"] for row in rows])
        return tuple(_read_message(row, parts.get(row["id"], ()), ()) for row in rows)

    def read(self, message: int) -> Message:
        """Returns a message that is there; one that is queued has no siblings yet."""
        row = self._database.execute("SELECT * FROM message WHERE id = ?", (message,)).fetchone()
        siblings = self._database.execute(
            # Otherwise SQLite goes by the parent, which is null in every conversation's first.
            "SELECT id FROM message INDEXED BY message_conversation_id "
            "WHERE conversation_id = :conversation_id AND parent_id IS :parent_id "
            "AND NOT is_queued AND NOT :is_queued AND deleted_at IS NULL ORDER BY id",
            dict(row),
        )
        return _read_message(row, self._parts.read(message), [it["id"] for it in siblings])

    def newest_end_below(self, message: int) -> int:
        """Returns the newest of the branches' ends that come after a message, or that message."""
        newest: int = self._database.execute(_NEWEST_END_BELOW, (message,)).fetchone()[0]
        return newest

    def add(self, conversation: int, message: Message, *, is_queued: bool = False) -> int:
        """Adds a message below its parent; returns its id.

        An answer to a question that is left out is so too.
        """
        identifier: int = self._database.execute(
            "INSERT INTO message "
            "(conversation_id, parent_id, is_queued, turn, role, created_at, is_left_out) "
            "VALUES (:conversation, :parent, :is_queued, :turn, :role, :created_at, "
            ":role = 'assistant' AND "
            "EXISTS (SELECT 1 FROM message WHERE id = :parent AND is_left_out)) RETURNING id",
            {
                "conversation": conversation,
                "parent": message.parent_id,
                "is_queued": is_queued,
                "turn": message.turn,
                "role": message.role,
                "created_at": message.created_at,
            },
        ).fetchone()["id"]
        self.put_parts(identifier, message.parts)
        return identifier

    def put_parts(self, message: int, parts: Sequence[Part]) -> None:
        """Replaces what a message consists of."""
        self._parts.put(message, parts)
        self._words.put_message(message, parts)

    def give_place(self, question: int, parent: int | None) -> None:
        """Puts a question that was queued below its parent."""
        self._database.execute(
            "UPDATE message SET parent_id = ?, is_queued = 0 WHERE id = ?", (parent, question)
        )

    def leave_out(self, question: int, *, is_left_out: bool) -> None:
        """Says whether later prompts leave out a question with all its answers."""
        self._database.execute(
            "UPDATE message SET is_left_out = :is_left_out "
            "WHERE id = :question OR (parent_id = :question AND role = 'assistant')",
            {"is_left_out": is_left_out, "question": question},
        )

    def remove(self, message: int) -> None:
        """Removes a message below which there is none."""
        self._words.forget_message(message)
        self._database.execute("DELETE FROM message WHERE id = ?", (message,))

    def is_empty(self, conversation: int) -> bool:
        """Whether a conversation has no message, not even a queued one."""
        row = self._database.execute(
            "SELECT 1 FROM message WHERE conversation_id = ?", (conversation,)
        ).fetchone()
        return row is None

    def end_answer(self, answer: Message) -> None:
        """Stores a complete, stopped or failed answer.

        Raises:
            NotStored: it is gone.
        """
        stats = None if answer.stats is None else msgspec.json.encode(answer.stats).decode()
        ended = self._database.execute(
            "UPDATE message SET model = ?, model_source = ?, adapter = ?, finish_reason = ?, "
            "error = ?, stats = ?, is_corrected = ? WHERE id = ?",
            (
                answer.model,
                answer.model_source,
                answer.adapter,
                answer.finish_reason,
                answer.error,
                stats,
                answer.is_corrected,
                answer.id,
            ),
        )
        if not ended.rowcount:
            raise NotStored("The answer's conversation is gone: it was deleted.")
        self.put_parts(answer.id, answer.parts)

    def open_again(self, answer: int, turn: str) -> None:
        """Opens an answer that was cut off, with what it says already, for another turn."""
        self._database.execute(
            "UPDATE message SET finish_reason = NULL, error = '', turn = ? WHERE id = ?",
            (turn, answer),
        )

    def fail_open_answers(self, error: str) -> int:
        """Marks every open answer as failed; returns how many there were."""
        rows = self._database.execute(
            "UPDATE message SET finish_reason = 'failed', error = ? "
            "WHERE role = 'assistant' AND finish_reason IS NULL RETURNING id",
            (error,),
        ).fetchall()
        for row in rows:
            self._words.put_message(row["id"], self._parts.read(row["id"]))
        return len(rows)

    def copy(self, last: int, conversation: int) -> int:
        """Copies the branch that ends with a message; returns the copy's last message."""
        parent: int | None = None
        copied = last
        for row in self._branch_rows(last):
            values = {"conversation": conversation, "parent": parent, "source": row["id"]}
            parent = copied = self._database.execute(_COPY, values).fetchone()["id"]
            self.put_parts(copied, self._parts.read(row["id"]))
        return copied

    def _branch_rows(self, last: int | None) -> Sequence[sqlite3.Row]:
        return self._database.execute(_BRANCH, (last,)).fetchall()


def _read_message(row: sqlite3.Row, parts: Sequence[Part], siblings: Sequence[int]) -> Message:
    stats = row["stats"]
    return Message(
        id=row["id"],
        parent_id=row["parent_id"],
        role=row["role"],
        parts=tuple(parts),
        created_at=row["created_at"],
        uuid=row["uuid"],
        turn=row["turn"],
        model=row["model"],
        model_source=row["model_source"],
        finish_reason=row["finish_reason"],
        error=row["error"],
        stats=None if stats is None else msgspec.json.decode(stats, type=TurnStats),
        adapter=row["adapter"],
        is_corrected=bool(row["is_corrected"]),
        is_left_out=bool(row["is_left_out"]),
        siblings=tuple(siblings),
    )

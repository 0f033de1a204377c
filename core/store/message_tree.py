"""The messages of every conversation as trees, in SQLite; used within the store's transactions."""

import sqlite3
from collections.abc import Sequence

import msgspec

from ..conversation import Attachment, Message, Role
from ..errors import NotStored
from .conversation_table import no_conversation
from .rows import (
    BRANCH,
    CONVERSATION_ATTACHMENTS,
    COPY_ATTACHMENTS,
    COPY_MESSAGE,
    MESSAGE_ATTACHMENTS,
    NEWEST_BELOW,
    read_attachment,
    read_message,
)
from .word_index import WordIndex


class MessageTree:
    """Reads branches and grows them; a conversation's head names the one that is shown.

    Raises:
        sqlite3.Error: from every method.
    """

    def __init__(self, database: sqlite3.Connection, words: WordIndex) -> None:
        self._database = database
        self._words = words

    def head(self, conversation: int) -> int | None:
        """Returns the last message of the branch that is shown; None before the first message.

        Raises:
            NotStored: there is no such conversation.
        """
        row = self._database.execute(
            "SELECT head_id FROM conversation WHERE id = ?", (conversation,)
        ).fetchone()
        if row is None:
            raise no_conversation(conversation)
        head: int | None = row["head_id"]
        return head

    def move_head(self, conversation: int, message: int) -> None:
        """Shows the branch that ends with a message."""
        self._database.execute(
            "UPDATE conversation SET head_id = ? WHERE id = ?", (message, conversation)
        )

    def place(self, conversation: int, message: int | None) -> tuple[Role, int | None]:
        """Returns a message's role and its parent.

        Raises:
            NotStored: the conversation does not hold it.
        """
        row = self._database.execute(
            "SELECT role, parent_id FROM message WHERE id = ? AND conversation_id = ?",
            (message, conversation),
        ).fetchone()
        if row is None:
            self.head(conversation)
            raise NotStored(f"Conversation {conversation} has no message {message}: open it again.")
        return row["role"], row["parent_id"]

    def branch(self, conversation: int, last: int | None) -> tuple[Message, ...]:
        """Returns the messages from the first one to the one given."""
        pictures: dict[int, list[Attachment]] = {}
        for row in self._database.execute(CONVERSATION_ATTACHMENTS, (conversation,)):
            pictures.setdefault(row["message_id"], []).append(read_attachment(row))
        siblings: dict[int | None, list[int]] = {}
        for row in self._database.execute(
            "SELECT id, parent_id FROM message WHERE conversation_id = ? ORDER BY id",
            (conversation,),
        ):
            siblings.setdefault(row["parent_id"], []).append(row["id"])
        return tuple(
            read_message(row, pictures.get(row["id"], ()), siblings[row["parent_id"]])
            for row in self._branch_rows(last)
        )

    def read(self, message: int) -> Message:
        """Returns a message that is there."""
        row = self._database.execute("SELECT * FROM message WHERE id = ?", (message,)).fetchone()
        pictures = self._database.execute(MESSAGE_ATTACHMENTS, (message,))
        siblings = self._database.execute(
            # The unary plus makes SQLite go by the parent, of which there are few children.
            "SELECT id FROM message WHERE parent_id IS :parent_id "
            "AND +conversation_id = :conversation_id ORDER BY id",
            dict(row),
        )
        return read_message(
            row, [read_attachment(it) for it in pictures], [it["id"] for it in siblings]
        )

    def newest_below(self, message: int) -> int:
        """Returns the newest message that comes after the one given, or that one: a branch's end.

        No message is older than its parent, so the newest of all has none below it.
        """
        newest: int = self._database.execute(NEWEST_BELOW, (message,)).fetchone()[0]
        return newest

    def add(self, conversation: int, message: Message) -> int:
        """Adds a message below its parent; returns its id."""
        identifier: int = self._database.execute(
            "INSERT INTO message (conversation_id, parent_id, role, text, created_at) "
            "VALUES (?, ?, ?, ?, ?) RETURNING id",
            (conversation, message.parent_id, message.role, message.text, message.created_at),
        ).fetchone()["id"]
        self._database.executemany(
            "INSERT INTO attachment VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (identifier, place, it.sha256, it.name, it.model_width, it.model_height, it.tokens)
                for place, it in enumerate(message.attachments)
            ],
        )
        self._words.put_message(identifier, message.text)
        return identifier

    def remove_turn(self, question: int, answer: int) -> None:
        """Removes an answer, and its question unless that has others: then it was there before."""
        for message in (answer, question):
            removed = self._database.execute(
                "DELETE FROM message WHERE id = :id "
                "AND NOT EXISTS (SELECT 1 FROM message WHERE parent_id = :id)",
                {"id": message},
            )
            if removed.rowcount:
                self._words.forget_message(message)

    def measure_attachments(self, message: int, attachments: Sequence[Attachment]) -> None:
        """Stores how the model sees the pictures of a message, given in their order."""
        self._database.executemany(
            "UPDATE attachment SET model_width = ?, model_height = ?, tokens = ? "
            "WHERE message_id = ? AND position = ?",
            [
                (it.model_width, it.model_height, it.tokens, message, place)
                for place, it in enumerate(attachments)
            ],
        )

    def save_text(self, message: int, text: str) -> None:
        """Stores the text so far of an open answer."""
        self._database.execute("UPDATE message SET text = ? WHERE id = ?", (text, message))

    def end_answer(self, answer: Message) -> None:
        """Stores a complete, stopped or failed answer."""
        stats = None if answer.stats is None else msgspec.json.encode(answer.stats).decode()
        self._database.execute(
            "UPDATE message SET text = ?, model = ?, finish_reason = ?, error = ?, stats = ? "
            "WHERE id = ?",
            (answer.text, answer.model, answer.finish_reason, answer.error, stats, answer.id),
        )
        self._words.put_message(answer.id, answer.text)

    def fail_open_answers(self, error: str) -> int:
        """Marks every open answer as failed; returns how many there were."""
        rows = self._database.execute(
            "UPDATE message SET finish_reason = 'failed', error = ? "
            "WHERE role = 'assistant' AND finish_reason IS NULL RETURNING id, text",
            (error,),
        ).fetchall()
        for row in rows:
            self._words.put_message(row["id"], row["text"])
        return len(rows)

    def copy(self, last: int, conversation: int) -> int:
        """Copies the branch that ends with a message; returns the copy's last message."""
        parent: int | None = None
        copied = last
        for row in self._branch_rows(last):
            values = {"conversation": conversation, "parent": parent, "source": row["id"]}
            parent = copied = self._database.execute(COPY_MESSAGE, values).fetchone()["id"]
            self._database.execute(COPY_ATTACHMENTS, {"copy": copied, "source": row["id"]})
            self._words.put_message(copied, row["text"])
        return copied

    def _branch_rows(self, last: int | None) -> Sequence[sqlite3.Row]:
        return self._database.execute(BRANCH, (last,)).fetchall()

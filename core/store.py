"""Conversations in SQLite: every method blocks, and is called on the store's one thread."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import msgspec
from msgspec.structs import replace

from .conversation import Attachment, Conversation, ConversationSummary, Message
from .database import errors_as_sentences, open_database
from .errors import NotStored
from .settings import Paths
from .store_rows import (
    BRANCH,
    BRANCH_ATTACHMENTS,
    SUMMARY,
    make_title,
    one_line,
    read_attachment,
    read_message,
)
from .word_index import FOUND, WordIndex, match_expression

CORE_ENDED: Final = "The core ended during this answer."
"""The error of answers that were open when their core was killed or crashed."""


class Store:
    """The database of one data directory. Every change is one transaction, on disk on return.

    Raises:
        StoreError: from every method, when the disk or the file does not let it work.
    """

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        with errors_as_sentences(paths):
            self._database = open_database(paths)
        self._words = WordIndex(self._database)

    def close(self) -> None:
        """Ends the use of the database."""
        with errors_as_sentences(self._paths):
            self._database.close()

    def list_conversations(self, query: str, limit: int) -> tuple[ConversationSummary, ...]:
        """Returns conversations, newest first.

        With a query only those of which the title or one message holds, for each word of it, a
        word that starts so.
        """
        words = match_expression(query)
        if query.strip() and not words:
            return ()
        found = f"WHERE {FOUND}" if words else ""
        order = " ORDER BY updated_at DESC, id DESC LIMIT :limit"
        with errors_as_sentences(self._paths):
            rows = self._database.execute(
                SUMMARY + found + order, {"words": words, "limit": limit}
            ).fetchall()
        return tuple(ConversationSummary(**row) for row in rows)

    def read_conversation(self, conversation: int) -> Conversation:
        """Returns the conversation with the branch that its head names.

        Raises:
            NotStored: there is no such conversation.
        """
        with errors_as_sentences(self._paths):
            row = self._database.execute(SUMMARY + " WHERE id = ?", (conversation,)).fetchone()
            if row is None:
                raise _no_conversation(conversation)
            return Conversation(ConversationSummary(**row), self._read_branch(conversation))

    def start_turn(
        self, conversation: int | None, text: str, attachments: Sequence[Attachment]
    ) -> tuple[int, Message, Message]:
        """Stores a user's message with an empty answer below the head, which moves there.

        Returns:
            The conversation, made when None was given, the user's message and the open answer.

        Raises:
            NotStored: there is no such conversation or picture.
        """
        now = time.time()
        with self._transaction():
            for picture in attachments:
                self.find_picture(picture.sha256)
            if conversation is None:
                conversation = self._add_conversation(make_title(text, attachments), now)
            parent = self._head(conversation)
            user_message = Message(0, parent, "user", text, now, tuple(attachments))
            user_message = self._add_message(conversation, user_message)
            answer = self._add_message(
                conversation, Message(0, user_message.id, "assistant", "", now)
            )
            self._database.execute(
                "UPDATE conversation SET head_id = ?, updated_at = ? WHERE id = ?",
                (answer.id, now, conversation),
            )
        return conversation, user_message, answer

    def measure_attachments(self, message: int, attachments: Sequence[Attachment]) -> None:
        """Stores how the model sees the pictures of a message, given in their order."""
        with self._transaction():
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
        with self._transaction():
            self._database.execute("UPDATE message SET text = ? WHERE id = ?", (text, message))

    def end_answer(self, conversation: int, answer: Message) -> None:
        """Stores a complete, stopped or failed answer.

        Raises:
            NotStored: the conversation was deleted.
        """
        stats = None if answer.stats is None else msgspec.json.encode(answer.stats).decode()
        with self._transaction():
            self._head(conversation)
            self._database.execute(
                "UPDATE message SET text = ?, model = ?, finish_reason = ?, error = ?, stats = ? "
                "WHERE id = ?",
                (answer.text, answer.model, answer.finish_reason, answer.error, stats, answer.id),
            )
            self._database.execute(
                "UPDATE conversation SET updated_at = ? WHERE id = ?", (time.time(), conversation)
            )
            self._words.put_message(answer.id, answer.text)

    def close_open_answers(self) -> int:
        """Marks answers that an earlier core left open as failed; returns how many there were."""
        with self._transaction():
            rows = self._database.execute(
                "UPDATE message SET finish_reason = 'failed', error = ? "
                "WHERE role = 'assistant' AND finish_reason IS NULL RETURNING id, text",
                (CORE_ENDED,),
            ).fetchall()
            for row in rows:
                self._words.put_message(row["id"], row["text"])
        return len(rows)

    def rename_conversation(self, conversation: int, title: str) -> None:
        """Gives a title; an empty one goes back to the start of the first message.

        Raises:
            NotStored: there is no such conversation.
        """
        with self._transaction():
            self._head(conversation)
            title = one_line(title)
            if not title:
                first = self._read_branch(conversation)[0]
                title = make_title(first.text, first.attachments)
            self._database.execute(
                "UPDATE conversation SET title = ? WHERE id = ?", (title, conversation)
            )
            self._words.put_title(conversation, title)

    def delete_conversation(self, conversation: int) -> list[str]:
        """Deletes the conversation; returns the pictures that no other one holds, forgotten too.

        Raises:
            NotStored: there is no such conversation.
        """
        key = (conversation,)
        with self._transaction():
            self._head(conversation)
            self._words.forget(conversation)
            rows = self._database.execute(
                "SELECT DISTINCT sha256 FROM attachment JOIN message ON message.id = message_id "
                "WHERE conversation_id = ?",
                key,
            )
            pictures = [row["sha256"] for row in rows]
            self._database.execute("DELETE FROM conversation WHERE id = ?", key)
            return [sha256 for sha256 in pictures if self._forget_picture(sha256)]

    def forget_unused_pictures(self, attached_before: float) -> list[str]:
        """Forgets pictures that were attached before that time and never sent; returns them."""
        with self._transaction():
            rows = self._database.execute(
                "SELECT sha256 FROM picture WHERE attached_at < ?", (attached_before,)
            ).fetchall()
            return [row["sha256"] for row in rows if self._forget_picture(row["sha256"])]

    def add_picture(self, picture: Attachment) -> None:
        """Records a picture whose copy is in place, or its newest name."""
        with self._transaction():
            self._database.execute(
                "INSERT INTO picture VALUES (?, ?, ?, ?, ?) ON CONFLICT (sha256) "
                "DO UPDATE SET name = excluded.name, attached_at = excluded.attached_at",
                (picture.sha256, picture.name, picture.width, picture.height, time.time()),
            )

    def find_picture(self, sha256: str) -> Attachment:
        """Returns a recorded picture under the name it was attached with last.

        Raises:
            NotStored: there is no such picture.
        """
        with errors_as_sentences(self._paths):
            row = self._database.execute(
                "SELECT sha256, name, width, height FROM picture WHERE sha256 = ?", (sha256,)
            ).fetchone()
        if row is None:
            raise NotStored("That picture is not in the store any more: attach it again.")
        return Attachment(**row)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with errors_as_sentences(self._paths), self._database:
            self._database.execute("BEGIN IMMEDIATE")
            yield

    def _head(self, conversation: int) -> int | None:
        row = self._database.execute(
            "SELECT head_id FROM conversation WHERE id = ?", (conversation,)
        ).fetchone()
        if row is None:
            raise _no_conversation(conversation)
        head: int | None = row["head_id"]
        return head

    def _add_conversation(self, title: str, now: float) -> int:
        conversation: int = self._database.execute(
            "INSERT INTO conversation (title, created_at, updated_at) VALUES (?, ?, ?) "
            "RETURNING id",
            (title, now, now),
        ).fetchone()["id"]
        self._words.put_title(conversation, title)
        return conversation

    def _add_message(self, conversation: int, message: Message) -> Message:
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
        return replace(message, id=identifier)

    def _read_branch(self, conversation: int) -> tuple[Message, ...]:
        pictures: dict[int, list[Attachment]] = {}
        for row in self._database.execute(BRANCH_ATTACHMENTS, (conversation,)):
            pictures.setdefault(row["message_id"], []).append(read_attachment(row))
        rows = self._database.execute(BRANCH, (self._head(conversation),))
        return tuple(read_message(row, pictures.get(row["id"], ())) for row in rows)

    def _forget_picture(self, sha256: str) -> bool:
        forgotten = self._database.execute(
            "DELETE FROM picture WHERE sha256 = ? "
            "AND NOT EXISTS (SELECT 1 FROM attachment WHERE attachment.sha256 = picture.sha256)",
            (sha256,),
        )
        return forgotten.rowcount == 1


def _no_conversation(conversation: int) -> NotStored:
    return NotStored(f"There is no conversation {conversation}: it may have been deleted.")

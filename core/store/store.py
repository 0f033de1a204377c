"""Conversations in SQLite: every method blocks, and is called on the store's one thread."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from ..conversation import Attachment, Conversation, ConversationSummary, Message, StartedTurn
from ..errors import NotStored
from ..settings import Paths
from .conversation_table import ConversationTable
from .database import errors_as_sentences, open_database
from .message_tree import MessageTree
from .picture_table import PictureTable
from .rows import fork_title, make_title, one_line
from .word_index import WordIndex

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
        words = WordIndex(self._database)
        self._conversations = ConversationTable(self._database, words)
        self._tree = MessageTree(self._database, words)
        self._pictures = PictureTable(self._database)

    def close(self) -> None:
        """Ends the use of the database."""
        with errors_as_sentences(self._paths):
            self._database.close()

    def list_conversations(self, query: str, limit: int) -> tuple[ConversationSummary, ...]:
        """Returns conversations, newest first.

        With a query only those of which the title or one message holds, for each word of it, a
        word that starts so.
        """
        with errors_as_sentences(self._paths):
            return self._conversations.search(query, limit)

    def read_conversation(self, conversation: int) -> Conversation:
        """Returns the conversation with the branch that its head names.

        Raises:
            NotStored: there is no such conversation.
        """
        with errors_as_sentences(self._paths):
            summary = self._conversations.find(conversation)
            branch = self._tree.branch(conversation, self._tree.head(conversation))
            return Conversation(summary, branch)

    def start_turn(
        self, conversation: int | None, text: str, attachments: Sequence[Attachment]
    ) -> StartedTurn:
        """Stores a user's message with an empty answer below the head, which moves there.

        Without a conversation one is made.

        Raises:
            NotStored: there is no such conversation or picture.
        """
        with self._transaction():
            if conversation is None:
                conversation = self._conversations.add(make_title(text, attachments))
            parent = self._tree.head(conversation)
            question = self._add_question(conversation, parent, text, attachments)
            return self._open_answer(conversation, question)

    def edit_question(
        self, conversation: int, message: int, text: str, attachments: Sequence[Attachment]
    ) -> StartedTurn:
        """Stores a question beside an earlier one, as `start_turn` does; the earlier one stays.

        Raises:
            NotStored: there is no such conversation, question or picture.
        """
        with self._transaction():
            role, parent = self._tree.place(conversation, message)
            if role != "user":
                raise NotStored(f"Message {message} is no question: edit one that you asked.")
            question = self._add_question(conversation, parent, text, attachments)
            return self._open_answer(conversation, question)

    def regenerate_answer(self, conversation: int, message: int | None) -> StartedTurn:
        """Stores an empty answer beside an earlier one; the head moves there.

        Args:
            conversation: where.
            message: the earlier answer, or its question; None for the end of the branch.

        Raises:
            NotStored: there is no such conversation or message.
        """
        with self._transaction():
            message = message or self._tree.head(conversation)
            role, parent = self._tree.place(conversation, message)
            question = message if role == "user" else parent
            if question is None:
                raise NotStored(f"Message {message} answers no question: ask one.")
            return self._open_answer(conversation, question)

    def withdraw_turn(self, turn: StartedTurn) -> Conversation | None:
        """Takes out again what a turn added; its pictures stay, to be sent with another one.

        Returns the conversation as it was before, or None if the turn had made it: it is gone.

        Raises:
            NotStored: there is no such conversation.
        """
        with self._transaction():
            for picture in turn.question.attachments:
                self._pictures.add(picture)
            if turn.head_before is None:
                self._conversations.delete(turn.conversation)
                return None
            self._conversations.touch(turn.conversation, turn.updated_before)
            self._tree.move_head(turn.conversation, turn.head_before)
            self._tree.remove_turn(turn.question.id, turn.answer.id)
        return self.read_conversation(turn.conversation)

    def fork_conversation(self, conversation: int, message: int) -> int:
        """Copies the branch that ends with a message into a new conversation; returns that.

        Raises:
            NotStored: there is no such conversation or message.
        """
        with self._transaction():
            self._tree.place(conversation, message)
            title = self._conversations.find(conversation).title
            fork = self._conversations.add(fork_title(title))
            self._tree.move_head(fork, self._tree.copy(message, fork))
        return fork

    def switch_branch(self, conversation: int, message: int) -> None:
        """Moves the head to the newest end of the branches that go through a message.

        Raises:
            NotStored: there is no such conversation or message.
        """
        with self._transaction():
            self._tree.place(conversation, message)
            self._tree.move_head(conversation, self._tree.newest_below(message))

    def measure_attachments(self, message: int, attachments: Sequence[Attachment]) -> None:
        """Stores how the model sees the pictures of a message, given in their order."""
        with self._transaction():
            self._tree.measure_attachments(message, attachments)

    def save_text(self, message: int, text: str) -> None:
        """Stores the text so far of an open answer."""
        with self._transaction():
            self._tree.save_text(message, text)

    def end_answer(self, conversation: int, answer: Message) -> None:
        """Stores a complete, stopped or failed answer.

        Raises:
            NotStored: the conversation was deleted.
        """
        with self._transaction():
            self._conversations.touch(conversation, time.time())
            self._tree.end_answer(answer)

    def close_open_answers(self) -> int:
        """Marks answers that an earlier core left open as failed; returns how many there were."""
        with self._transaction():
            return self._tree.fail_open_answers(CORE_ENDED)

    def rename_conversation(self, conversation: int, title: str) -> None:
        """Gives a title; an empty one goes back to the start of the first message.

        Raises:
            NotStored: there is no such conversation.
        """
        with self._transaction():
            title = one_line(title)
            if not title:
                first = self._tree.branch(conversation, self._tree.head(conversation))[0]
                title = make_title(first.text, first.attachments)
            self._conversations.rename(conversation, title)

    def delete_conversation(self, conversation: int) -> list[str]:
        """Deletes the conversation; returns the pictures that no other one holds, forgotten too.

        Raises:
            NotStored: there is no such conversation.
        """
        with self._transaction():
            pictures = self._pictures.list_of_conversation(conversation)
            self._conversations.delete(conversation)
            return self._pictures.forget_unsent(pictures)

    def forget_unused_pictures(self, attached_before: float) -> list[str]:
        """Forgets pictures that were attached before that time and never sent; returns them."""
        with self._transaction():
            old = self._pictures.list_attached_before(attached_before)
            return self._pictures.forget_unsent(old)

    def add_picture(self, picture: Attachment) -> None:
        """Records a picture whose copy is in place, or its newest name."""
        with self._transaction():
            self._pictures.add(picture)

    def find_picture(self, sha256: str) -> Attachment:
        """Returns a recorded picture under the name it was attached with last.

        Raises:
            NotStored: there is no such picture.
        """
        with errors_as_sentences(self._paths):
            return self._pictures.find(sha256)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with errors_as_sentences(self._paths), self._database:
            self._database.execute("BEGIN IMMEDIATE")
            yield

    def _add_question(
        self,
        conversation: int,
        parent: int | None,
        text: str,
        attachments: Sequence[Attachment],
    ) -> int:
        for picture in attachments:
            self._pictures.find(picture.sha256)
        question = Message(0, parent, "user", text, time.time(), tuple(attachments))
        return self._tree.add(conversation, question)

    def _open_answer(self, conversation: int, question: int) -> StartedTurn:
        head_before = self._tree.head(conversation)
        updated_before = self._conversations.find(conversation).updated_at
        answer = self._tree.add(conversation, Message(0, question, "assistant", "", time.time()))
        self._tree.move_head(conversation, answer)
        self._conversations.touch(conversation, time.time())
        return StartedTurn(
            conversation,
            self._tree.read(question),
            self._tree.read(answer),
            head_before,
            updated_before,
        )

"""Conversations in SQLite, apart from their turns: every method blocks, on the store's thread."""

import time
from typing import Final

from ..conversation import Conversation
from .conversation_table import ConversationTable
from .database import Database
from .message_tree import MessageTree
from .titles import fork_title, one_line, title_of
from .turn_table import TurnTable

CORE_ENDED: Final = "The core ended during this answer."
"""The error of answers that were open when their core was killed or crashed."""


class StoredConversations:
    """What is read and done with whole conversations; every change is one transaction.

    Raises:
        StoreError: from every method, when the disk or the file does not let it work.
        NotStored: from those that name a conversation or message, if it is not there.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._table = ConversationTable(database.connection)
        self._tree = MessageTree(database.connection)
        self._turns = TurnTable(database.connection)

    def recover(self) -> int:
        """Fails the answers that an earlier core left open and pauses all queues.

        Returns how many answers were open.
        """
        with self._database.transaction():
            self._turns.pause_all()
            return self._tree.fail_open_answers(CORE_ENDED)

    def list_ids(self) -> list[int]:
        """Returns the ids of all conversations that are not deleted."""
        with self._database.reading():
            return self._table.list_ids()

    def read(self, conversation: int) -> Conversation:
        """Returns the conversation with the branch that its head names, and its queue."""
        with self._database.reading():
            summary = self._table.find(conversation)
            branch = self._tree.branch(conversation, self._tree.head(conversation))
            queue = self._turns.read_queue(conversation)
            return Conversation(summary, branch, queue.turns, queue.is_paused)

    def rename(self, conversation: int, title: str) -> None:
        """Gives a title; an empty one goes back to the start of the first message."""
        with self._database.transaction():
            title = one_line(title)
            if not title:
                branch = self._tree.branch(conversation, self._tree.head(conversation))
                queue = self._turns.read_queue(conversation)
                title = title_of((*branch, *(turn.question for turn in queue.turns))[0])
            self._table.rename(conversation, title)

    def fork(self, conversation: int, message: int) -> Conversation:
        """Copies the branch that ends with a message into a new conversation; returns that."""
        with self._database.transaction():
            self._tree.place(conversation, message)
            fork = self._table.add(fork_title(self._table.find(conversation).title))
            self._tree.move_head(fork, self._tree.copy(message, fork))
        return self.read(fork)

    def switch_branch(self, conversation: int, message: int) -> Conversation:
        """Moves the head to the newest end of the branches that go through a message."""
        with self._database.transaction():
            self._tree.place(conversation, message)
            self._tree.move_head(conversation, self._tree.newest_end_below(message))
        return self.read(conversation)

    def delete(self, conversation: int) -> None:
        """Hides the conversation until it is restored or purged."""
        with self._database.transaction():
            self._table.mark_deleted(conversation, time.time())
            self._turns.set_paused(conversation, is_paused=True)

    def restore(self, conversation: int) -> None:
        """Takes the deletion back."""
        with self._database.transaction():
            self._table.restore(conversation)

    def list_deleted_before(self, moment: float) -> list[int]:
        """Returns the conversations that were deleted before that time."""
        with self._database.reading():
            return self._table.list_deleted_before(moment)

    def purge(self, conversation: int, deleted_before: float) -> None:
        """Removes a conversation for good, if it is still deleted since before that time."""
        with self._database.transaction():
            if conversation in self._table.list_deleted_before(deleted_before):
                self._table.remove(conversation)

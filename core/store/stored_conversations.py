"""Conversations in SQLite, apart from their turns: every method blocks, on the store's thread."""

import time
from collections.abc import Iterable, Sequence
from typing import Final

from msgspec.structs import replace

from ..conversation import Conversation, Message, compose
from ..errors import NotStored
from ..generation_options import ConversationChoices
from .conversation_table import ConversationTable
from .database import Database
from .message_tree import MessageTree
from .part_table import PartTable
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
        self._parts = PartTable(database.connection)

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
            original = self._table.find(conversation)
            fork = self._table.add(fork_title(original.title))
            self._table.choose(fork, original.choices)
            self._tree.move_head(fork, self._tree.copy(message, fork))
        return self.read(fork)

    def switch_branch(self, conversation: int, message: int) -> Conversation:
        """Moves the head to the newest end of the branches that go through a message."""
        with self._database.transaction():
            self._tree.place(conversation, message)
            self._tree.move_head(conversation, self._tree.newest_end_below(message))
        return self.read(conversation)

    def choose(self, conversation: int, choices: ConversationChoices) -> None:
        """Says which model, adapter and preset a conversation keeps."""
        with self._database.transaction():
            self._table.choose(conversation, choices)

    def find_choices(self, conversations: Iterable[int]) -> dict[int, ConversationChoices]:
        """Returns what conversations keep; without those that are not there."""
        with self._database.reading():
            return self._table.find_choices(conversations)

    def keep_model(self, conversation: int, model: str, adapter: str) -> ConversationChoices | None:
        """Lets a conversation that has no model of its own keep this one.

        Returns what it keeps from now on; None if it has one already.
        """
        with self._database.transaction():
            choices = self._table.find(conversation).choices
            if choices.model:
                return None
            choices = replace(choices, model=model, adapter=adapter)
            self._table.choose(conversation, choices)
            return choices

    def leave_out(
        self,
        conversation: int,
        messages: Sequence[int],
        pictures: Sequence[tuple[int, int]],
        *,
        is_left_out: bool,
    ) -> Conversation:
        """Leaves messages, or pictures of messages, out of later prompts; or takes them in again.

        Args:
            conversation: where they stand.
            messages: ids of questions, or of their answers: they go together.
            pictures: ids of messages, each with the index of one of its pictures.
            is_left_out: False to take them in again.
        """
        with self._database.transaction():
            for message in messages:
                role, parent = self._tree.place(conversation, message)
                question = parent if role == "assistant" and parent is not None else message
                self._tree.leave_out(question, is_left_out=is_left_out)
            for message, index in pictures:
                self._tree.place(conversation, message)
                self._leave_out_picture(message, index, is_left_out=is_left_out)
        return self.read(conversation)

    def correct(self, conversation: int, message: int, text: str) -> Conversation:
        """Stores an answer by the user's hand beside one that a model gave, and shows it."""
        with self._database.transaction():
            role, parent = self._tree.place(conversation, message)
            if role != "assistant" or parent is None:
                raise NotStored(f"Message {message} is no answer: correct one that a model gave.")
            written = Message(0, parent, "assistant", (), time.time())
            corrected = self._tree.add(conversation, written)
            self._tree.end_answer(
                replace(
                    written,
                    id=corrected,
                    parts=compose(text),
                    finish_reason="stop",
                    is_corrected=True,
                )
            )
            self._tree.move_head(conversation, corrected)
            self._table.touch(conversation, time.time())
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

    def purge(self, conversation: int, deleted_before: float) -> bool:
        """Removes a step of a conversation for good, if it is still deleted since before that time.

        Returns:
            whether more steps are needed; an answer can be saved between two.
        """
        with self._database.transaction():
            return self._table.purge(conversation, deleted_before)

    def _leave_out_picture(self, message: int, index: int, *, is_left_out: bool) -> None:
        pictures = self._tree.read(message).attachments
        if not 0 <= index < len(pictures):
            raise NotStored(f"Message {message} has no picture {index + 1}: open it again.")
        changed = replace(pictures[index], is_left_out=is_left_out)
        self._parts.measure(message, [*pictures[:index], changed, *pictures[index + 1 :]])

"""Rolls in SQLite: every method blocks, on the store's thread."""

import time
from collections.abc import Collection, Sequence

from msgspec.structs import replace

from ..conversation import Conversation, Message, TextPart, compose
from ..errors import NotStored
from ..generation_options import ConversationChoices
from ..roll import Roll, RollPicture, RollQuestion, RollRow, RollSummary, RowAnswer
from .conversation_table import ConversationTable
from .database import Database
from .message_tree import MessageTree
from .roll_table import RollTable
from .stored_conversations import StoredConversations
from .titles import make_title


class StoredRolls:
    """What happens to rolls; every change is one transaction.

    A row's answer is stored together with its state and its picture: after a crash a row is
    complete, or waits.

    Raises:
        StoreError: from every method, when the disk or the file does not let it work.
        NotStored: from those that name a roll or a row, if it is not there.
    """

    def __init__(self, database: Database, conversations: StoredConversations) -> None:
        self._database = database
        self._reader = conversations
        self._table = RollTable(database.connection)
        self._conversations = ConversationTable(database.connection)
        self._tree = MessageTree(database.connection)

    def start(self, uuid: str, question: RollQuestion, pictures: Sequence[RollPicture]) -> Roll:
        """Stores a roll; returns the one that has this uuid already if there is one."""
        with self._database.transaction():
            known = self._table.find_known(uuid)
            roll = self._table.add(uuid, question, pictures) if known is None else known
        return self.read(roll)

    def list_all(self) -> list[RollSummary]:
        """Returns all rolls, newest first."""
        with self._database.reading():
            return self._table.list_all()

    def read(self, roll: int) -> Roll:
        """Returns a roll with all its rows."""
        with self._database.reading():
            return Roll(self._table.find(roll), tuple(self._table.read_rows(roll)))

    def keep_model(self, roll: int, choices: ConversationChoices) -> None:
        """Says which model, adapter and preset a roll keeps."""
        with self._database.transaction():
            question = self._table.find(roll).question
            self._table.put_question(roll, replace(question, choices=choices))

    def end_row(self, roll: int, row: RollRow) -> None:
        """Stores a row that is done or has failed."""
        with self._database.transaction():
            self._table.end_row(roll, row)

    def reset_rows(self, roll: int, positions: Collection[int], but: Collection[int]) -> Roll:
        """Lets rows wait again; returns the roll.

        Args:
            roll: its id.
            positions: of the rows; empty for all that failed.
            but: positions of rows that stay as they are.
        """
        with self._database.transaction():
            self._table.find(roll)
            rows = self._table.read_rows(roll)
            if unknown := set(positions).difference(range(len(rows))):
                raise NotStored(f"Roll {roll} has no row {min(unknown) + 1}: open it again.")
            failed = [row.position for row in rows if row.state == "failed"]
            self._table.reset_rows(roll, set(positions or failed).difference(but))
        return self.read(roll)

    def remove(self, roll: int) -> None:
        """Removes a roll for good; what only its rows held is swept with other pictures."""
        with self._database.transaction():
            self._table.find(roll)
            self._table.remove(roll)

    def fork(self, roll: int, position: int) -> Conversation:
        """Makes a conversation of a row that has an answer; returns that."""
        with self._database.transaction():
            question = self._table.find(roll).question
            row = self._table.read_row(roll, position)
            if row.picture is None or row.answer is None:
                raise NotStored(f"{row.name} has no answer yet: wait for it, or resume the roll.")
            text = row.source.question or question.text
            title = make_title(f"{row.name}: {text}", [row.picture])
            conversation = self._conversations.add(title)
            self._conversations.choose(conversation, question.choices)
            # What was asked: no `@1` of the text was a place of the picture.
            parts = (row.picture, TextPart(text))
            asked = Message(0, None, "user", parts, time.time())
            answered = self._tree.add(conversation, asked)
            self._add_answer(conversation, answered, row.answer)
        return self._reader.read(conversation)

    def _add_answer(self, conversation: int, question: int, answer: RowAnswer) -> None:
        opened = Message(0, question, "assistant", (), time.time())
        stored = self._tree.add(conversation, opened)
        self._tree.end_answer(
            replace(
                opened,
                id=stored,
                parts=compose(answer.text, thoughts=answer.thoughts),
                model=answer.model,
                model_source=answer.model_source,
                adapter=answer.adapter,
                finish_reason=answer.finish_reason,
                error=answer.error,
                stats=answer.stats,
            )
        )
        self._tree.move_head(conversation, stored)

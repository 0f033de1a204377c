"""Turns in SQLite, from submission to end: every method blocks, on the store's thread."""

import time
from collections.abc import Sequence
from typing import NamedTuple

from ..conversation import (
    ASKING_KINDS,
    Attachment,
    Conversation,
    Message,
    Part,
    Queue,
    Queued,
    StartedTurn,
    TurnKind,
    compose,
)
from ..errors import NotStored
from ..generation_options import NO_OPTIONS, ConversationChoices, GenerationOptions
from .conversation_table import ConversationTable
from .database import Database
from .message_tree import MessageTree
from .part_table import PartTable
from .picture_table import PictureTable
from .stored_conversations import StoredConversations
from .titles import title_of
from .turn_table import TurnRow, TurnTable


class NewQuestion(NamedTuple):
    """What a turn asks that is to be stored."""

    turn: str
    """Id of the turn."""
    text: str
    attachments: Sequence[Attachment] = ()
    options: GenerationOptions = NO_OPTIONS


class StoredTurns:
    """What happens to turns; every change is one transaction.

    Raises:
        StoreError: from every method, when the disk or the file does not let it work.
        NotStored: from those that name a conversation, message, turn or picture, if it is not
            there.
    """

    def __init__(self, database: Database, conversations: StoredConversations) -> None:
        self._database = database
        self._reader = conversations
        self._conversations = ConversationTable(database.connection)
        self._tree = MessageTree(database.connection)
        self._parts = PartTable(database.connection)
        self._pictures = PictureTable(database.connection)
        self._turns = TurnTable(database.connection)

    def submit(
        self,
        conversation: int | None,
        question: NewQuestion,
        choices: ConversationChoices | None = None,
    ) -> Queued:
        """Stores a question that follows all others; without a conversation one is made.

        Args:
            conversation: where; None makes one.
            question: what is asked.
            choices: what the conversation keeps from now on; None leaves it as it is.
        """
        with self._database.transaction():
            if known := self._find_known(question.turn):
                return known
            if conversation is None:
                first = Message(0, None, "user", compose(question.text, question.attachments), 0.0)
                conversation = self._conversations.add(title_of(first))
            self._conversations.find(conversation)
            if choices is not None:
                self._conversations.choose(conversation, choices)
            return self._add_question(conversation, "submit", None, question)

    def edit(self, conversation: int, message: int, question: NewQuestion) -> Queued:
        """Stores a question that will stand beside an earlier one."""
        with self._database.transaction():
            if known := self._find_known(question.turn):
                return known
            role, parent = self._tree.place(conversation, message)
            if role != "user":
                raise NotStored(f"Message {message} is no question: edit one that you asked.")
            return self._add_question(conversation, "edit", parent, question)

    def regenerate(
        self,
        turn: str,
        conversation: int,
        message: int | None,
        options: GenerationOptions = NO_OPTIONS,
    ) -> Queued:
        """Queues another answer to a question, named by itself or an answer; None for the last."""
        with self._database.transaction():
            if known := self._find_known(turn):
                return known
            if message is None:
                message = self._tree.head(conversation)
                if message is None:
                    raise NotStored("Nothing was answered in this conversation yet: ask first.")
            role, parent = self._tree.place(conversation, message)
            question = message if role == "user" else parent
            if question is None:
                raise NotStored(f"Message {message} answers no question: ask one.")
            return self._add(TurnRow(turn, conversation, "regenerate", question, options=options))

    def go_on(self, turn: str, conversation: int, answer: int) -> Queued:
        """Queues going on with an answer that was cut off, with the options it was given with."""
        with self._database.transaction():
            if known := self._find_known(turn):
                return known
            if answer != self._tree.head(conversation):
                raise NotStored("Only the last answer that is shown can be continued.")
            cut_off = self._tree.read(answer)
            if cut_off.parent_id is None or not cut_off.can_be_continued:
                raise NotStored("That answer can't be continued: nothing cut it off in its midst.")
            before = self._turns.find(cut_off.turn)
            options = before.options if before else NO_OPTIONS
            question = cut_off.parent_id
            return self._add(TurnRow(turn, conversation, "continue", question, options=options))

    def start(self, turn: str, measured: Sequence[Attachment]) -> StartedTurn:
        """Takes a turn out of its queue, gives its question a place and opens its answer."""
        with self._database.transaction():
            queued = self._turns.find_queued(turn)
            _, conversation, kind, question, *_ = queued
            summary = self._conversations.find(conversation)
            head_before = self._tree.head(conversation)
            self._turns.take(turn)
            if kind in ASKING_KINDS:
                parent = head_before if kind == "submit" else self._tree.read(question).parent_id
                self._tree.give_place(question, parent)
            self._parts.measure(question, measured)
            if kind == "continue" and head_before is not None:
                answer, added = head_before, []
                self._tree.open_again(answer, turn)
            else:
                answer = self._open_answer(conversation, question, turn)
                added = [question, answer] if kind in ASKING_KINDS else [answer]
            self._conversations.touch(conversation, time.time())
            return StartedTurn(
                turn,
                conversation,
                self._tree.read(question),
                self._tree.read(answer),
                head_before,
                summary.updated_at,
                tuple(added),
                queued.options,
                summary.choices,
                kind,
            )

    def withdraw(self, started: StartedTurn) -> Conversation | None:
        """Takes out what a started turn added; the head goes back only from its own answer."""
        conversation = started.conversation
        with self._database.transaction():
            self._pictures.refresh(it.key for it in started.question.attachments)
            self._turns.remove(started.id)
            if self._tree.head(conversation) == started.answer.id:
                self._tree.move_head(conversation, started.head_before)
                self._conversations.touch(conversation, started.updated_before)
            for message in reversed(started.added):
                self._tree.remove(message)
            is_gone = self._follow_first_question(conversation, started.question)
        return None if is_gone else self._reader.read(conversation)

    def edit_queued(
        self, conversation: int, turn: str, text: str, attachments: Sequence[Attachment]
    ) -> Queue:
        """Replaces text and pictures of a queued question."""
        with self._database.transaction():
            found = self._turns.find_queued(turn, conversation)
            if found.kind not in ASKING_KINDS:
                raise NotStored("What is queued there is an answer: it has no text to edit.")
            self._require_pictures(attachments)
            before = self._tree.read(found.question)
            self._tree.put_parts(found.question, compose(text, attachments))
            self._follow_first_question(conversation, before)
            return self._turns.read_queue(conversation)

    def move_queued(self, conversation: int, turn: str, before: str | None) -> Queue:
        """Puts a queued turn before another one; None puts it at the end."""
        with self._database.transaction():
            found = self._turns.find_queued(turn, conversation)
            if before is not None:
                self._turns.find_queued(before, conversation)
            if before != turn:
                self._turns.move(found, before)
            return self._turns.read_queue(conversation)

    def remove_queued(self, conversation: int, turn: str) -> Conversation | None:
        """Takes a turn out of the queue, and its question out of the store."""
        with self._database.transaction():
            found = self._turns.find_queued(turn, conversation)
            question = self._tree.read(found.question)
            self._pictures.refresh(it.key for it in question.attachments)
            self._turns.remove(turn)
            if found.kind in ASKING_KINDS:
                self._tree.remove(found.question)
            is_gone = self._follow_first_question(conversation, question)
        return None if is_gone else self._reader.read(conversation)

    def set_paused(self, conversation: int, *, is_paused: bool) -> Queue:
        """Says whether the queued turns wait for the user."""
        with self._database.transaction():
            self._turns.set_paused(conversation, is_paused=is_paused)
            return self._turns.read_queue(conversation)

    def read_queues(self) -> dict[int, Queue]:
        """Returns the queues that are not empty, by conversation."""
        with self._database.reading():
            return {it: self._turns.read_queue(it) for it in self._turns.list_conversations()}

    def save_answer(self, answer: int, parts: Sequence[Part]) -> None:
        """Stores what an open answer consists of so far; it can be found once it has ended."""
        with self._database.transaction():
            self._parts.put_open(answer, parts)

    def end_answer(self, conversation: int, answer: Message) -> None:
        """Stores a complete, stopped or failed answer, in a deleted conversation too."""
        with self._database.transaction():
            self._conversations.touch(conversation, time.time())
            self._tree.end_answer(answer)

    def _open_answer(self, conversation: int, question: int, turn: str) -> int:
        """Adds an empty answer below a question, and shows it; returns its id."""
        opened = Message(0, question, "assistant", (), time.time(), turn=turn)
        answer = self._tree.add(conversation, opened)
        self._tree.move_head(conversation, answer)
        return answer

    def _find_known(self, turn: str) -> Queued | None:
        known = self._turns.find(turn)
        if known is None:
            return None
        self._conversations.find(known.conversation)
        return Queued(known.conversation, self._turns.read(known), is_new=False)

    def _add(self, turn: TurnRow) -> Queued:
        self._turns.add(turn)
        return Queued(turn.conversation, self._turns.read(turn), is_new=True)

    def _add_question(
        self, conversation: int, kind: TurnKind, parent: int | None, new: NewQuestion
    ) -> Queued:
        self._require_pictures(new.attachments)
        parts = compose(new.text, new.attachments)
        question = Message(0, parent, "user", parts, time.time(), turn=new.turn)
        stored = self._tree.add(conversation, question, is_queued=True)
        return self._add(TurnRow(new.turn, conversation, kind, stored, options=new.options))

    def _require_pictures(self, pictures: Sequence[Attachment]) -> None:
        for picture in pictures:
            self._pictures.find(picture.key)

    def _follow_first_question(self, conversation: int, before: Message) -> bool:
        """Brings a conversation without turns in line with its first question, if it has one.

        A title that was made from what the question was before is made again.

        Returns:
            whether nothing was left in the conversation, which is gone.
        """
        if self._tree.is_empty(conversation):
            self._conversations.remove(conversation)
            return True
        if self._tree.head(conversation) is None:
            first = self._turns.read_queue(conversation).turns[0].question
            if self._conversations.find(conversation).title == title_of(before):
                self._conversations.rename(conversation, title_of(first))
        return False

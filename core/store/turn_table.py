"""Turns that were submitted, and their queues, in SQLite; used within the store's transactions."""

import sqlite3
from typing import NamedTuple

import msgspec

from ..conversation import Queue, QueuedTurn, TurnKind
from ..errors import NotStored
from ..generation_options import NO_OPTIONS, GenerationOptions
from .conversation_table import no_conversation
from .message_tree import MessageTree


class TurnRow(NamedTuple):
    """A turn as it is stored."""

    id: str
    conversation: int
    kind: TurnKind
    question: int
    is_queued: bool = True
    """Whether it waits; otherwise it was taken."""
    options: GenerationOptions = NO_OPTIONS


class TurnTable:
    """One row per turn.

    Raises:
        sqlite3.Error: from every method.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._tree = MessageTree(database)

    def find(self, turn: str) -> TurnRow | None:
        """Returns a turn that was submitted; None if there is none of that id."""
        row = self._database.execute("SELECT * FROM turn WHERE id = ?", (turn,)).fetchone()
        if row is None:
            return None
        return TurnRow(
            row["id"],
            row["conversation_id"],
            row["kind"],
            row["question_id"],
            row["place"] is not None,
            _read_options(row["options"]),
        )

    def find_queued(self, turn: str, conversation: int | None = None) -> TurnRow:
        """Returns a turn that waits.

        Args:
            turn: its id.
            conversation: the one in whose queue it must be; None for any.

        Raises:
            NotStored: no such turn waits there.
        """
        found = self.find(turn)
        is_elsewhere = found and conversation not in (None, found.conversation)
        if found is None or not found.is_queued or is_elsewhere:
            raise NotStored("That message is not queued any more: it was sent or removed.")
        return found

    def read(self, turn: TurnRow) -> QueuedTurn:
        """Returns the turn with its question."""
        return QueuedTurn(turn.id, turn.kind, self._tree.read(turn.question), turn.options)

    def read_queue(self, conversation: int) -> Queue:
        """Returns the turns of a conversation that wait.

        Raises:
            NotStored: there is no such conversation.
        """
        row = self._database.execute(
            "SELECT is_paused FROM conversation WHERE id = ? AND deleted_at IS NULL",
            (conversation,),
        ).fetchone()
        if row is None:
            raise no_conversation(conversation)
        turns = [self.read(self.find_queued(turn)) for turn in self._ids(conversation)]
        return Queue(tuple(turns), bool(turns and row["is_paused"]))

    def list_conversations(self) -> list[int]:
        """Returns the conversations in which turns wait, that with the oldest turn first."""
        rows = self._database.execute(
            "SELECT conversation_id FROM turn "
            "JOIN conversation ON conversation.id = conversation_id "
            "WHERE place IS NOT NULL AND deleted_at IS NULL "
            "GROUP BY conversation_id ORDER BY min(turn.rowid)"
        )
        return [row["conversation_id"] for row in rows]

    def add(self, turn: TurnRow) -> None:
        """Puts a turn at the end of its conversation's queue; one alone there is not paused."""
        waiting = self._ids(turn.conversation)
        if not waiting:
            self.set_paused(turn.conversation, is_paused=False)
        self._database.execute(
            "INSERT INTO turn (id, conversation_id, kind, question_id, options) "
            "VALUES (?, ?, ?, ?, ?)",
            (turn.id, turn.conversation, turn.kind, turn.question, _write_options(turn.options)),
        )
        self._put_places([*waiting, turn.id])

    def move(self, turn: TurnRow, before: str | None) -> None:
        """Puts a turn before another one of its queue; None puts it at the end."""
        order = [it for it in self._ids(turn.conversation) if it != turn.id]
        order.insert(len(order) if before is None else order.index(before), turn.id)
        self._put_places(order)

    def take(self, turn: str) -> None:
        """Takes a turn out of the queue; that it was submitted stays known."""
        self._database.execute("UPDATE turn SET place = NULL WHERE id = ?", (turn,))

    def remove(self, turn: str) -> None:
        """Forgets a turn."""
        self._database.execute("DELETE FROM turn WHERE id = ?", (turn,))

    def set_paused(self, conversation: int, *, is_paused: bool) -> None:
        """Says whether the turns of a conversation wait for the user."""
        self._database.execute(
            "UPDATE conversation SET is_paused = ? WHERE id = ?", (is_paused, conversation)
        )

    def pause_all(self) -> None:
        """Lets the turns of every conversation wait for the user."""
        self._database.execute(
            "UPDATE conversation SET is_paused = 1 "
            "WHERE id IN (SELECT conversation_id FROM turn WHERE place IS NOT NULL)"
        )

    def _ids(self, conversation: int) -> list[str]:
        rows = self._database.execute(
            "SELECT id FROM turn WHERE conversation_id = ? AND place IS NOT NULL ORDER BY place",
            (conversation,),
        )
        return [row["id"] for row in rows]

    def _put_places(self, order: list[str]) -> None:
        self._database.executemany("UPDATE turn SET place = ? WHERE id = ?", list(enumerate(order)))


def _read_options(text: str | None) -> GenerationOptions:
    return NO_OPTIONS if text is None else msgspec.json.decode(text, type=GenerationOptions)


def _write_options(options: GenerationOptions) -> str | None:
    return None if options == NO_OPTIONS else msgspec.json.encode(options).decode()

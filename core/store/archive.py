"""Conversations and pictures on disk, without the loop ever waiting for the disk."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

from ..conversation import (
    Attachment,
    Conversation,
    ConversationSummary,
    Message,
    Queue,
    Queued,
    StartedTurn,
)
from ..settings import Paths
from .picture_files import PictureFiles
from .search import Search
from .store import Store

_logger = logging.getLogger(__name__)

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")

_DECODES_AT_ONCE: Final = 2
"""Each decoded picture takes up to `max_pixels` times four bytes."""


class Archive:
    """The store on its one thread, searches on another, and picture files on others still.

    Calls are carried out in the order in which they were made, except searches and `attach`. Each
    change is on disk when its method returns; cancelling the wait does not undo one that began.

    Raises:
        StoreError: from every method, when the disk does not let it work, or when the database was
            deleted, moved or replaced while it was open.
    """

    def __init__(self, store: Store, search: Search, pictures: PictureFiles) -> None: ...

    @classmethod
    async def open(cls, paths: Paths, max_pixels: int) -> "Archive":
        """Opens the store, closes the answers that an earlier core left open, pauses all queues."""

    async def close(self) -> None:
        """Finishes what was begun and closes the store."""

    async def list_conversations(self, query: str, limit: int) -> tuple[ConversationSummary, ...]:
        """Returns conversations, newest first, on the searches' own thread.

        With a query only those of which the title or one message holds, for each word of it, a
        word that starts so.

        Raises:
            StoreError: the query is too long, or the search took too long.
        """

    async def list_conversation_ids(self) -> list[int]:
        """Returns the ids of all conversations that are not deleted."""

    async def read_conversation(self, conversation: int) -> Conversation:
        """Returns the conversation with the branch that its head names, and its queue.

        Raises:
            NotStored: there is no such conversation.
        """

    async def rename_conversation(self, conversation: int, title: str) -> None:
        """Gives a title; an empty one goes back to the start of the first message.

        Raises:
            NotStored: there is no such conversation.
        """

    async def fork_conversation(self, conversation: int, message: int) -> Conversation:
        """Copies the branch that ends with a message into a new conversation; returns that.

        Raises:
            NotStored: there is no such conversation or message.
        """

    async def switch_branch(self, conversation: int, message: int) -> Conversation:
        """Moves the head to the newest end of the branches that go through a message.

        Raises:
            NotStored: there is no such conversation or message.
        """

    async def delete_conversation(self, conversation: int) -> None:
        """Hides the conversation from everything, until it is restored or purged.

        Raises:
            NotStored: there is no such conversation.
        """

    async def restore_conversation(self, conversation: int) -> None:
        """Takes the deletion of a conversation back; what is queued in it is paused.

        Raises:
            NotStored: there is no such conversation.
        """

    async def purge(self) -> None:
        """Removes for good what was deleted long ago, with the pictures that nothing else holds."""

    async def sweep(self) -> None:
        """Removes files that nothing names, leftovers of interrupted copies, and stale claims."""

    async def queue_submit(
        self, turn: str, conversation: int | None, text: str, attachments: Sequence[Attachment]
    ) -> Queued:
        """Stores a question at the end of the queue; without a conversation one is made.

        The same `turn` again stores nothing, whether it is still queued, open or ended.

        Raises:
            NotStored: there is no such conversation or picture.
        """

    async def queue_edit(
        self,
        turn: str,
        conversation: int,
        message: int,
        text: str,
        attachments: Sequence[Attachment],
    ) -> Queued:
        """Stores a question that will stand beside an earlier one, as `queue_submit` does.

        Raises:
            NotStored: there is no such conversation, question or picture.
        """

    async def queue_regenerate(self, turn: str, conversation: int, message: int | None) -> Queued:
        """Queues another answer to a question, as `queue_submit` does.

        Args:
            turn: id of the turn.
            conversation: where.
            message: the earlier answer, or its question; None for the last one that is shown.

        Raises:
            NotStored: there is no such conversation or message.
        """

    async def start_queued(self, turn: str, measured: Sequence[Attachment] = ()) -> StartedTurn:
        """Takes a turn out of its queue, gives its question a place and opens its answer.

        Args:
            turn: id of the turn.
            measured: the question's pictures in order, as the model sees them; empty to keep
                what is stored.

        Raises:
            NotStored: no such turn is queued.
        """

    async def edit_queued(
        self, conversation: int, turn: str, text: str, attachments: Sequence[Attachment]
    ) -> Queue:
        """Replaces text and pictures of a queued question.

        Raises:
            NotStored: no such turn is queued, it has no question of its own, or no such picture.
        """

    async def move_queued(self, conversation: int, turn: str, before: str | None) -> Queue:
        """Puts a queued turn before another one; None puts it at the end.

        Raises:
            NotStored: one of them is not queued there.
        """

    async def remove_queued(self, conversation: int, turn: str) -> Conversation | None:
        """Takes a turn out of the queue, and its question out of the store.

        Returns the conversation, or None if the turn had made it and it is gone.

        Raises:
            NotStored: no such turn is queued there.
        """

    async def pause_queue(self, conversation: int) -> Queue:
        """Lets the queued turns wait for the user; without any nothing is paused."""

    async def resume_queue(self, conversation: int) -> Queue:
        """Lets the queued turns wait for the engine only."""

    async def read_queues(self) -> dict[int, Queue]:
        """Returns the queues that are not empty, by conversation, that with the oldest turn first."""

    async def save_text(self, message: int, text: str) -> None:
        """Stores the text so far of an open answer."""

    async def end_answer(self, conversation: int, answer: Message) -> None:
        """Stores a complete, stopped or failed answer, in a deleted conversation too.

        Raises:
            NotStored: the conversation or the answer is gone.
        """

    async def withdraw_turn(self, started: StartedTurn) -> Conversation | None:
        """Takes out again what a started turn added; its pictures stay, to be sent again.

        Returns the conversation as it was before, or None if the turn had made it and it is gone.

        Raises:
            NotStored: there is no such conversation.
        """

    async def attach(self, source: Path, name: str, window: str = "") -> Attachment:
        """Copies a picture into the store, and claims it for a window unless that is empty.

        Raises:
            ImageError: the file is missing, can't be read or is no picture.
        """

    async def claim_pictures(self, window: str, hashes: Iterable[str]) -> None:
        """Says which pictures are unsent in a window, in place of all that it claimed before."""

    async def find_pictures(self, hashes: Iterable[str]) -> list[Attachment]:
        """Returns attached pictures by their sha256, each copy known to be whole.

        Raises:
            NotStored: one was never attached, or its copy is missing or altered.
        """

    async def locate_pictures(self, pictures: Sequence[Attachment]) -> list[Path]:
        """Returns where the pictures' copies lie, each known to be whole.

        Raises:
            NotStored: a copy is missing or altered.
        """

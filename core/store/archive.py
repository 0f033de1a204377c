"""Conversations and pictures on disk, without the loop ever waiting for the disk."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from ..conversation import (
    Attachment,
    Conversation,
    ConversationSummary,
    Message,
    Part,
    Queue,
    Queued,
    StartedTurn,
)
from ..generation_options import NO_OPTIONS, ConversationChoices, GenerationOptions
from ..pictures.workers import PictureWorkers
from ..settings import Paths
from .database import Database
from .picture_files import PictureFiles
from .search import Search
from .store_thread import StoreThread
from .stored_conversations import StoredConversations
from .stored_pictures import StoredPictures
from .stored_turns import NewQuestion, StoredTurns
from .sweeper import Sweeper

_logger = logging.getLogger(__name__)


class Archive:
    """The store on its one thread, searches on another, and picture files on others still.

    Calls are carried out in the order in which they were made, except searches and `attach`. Each
    change is on disk when its method returns; cancelling the wait does not undo one that began.

    Raises:
        NotStored: from every method that names a conversation, message, turn or picture, if it is
            not there; nothing was changed.
        StoreError: from every method, when the disk does not let it work, or when the database was
            deleted, moved or replaced while it was open.
    """

    def __init__(
        self, database: Database, thread: StoreThread, search: Search, files: PictureFiles
    ) -> None:
        self._run = thread.run
        self._search = search
        self._files = files
        self._conversations = StoredConversations(database)
        self._turns = StoredTurns(database, self._conversations)
        self._pictures = StoredPictures(database, files)
        self._sweeper = Sweeper(thread, database.paths, self._conversations, self._pictures, files)
        self._closing = AsyncExitStack()

    @classmethod
    async def open(cls, paths: Paths, max_pixels: int, workers: PictureWorkers) -> "Archive":
        """Opens the store, closes the answers that an earlier core left open, pauses all queues.

        Args:
            paths: where it lies.
            max_pixels: pictures with more are refused.
            workers: read the pictures that are attached.
        """
        async with AsyncExitStack() as stack:
            thread = StoreThread("store")
            stack.push_async_callback(asyncio.to_thread, thread.close)
            database = await thread.run(Database, paths)
            stack.push_async_callback(thread.run, database.close)
            search = await Search.open(database)
            stack.push_async_callback(search.close)
            archive = cls(database, thread, search, PictureFiles(paths, max_pixels, workers))
            if closed := await thread.run(archive._conversations.recover):
                _logger.warning("%d answers were open when the last core ended", closed)
            archive._closing = stack.pop_all()
        return archive

    async def close(self) -> None:
        """Finishes what was begun and closes the store."""
        await self._closing.aclose()

    async def list_conversations(self, query: str, limit: int) -> tuple[ConversationSummary, ...]:
        """Returns conversations, newest first, on the searches' own thread.

        With a query only those of which the title or one message holds, for each word of it, a
        word that starts so.

        Raises:
            StoreError: the query is too long, or the search took too long.
        """
        return await self._search.list_conversations(query, limit)

    async def find_questions(self, query: str, limit: int) -> tuple[str, ...]:
        """Returns what the user has asked, newest first, each text once.

        With a query only those that hold, for each word of it, a word that starts so.

        Raises:
            StoreError: the query is too long, or the search took too long.
        """
        return await self._search.find_questions(query, limit)

    async def list_conversation_ids(self) -> list[int]:
        """Returns the ids of all conversations that are not deleted."""
        return await self._run(self._conversations.list_ids)

    async def read_conversation(self, conversation: int) -> Conversation:
        """Returns the conversation with the branch that its head names, and its queue."""
        return await self._run(self._conversations.read, conversation)

    async def rename_conversation(self, conversation: int, title: str) -> None:
        """Gives a title; an empty one goes back to the start of the first message."""
        await self._run(self._conversations.rename, conversation, title)

    async def fork_conversation(self, conversation: int, message: int) -> Conversation:
        """Copies the branch that ends with a message into a new conversation; returns that."""
        return await self._run(self._conversations.fork, conversation, message)

    async def switch_branch(self, conversation: int, message: int) -> Conversation:
        """Moves the head to the newest end of the branches that go through a message."""
        return await self._run(self._conversations.switch_branch, conversation, message)

    async def choose_for_conversation(
        self, conversation: int, choices: ConversationChoices
    ) -> None:
        """Says which model, adapter and preset the conversation keeps."""
        await self._run(self._conversations.choose, conversation, choices)

    async def find_choices(self, conversations: Iterable[int]) -> dict[int, ConversationChoices]:
        """Returns what conversations keep; without those that are not there."""
        return await self._run(self._conversations.find_choices, conversations)

    async def keep_model(
        self, conversation: int, model: str, adapter: str
    ) -> ConversationChoices | None:
        """Lets a conversation that has no model of its own keep this one.

        Returns what it keeps from now on; None if it has one already.
        """
        return await self._run(self._conversations.keep_model, conversation, model, adapter)

    async def leave_out(
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
        return await self._run(
            self._conversations.leave_out, conversation, messages, pictures, is_left_out=is_left_out
        )

    async def correct_answer(self, conversation: int, message: int, text: str) -> Conversation:
        """Stores an answer by the user's hand beside one that a model gave, and shows it."""
        return await self._run(self._conversations.correct, conversation, message, text)

    async def delete_conversation(self, conversation: int) -> None:
        """Hides the conversation from everything, until it is restored or purged."""
        await self._run(self._conversations.delete, conversation)

    async def restore_conversation(self, conversation: int) -> None:
        """Takes the deletion of a conversation back; what is queued in it is paused."""
        await self._run(self._conversations.restore, conversation)

    async def purge(self) -> None:
        """Removes for good what was deleted long ago, with the pictures that nothing else holds."""
        await self._sweeper.purge()

    async def sweep(self) -> None:
        """Removes files that nothing names, leftovers of interrupted copies, and stale claims."""
        await self._sweeper.sweep()

    async def queue_submit(
        self,
        conversation: int | None,
        question: NewQuestion,
        choices: ConversationChoices | None = None,
    ) -> Queued:
        """Stores a question at the end of the queue; without a conversation one is made.

        The same turn again stores nothing, whether it is still queued, open or ended.

        Args:
            conversation: where; None makes one.
            question: what is asked.
            choices: what the conversation keeps from now on; None leaves it as it is.
        """
        return await self._run(self._turns.submit, conversation, question, choices)

    async def queue_edit(self, conversation: int, message: int, question: NewQuestion) -> Queued:
        """Stores a question that will stand beside an earlier one, as `queue_submit` does."""
        return await self._run(self._turns.edit, conversation, message, question)

    async def queue_regenerate(
        self,
        turn: str,
        conversation: int,
        message: int | None,
        options: GenerationOptions = NO_OPTIONS,
    ) -> Queued:
        """Queues another answer to a question, as `queue_submit` does.

        Args:
            turn: id of the turn.
            conversation: where.
            message: the earlier answer, or its question; None for the last one that is shown.
            options: how the answer is to be given.
        """
        return await self._run(self._turns.regenerate, turn, conversation, message, options)

    async def start_queued(self, turn: str, measured: Sequence[Attachment] = ()) -> StartedTurn:
        """Takes a turn out of its queue, gives its question a place and opens its answer.

        Args:
            turn: id of the turn.
            measured: the question's pictures in order, as the model sees them; empty to keep
                what is stored.
        """
        return await self._run(self._turns.start, turn, measured)

    async def edit_queued(
        self, conversation: int, turn: str, text: str, attachments: Sequence[Attachment]
    ) -> Queue:
        """Replaces text and pictures of a queued question."""
        return await self._run(self._turns.edit_queued, conversation, turn, text, attachments)

    async def move_queued(self, conversation: int, turn: str, before: str | None) -> Queue:
        """Puts a queued turn before another one; None puts it at the end."""
        return await self._run(self._turns.move_queued, conversation, turn, before)

    async def remove_queued(self, conversation: int, turn: str) -> Conversation | None:
        """Takes a turn out of the queue, and its question out of the store.

        Returns the conversation, or None if the turn had made it and it is gone.
        """
        return await self._run(self._turns.remove_queued, conversation, turn)

    async def pause_queue(self, conversation: int) -> Queue:
        """Lets the queued turns wait for the user; without any nothing is paused."""
        return await self._run(self._turns.set_paused, conversation, is_paused=True)

    async def resume_queue(self, conversation: int) -> Queue:
        """Lets the queued turns wait for the engine only."""
        return await self._run(self._turns.set_paused, conversation, is_paused=False)

    async def read_queues(self) -> dict[int, Queue]:
        """Returns the queues that are not empty, by conversation, the oldest first."""
        return await self._run(self._turns.read_queues)

    async def save_answer(self, message: int, parts: Sequence[Part]) -> None:
        """Stores what an open answer consists of so far, thoughts and text."""
        await self._run(self._turns.save_answer, message, parts)

    async def end_answer(self, conversation: int, answer: Message) -> None:
        """Stores a complete, stopped or failed answer, in a deleted conversation too."""
        await self._run(self._turns.end_answer, conversation, answer)

    async def withdraw_turn(self, started: StartedTurn) -> Conversation | None:
        """Takes out again what a started turn added; its pictures stay, to be sent again.

        Returns the conversation as it was before, or None if the turn had made it and it is gone.
        """
        return await self._run(self._turns.withdraw, started)

    async def attach(self, source: Path, name: str, window: str = "") -> Attachment:
        """Copies a picture into the store, and claims it for a window unless that is empty.

        Raises:
            ImageError: the file is missing, can't be read or is no picture.
        """
        await self._run(self._pictures.check_database)
        while True:
            picture = await self._files.add(source, name)
            if await self._run(self._pictures.record, picture, window):
                return picture

    async def claim_pictures(self, window: str, hashes: Iterable[str]) -> None:
        """Says which pictures are unsent in a window, in place of all that it claimed before."""
        if window:
            await self._run(self._pictures.claim, window, hashes)

    async def find_pictures(self, hashes: Iterable[str]) -> list[Attachment]:
        """Returns attached pictures by their sha256, each copy known to be whole."""
        found = await self._run(self._pictures.find, hashes)
        await self.locate_pictures(found)
        return found

    async def locate_pictures(self, pictures: Sequence[Attachment]) -> list[Path]:
        """Returns where the pictures' copies lie, each known to be whole."""
        return await asyncio.to_thread(lambda: [self._files.check(it) for it in pictures])

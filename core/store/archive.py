"""Conversations and pictures on disk, without the loop ever waiting for the disk."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack

from ..conversation import Conversation, ConversationSummary
from ..generation_options import ConversationChoices
from ..pictures.workers import PictureWorkers
from ..private_ids import is_private as has_private_id
from ..settings import Paths
from .database import Database
from .imports import Imports
from .indexing import Indexing, index_rest
from .library import Library
from .memory_files import MemoryFiles
from .old_looks import OldLooks
from .picture_archive import PictureArchive
from .picture_files import PictureFiles
from .private_database import PrivateDatabase
from .reader import Reader
from .roll_archive import RollArchive
from .search import Search
from .store_thread import StoreThread
from .stored_library import StoredLibrary
from .stored_rolls import StoredRolls
from .stores import Place, PrivateStores, Stores
from .sweeper import Sweeper
from .turn_archive import TurnArchive
from .weekly_backup import WeeklyBackup

_logger = logging.getLogger(__name__)


class Archive:
    """The store on its one thread, searches on another, and picture files on others still.

    Calls are carried out in the order in which they were made, except searches and attaching. Each
    change is on disk when its method returns; cancelling the wait does not undo one that began.

    Raises:
        NotStored: from every method that names a conversation, message, turn or picture, if it is
            not there; nothing was changed.
        StoreError: from every method, when the disk does not let it work, or when the database was
            deleted, moved or replaced while it was open.
    """

    def __init__(
        self,
        database: Database,
        thread: StoreThread,
        search: Search,
        reader: Reader,
        files: PictureFiles,
        private: PrivateStores,
    ) -> None:
        self._run = thread.run
        self.search = search
        """Places that hold words."""
        on_disk = Stores(database, files)
        self._place = Place(on_disk, private)
        self._private = private
        self._conversations = on_disk.conversations
        self._began_at = on_disk.pictures.began_at
        self.turns = TurnArchive(thread, self._place)
        """Turns from their submission to their end."""
        self.pictures = PictureArchive(thread, self._place, files)
        """Attached pictures."""
        self.rolls = RollArchive(thread, StoredRolls(database, self._conversations))
        """One question over many pictures, each."""
        self.old_looks = OldLooks(thread, on_disk.pictures, files)
        """Looks of pictures that an older seeshell stored."""
        stored = StoredLibrary(database, self._conversations)
        self.library = Library(thread, reader, stored, private)
        """Lists of conversations, whole trees, and what is deleted of them."""
        self.imports = Imports(thread, database)
        """Conversations from elsewhere."""
        self._sweeper = Sweeper(
            thread, database.paths, self._conversations, stored, on_disk.pictures, files
        )
        self.indexing: asyncio.Task[None]
        """Ends when searches find everything that an older version has stored."""
        self._weekly_backup = WeeklyBackup(database.paths)
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
            apart = await thread.run(PrivateDatabase, paths)
            stack.push_async_callback(thread.run, apart.close)
            search = await Search.open(database, await thread.run(Reader.within, thread, apart))
            stack.push_async_callback(search.close)
            reader = await Reader.open(database, "library")
            stack.push_async_callback(reader.close)
            files = PictureFiles(paths, max_pixels, workers)
            memory = MemoryFiles(max_pixels, workers)
            stack.push_async_callback(asyncio.to_thread, memory.close)
            private = await thread.run(PrivateStores, apart, memory)
            archive = cls(database, thread, search, reader, files, private)
            if closed := await thread.run(archive._conversations.recover):
                _logger.warning("%d answers were open when the last core ended", closed)
            archive.indexing = asyncio.create_task(index_rest(thread, Indexing(database)))
            stack.push_async_callback(_end, archive.indexing)
            archive._closing = stack.pop_all()
        return archive

    async def close(self) -> None:
        """Finishes what was begun and closes the store; private conversations are gone then."""
        await self._closing.aclose()

    async def list_conversations(self, query: str, limit: int) -> tuple[ConversationSummary, ...]:
        """Returns conversations, newest first, on the searches' own thread.

        With a query only those of which the title or one message holds all its terms.

        Raises:
            BadRequest: there is too much to search for.
            StoreError: the search took too long.
        """
        return await self.search.list_conversations(query, limit)

    async def find_questions(self, query: str, limit: int) -> tuple[str, ...]:
        """Returns what the user has asked, newest first, each text once.

        With a query only those that hold all its terms.

        Raises:
            BadRequest: there is too much to search for.
            StoreError: the search took too long.
        """
        return await self.search.find_questions(query, limit)

    async def list_conversation_ids(self) -> list[int]:
        """Returns the ids of all conversations that are not deleted, private ones too."""
        private = await self._run(self._private.conversations.list_ids)
        return [*await self._run(self._conversations.list_ids), *private]

    async def read_conversation(self, conversation: int) -> Conversation:
        """Returns the conversation with the branch that its head names, and its queue."""
        return await self._run(self._place.of(conversation).conversations.read, conversation)

    async def rename_conversation(self, conversation: int, title: str) -> None:
        """Gives a title; an empty one goes back to the start of the first message."""
        await self._run(self._place.of(conversation).conversations.rename, conversation, title)

    async def fork_conversation(self, conversation: int, message: int) -> Conversation:
        """Copies the branch that ends with a message into a new conversation; returns that."""
        return await self._run(
            self._place.of(conversation).conversations.fork, conversation, message
        )

    async def switch_branch(self, conversation: int, message: int) -> Conversation:
        """Moves the head to the newest end of the branches that go through a message."""
        return await self._run(
            self._place.of(conversation).conversations.switch_branch, conversation, message
        )

    async def choose_for_conversation(
        self, conversation: int, choices: ConversationChoices
    ) -> None:
        """Says which model, adapter and preset the conversation keeps."""
        await self._run(self._place.of(conversation).conversations.choose, conversation, choices)

    async def find_choices(self, conversations: Iterable[int]) -> dict[int, ConversationChoices]:
        """Returns what conversations keep; without those that are not there."""
        found: dict[int, ConversationChoices] = {}
        wanted = list(conversations)
        for stores in (self._place.stored, self._private):
            own = [it for it in wanted if self._place.of(it) is stores]
            if own:
                found |= await self._run(stores.conversations.find_choices, own)
        return found

    async def keep_model(
        self, conversation: int, model: str, adapter: str
    ) -> ConversationChoices | None:
        """Lets a conversation that has no model of its own keep this one.

        Returns what it keeps from now on; None if it has one already.
        """
        return await self._run(
            self._place.of(conversation).conversations.keep_model, conversation, model, adapter
        )

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
            self._place.of(conversation).conversations.leave_out,
            conversation,
            messages,
            pictures,
            is_left_out=is_left_out,
        )

    async def correct_answer(self, conversation: int, message: int, text: str) -> Conversation:
        """Stores an answer by the user's hand beside one that a model gave, and shows it."""
        return await self._run(
            self._place.of(conversation).conversations.correct, conversation, message, text
        )

    async def delete_conversation(self, conversation: int) -> None:
        """Hides the conversation from everything, until it is restored or purged.

        A private one is gone for good.
        """
        if has_private_id(conversation):
            await self._run(self._private.close, conversation)
        else:
            await self._run(self._conversations.delete, conversation)

    async def restore_conversation(self, conversation: int) -> None:
        """Takes the deletion of a conversation back; what is queued in it is paused."""
        await self._run(self._place.of(conversation).conversations.restore, conversation)

    async def purge(self) -> list[int]:
        """Removes for good what was deleted long ago, with the pictures that nothing else holds.

        Returns:
            the conversations of which nothing is left.
        """
        return await self._sweeper.purge()

    async def sweep(self) -> None:
        """Removes files that nothing names, leftovers of interrupted copies, and stale claims."""
        await self._sweeper.sweep()

    async def back_up(self, is_wanted: Callable[[], bool]) -> None:
        """Makes the weekly backup if it is due.

        Args:
            is_wanted: asked meanwhile, on another thread; at a no it is put off.
        """
        began_at = await self._run(self._began_at)
        if await asyncio.to_thread(self._weekly_backup.is_due, began_at):
            backup = await self._weekly_backup.make(is_wanted)
            _logger.info("the weekly backup: %s", backup or "put off")


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])

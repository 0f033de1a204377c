"""Conversations from elsewhere on disk, without the loop ever waiting for it."""

from ..kept import KeptConversation
from .database import Database
from .import_rows import in_steps
from .staged_extensions import StagedExtensions
from .staged_imports import StagedImports
from .store_thread import StoreThread
from .stored_imports import Imported, Known, StoredImports


class Imports:
    """Compares and adds on the store's thread.

    Raises:
        NotStored: from every method, if the conversation can't be added as it is.
        StoreError: from every method, when the disk does not let it work.
    """

    def __init__(self, thread: StoreThread, database: Database) -> None:
        self._run = thread.run
        self._imports = StoredImports(database)
        self._staged = StagedImports(database)
        self._extensions = StagedExtensions(database)

    async def compare(self, kept: KeptConversation) -> Known:
        """Returns what of a conversation is here, once no rest is of one that is being removed."""
        known = await self._run(self._imports.compare, kept)
        while known.is_being_removed and known.conversation is not None:
            while await self._run(self._staged.remove_some, known.conversation):
                pass
            known = await self._run(self._imports.compare, kept)
        return known

    async def store(self, kept: KeptConversation, known: Known) -> Imported:
        """Stores what of a conversation is not here; its pictures are attached.

        Args:
            kept: the conversation.
            known: what `compare` has found.
        """
        if known.conversation is None:
            return await self._add(kept)
        return await self._extend(kept, known.conversation)

    async def _add(self, kept: KeptConversation) -> Imported:
        steps = in_steps(kept.messages)
        if len(steps) <= 1:
            return await self._run(self._imports.store, kept)
        conversation = await self._run(self._staged.begin, kept)
        for some in steps:
            await self._run(self._staged.add_some, conversation, kept, some)
        await self._run(self._staged.finish, conversation, kept)
        return Imported(conversation, "added")

    async def _extend(self, kept: KeptConversation, conversation: int) -> Imported:
        """Adds what is missing to a conversation that nobody else adds to meanwhile."""
        while await self._run(self._extensions.remove_rest, conversation):
            pass
        known = await self._run(self._imports.compare, kept)
        missing = in_steps(it for it in kept.messages if it.uuid in known.missing)
        lacking = in_steps(it for it in kept.messages if it.uuid in known.incomplete)
        if known.is_deleted or len(missing) + len(lacking) <= 1:
            return await self._run(self._imports.store, kept)
        staged = 0
        for some in missing:
            await self._run(self._extensions.add_some, conversation, kept, some, staged)
            staged += len(some)
        for some in lacking:
            await self._run(self._extensions.fill_in, some)
        return await self._run(self._imports.show_staged, conversation, kept, staged)

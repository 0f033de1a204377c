"""Removing for good what was deleted long ago, and files that nothing needs."""

import asyncio
import logging
import sqlite3
import time
from collections.abc import Set as AbstractSet
from typing import Final

from ..kept import RESTORE_DAYS
from ..settings import Paths
from .backups import pictures_in_backups
from .picture_files import PictureFiles
from .store_thread import StoreThread
from .stored_conversations import StoredConversations
from .stored_library import StoredLibrary
from .stored_pictures import UNHELD_SECONDS, StoredPictures

_logger = logging.getLogger(__name__)

RESTORE_SECONDS: Final = RESTORE_DAYS * 86_400.0
"""How long a deleted conversation can be restored."""

_FILES_AT_ONCE: Final = 100
"""Files to look up and delete in one go, so that the saving of an answer waits for no more."""


class Sweeper:
    """Works in short steps on the store's thread, between which answers are saved.

    Raises:
        StoreError: from every method, when the disk or the database does not let it work.
    """

    def __init__(
        self,
        thread: StoreThread,
        paths: Paths,
        conversations: StoredConversations,
        library: StoredLibrary,
        pictures: StoredPictures,
        files: PictureFiles,
    ) -> None:
        self._thread = thread
        self._paths = paths
        self._conversations = conversations
        self._library = library
        self._pictures = pictures
        self._files = files

    async def purge(self) -> list[int]:
        """Removes what was deleted long ago or put out of the bin, with pictures only it had.

        Returns:
            the conversations.
        """
        long_ago = time.time() - RESTORE_SECONDS
        gone = await self._thread.run(self._conversations.list_deleted_before, long_ago)
        for conversation in gone:
            while await self._thread.run(self._conversations.purge, conversation, long_ago):
                pass
        while await self._thread.run(self._library.purge_branches, long_ago):
            pass
        await self._delete_unneeded()
        return gone

    async def sweep(self) -> None:
        """Removes pictures that nothing holds, files that nothing names, and stale claims."""
        a_day_ago = time.time() - UNHELD_SECONDS
        run, pictures = self._thread.run, self._pictures
        await run(pictures.expire_claims)
        await asyncio.to_thread(self._files.delete_unfinished, a_day_ago)
        kept = await self._delete_unneeded()
        if kept is None:
            return
        began_at = await run(pictures.began_at)
        found = await asyncio.to_thread(self._files.list_unchanged, began_at, a_day_ago)
        files = [sha256 for sha256 in found if sha256 not in kept]
        for start in range(0, len(files), _FILES_AT_ONCE):
            await run(pictures.delete_unknown, files[start : start + _FILES_AT_ONCE])

    async def _delete_unneeded(self) -> AbstractSet[str] | None:
        """Deletes pictures that nothing holds; returns what backups need, None if unknown."""
        kept = await asyncio.to_thread(self._read_backups)
        if kept is not None:
            while await self._thread.run(self._pictures.delete_unheld, kept, _FILES_AT_ONCE):
                pass
        return kept

    def _read_backups(self) -> set[str] | None:
        """Returns the pictures that backups need; None if that can't be known."""
        try:
            return pictures_in_backups(self._paths)
        except sqlite3.Error as error:
            _logger.warning("no picture is deleted, since a backup can't be read: %s", error)
            return None

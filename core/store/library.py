"""The library on disk: pages of conversations, whole trees and labels, off the loop."""

import math
import sqlite3
from collections.abc import Sequence
from typing import Final, NamedTuple

from ..conversation import Conversation
from ..kept import EVERYTHING, Labels, LibraryFilter, LibraryOrder, LibraryRow
from ..private_ids import is_private
from .kept_tree import KeptTree, read_tree
from .library_page import Stretch, find_page
from .library_rows import read_rows
from .reader import Reader
from .store_thread import StoreThread
from .stored_library import StoredLibrary
from .stores import PrivateStores
from .tag_table import TagTable

_MOST_SECONDS: Final = 1.0
"""How long a page may take for which words are searched."""


class RowsPage(NamedTuple):
    """A page of conversations."""

    rows: tuple[LibraryRow, ...]
    next: str
    """Names the page after this one; empty for none."""
    total: int
    """Conversations of all pages."""


class Library:
    """Reads on the reader's thread, while answers are saved; changes on the store's.

    Raises:
        NotStored: from every method that names a conversation or message, if it is not there;
            nothing was changed.
        StoreError: from every method, when the disk does not let it work.
    """

    def __init__(
        self, thread: StoreThread, reader: Reader, stored: StoredLibrary, private: PrivateStores
    ) -> None:
        self._run = thread.run
        self._private = private
        self._reader = reader
        self._stored = stored

    async def list_page(
        self, wanted: LibraryFilter, order: LibraryOrder, stretch: Stretch
    ) -> RowsPage:
        """Returns a page of the conversations that a filter lets through.

        Args:
            wanted: the filter.
            order: what the list is sorted by.
            stretch: which of them.

        Raises:
            BadRequest: its `after` is none that a page of this order gave.
            StoreError: there is too much to search for, or the search took too long.
        """
        if wanted != EVERYTHING or stretch.after:
            return await self._list_stored(wanted, order, stretch)
        # Private ones are in no list but that of all, and the first there.
        private = await self._run(self._private.read_rows)
        rest = stretch._replace(skip=max(0, stretch.skip - len(private)))
        shown = private[stretch.skip : stretch.skip + stretch.limit]
        page = await self._list_stored(wanted, order, rest)
        return RowsPage((*shown, *page.rows), page.next, page.total + len(private))

    async def _list_stored(
        self, wanted: LibraryFilter, order: LibraryOrder, stretch: Stretch
    ) -> RowsPage:
        search_time = _MOST_SECONDS if wanted.words else math.inf

        def read(database: sqlite3.Connection) -> RowsPage:
            page = find_page(database, wanted, order, stretch)
            return RowsPage(read_rows(database, page.ids), page.next, page.total)

        return await self._reader.read(read, search_time)

    async def read_rows(self, conversations: Sequence[int]) -> tuple[LibraryRow, ...]:
        """Returns conversations as lists show them; without those that are gone for good."""
        private = [it for it in conversations if is_private(it)]
        stored = [it for it in conversations if not is_private(it)]
        rows = await self._run(self._private.read_rows, private) if private else ()
        return *rows, *await self._reader.read(lambda database: read_rows(database, stored))

    async def list_tags(self) -> tuple[tuple[str, int], ...]:
        """Returns all tags, the most used first, with how many conversations have each."""
        return await self._reader.read(lambda database: TagTable(database).count())

    async def read_tree(self, conversation: int) -> KeptTree:
        """Returns a conversation with all its branches."""
        if is_private(conversation):
            return await self._run(self._private.read_tree, conversation)
        return await self._reader.read(lambda database: read_tree(database, conversation))

    async def label(self, conversations: Sequence[int], labels: Labels) -> None:
        """Tags, pins or archives conversations, or takes that back."""
        for stored in (self._stored, self._private.library):
            own = [it for it in conversations if self._of(it) is stored]
            if own:
                await self._run(stored.label, own, labels)

    async def empty_bin(self, conversations: Sequence[int] = ()) -> list[int]:
        """Gives deleted conversations to the next purge, and lets them be restored no more.

        Args:
            conversations: which; empty for all that are deleted.

        Returns:
            those conversations.
        """
        return await self._run(self._stored.empty_bin, conversations)

    async def delete_branch(self, conversation: int, message: int) -> Conversation:
        """Hides a message and all below it; returns what is shown from now on.

        Raises:
            BadRequest: nothing would be left.
        """
        return await self._run(self._of(conversation).delete_branch, conversation, message)

    async def restore_branch(self, conversation: int, message: int) -> Conversation:
        """Takes the deletion of a branch back, and shows it."""
        return await self._run(self._of(conversation).restore_branch, conversation, message)

    def _of(self, conversation: int) -> StoredLibrary:
        return self._private.library if is_private(conversation) else self._stored

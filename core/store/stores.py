"""Conversations, turns and pictures of one database: that on disk, or that of private ones."""

import time
from typing import Final

from msgspec.structs import replace

from ..kept import LibraryRow
from ..private_ids import is_private as has_private_id
from .claim_table import ClaimTable
from .conversation_table import ConversationTable
from .database import Database
from .kept_tree import KeptTree, read_tree
from .library_rows import read_rows
from .memory_files import MemoryFiles
from .picture_files import PictureFiles
from .picture_table import PictureTable
from .private_database import PrivateDatabase
from .stored_conversations import StoredConversations
from .stored_library import StoredLibrary
from .stored_pictures import StoredPictures
from .stored_turns import StoredTurns

_ALL: Final = 2**31


class Stores:
    """Those of one database; every method of them blocks."""

    def __init__(self, database: Database, files: PictureFiles | MemoryFiles) -> None:
        self.conversations = StoredConversations(database)
        self.turns = StoredTurns(database, self.conversations)
        self.pictures = StoredPictures(database, files)


class PrivateStores(Stores):
    """Those of private conversations, of which nothing is left once they are closed."""

    def __init__(self, database: PrivateDatabase, files: MemoryFiles) -> None:
        super().__init__(database, files)
        self._database = database
        self.files = files
        self.library = StoredLibrary(database, self.conversations)

    def close(self, conversation: int) -> None:
        """Removes a conversation, and the pictures that nothing else holds.

        Raises:
            NotStored: there is no such conversation.
        """
        with self._database.transaction():
            table = ConversationTable(self._database.connection)
            table.find(conversation)
            table.remove(conversation)
            unneeded = self._forget_unheld()
        self.files.delete(unneeded)

    def forget_unsent(self, holder: str) -> None:
        """Removes the pictures that somebody has not sent, and that nothing else holds."""
        with self._database.transaction():
            ClaimTable(self._database.connection).replace(holder, ())
            unneeded = self._forget_unheld()
        self.files.delete(unneeded)

    def read_tree(self, conversation: int) -> KeptTree:
        """Returns a conversation with all its branches.

        Raises:
            NotStored: there is no such conversation.
        """
        with self._database.reading():
            return read_tree(self._database.connection, conversation)

    def read_rows(self, conversations: list[int] | None = None) -> tuple[LibraryRow, ...]:
        """Returns conversations as lists show them; None for all, the newest change first."""
        with self._database.reading():
            wanted = self._newest_first() if conversations is None else conversations
            rows = read_rows(self._database.connection, wanted)
        # The store has no file from which to draw a small picture.
        return tuple(replace(row, picture="") for row in rows)

    def _forget_unheld(self) -> set[str]:
        """Removes the rows of pictures that nothing holds; returns the files that nothing needs."""
        pictures = PictureTable(self._database.connection)
        unheld = pictures.forget_unheld(time.time() + 1.0, _ALL)
        return {it for it in unheld if not pictures.is_known(it)}

    def _newest_first(self) -> list[int]:
        rows = self._database.connection.execute(
            "SELECT id FROM conversation ORDER BY updated_at DESC, id DESC"
        )
        return [row["id"] for row in rows]


class Place:
    """Where each conversation is: on disk, or among the private ones in memory."""

    def __init__(self, stored: Stores, private: PrivateStores) -> None:
        self.stored = stored
        self.private = private

    def of(self, identifier: int | None, *, is_private: bool = False) -> Stores:
        """Returns where a conversation or message is; None for one that is to be made."""
        if identifier is not None:
            is_private = has_private_id(identifier)
        return self.private if is_private else self.stored

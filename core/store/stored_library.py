"""Labels and branches in SQLite: every method blocks, on the store's thread."""

import time
from collections.abc import Sequence

from ..conversation import Conversation
from ..kept import Labels
from .conversation_table import ConversationTable
from .database import Database
from .deleted_branches import DeletedBranches
from .stored_conversations import StoredConversations
from .tag_table import TagTable


class StoredLibrary:
    """What is done to many conversations at once, and to branches; each is one transaction.

    Raises:
        StoreError: from every method, when the disk or the file does not let it work.
        NotStored: from those that name a conversation or message, if it is not there; nothing was
            changed.
    """

    def __init__(self, database: Database, conversations: StoredConversations) -> None:
        self._database = database
        self._reader = conversations
        self._conversations = ConversationTable(database.connection)
        self._branches = DeletedBranches(database.connection)
        self._tags = TagTable(database.connection)

    def label(self, conversations: Sequence[int], labels: Labels) -> None:
        """Tags, pins or archives conversations, or takes that back."""
        with self._database.transaction():
            self._conversations.label(conversations, labels)
            self._tags.add(conversations, labels.add_tags)
            self._tags.remove(conversations, labels.remove_tags)

    def empty_bin(self, conversations: Sequence[int]) -> list[int]:
        """Gives conversations of the bin to the next purge; returns them.

        Args:
            conversations: which; empty for all of the bin.
        """
        with self._database.transaction():
            return self._conversations.begin_purge(conversations)

    def delete_branch(self, conversation: int, message: int) -> Conversation:
        """Hides a message and all below it; returns what is shown from now on."""
        with self._database.transaction():
            self._branches.delete(conversation, message, time.time())
        return self._reader.read(conversation)

    def restore_branch(self, conversation: int, message: int) -> Conversation:
        """Takes the deletion of a branch back, and shows it."""
        with self._database.transaction():
            self._branches.restore(conversation, message)
        return self._reader.read(conversation)

    def purge_branches(self, deleted_before: float) -> bool:
        """Removes a step of the branches that were deleted before that time.

        Returns:
            whether more steps are needed.
        """
        with self._database.transaction():
            return self._branches.purge(deleted_before)

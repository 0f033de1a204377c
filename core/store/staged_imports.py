"""Long conversations from elsewhere, stored in short steps; each blocks, on the store's thread.

Until the last step the conversation counts as one whose purge has begun: nothing shows it, and what
a core that was killed has left of it is removed like any other rest.
"""

from collections.abc import Sequence
from typing import Final

from ..errors import NotStored
from ..kept import KeptConversation, KeptMessage
from .conversation_table import ConversationTable
from .database import Database
from .import_rows import ImportRows
from .message_tree import MessageTree

_SOON: Final = 1.0
"""Later than what counts as being purged, and earlier than any deletion."""


class StagedImports:
    """Adds a conversation that is not here, step by step.

    Raises:
        StoreError: from every method, when the disk or the file does not let it work.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection = database.connection
        self._table = ConversationTable(database.connection)
        self._tree = MessageTree(database.connection)
        self._rows = ImportRows(database.connection)

    def begin(self, kept: KeptConversation) -> int:
        """Adds the conversation, hidden and without messages; returns its id."""
        with self._database.transaction():
            conversation = self._rows.add_conversation(kept)
            self._table.mark_deleted(conversation, 0.0)
            return conversation

    def add_some(
        self, conversation: int, kept: KeptConversation, some: Sequence[KeptMessage]
    ) -> None:
        """Adds a step of its messages, whose parents are among them or there.

        Raises:
            NotStored: the conversation was removed meanwhile.
        """
        with self._database.transaction():
            self._check(conversation, kept)
            self._rows.add_messages(conversation, some)

    def finish(self, conversation: int, kept: KeptConversation) -> None:
        """Shows the conversation, of which all messages are there.

        Raises:
            NotStored: the conversation was removed meanwhile.
        """
        with self._database.transaction():
            self._check(conversation, kept)
            row = self._connection.execute(
                "SELECT id FROM message WHERE uuid = ?", (kept.head,)
            ).fetchone()
            self._tree.move_head(conversation, None if row is None else row["id"])
            self._connection.execute(
                "UPDATE conversation SET deleted_at = NULL WHERE id = ?", (conversation,)
            )

    def remove_some(self, conversation: int) -> bool:
        """Removes a step of what is being removed anyway; returns whether more is left."""
        with self._database.transaction():
            return self._table.purge(conversation, _SOON)

    def _check(self, conversation: int, kept: KeptConversation) -> None:
        row = self._connection.execute(
            "SELECT 1 FROM conversation WHERE id = ? AND uuid = ? AND deleted_at = 0",
            (conversation, kept.uuid),
        ).fetchone()
        if row is None:
            raise NotStored(f"“{kept.title}” is left out: it was removed meanwhile; import again.")

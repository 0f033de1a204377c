"""Many messages from elsewhere, added to a conversation that is here; each blocks, on the thread.

Until the last step they count as messages whose purge has begun: nothing shows them, and what a
core that was killed has left of them is removed like any other rest.
"""

from collections.abc import Sequence
from typing import Final

from ..errors import NotStored
from ..kept import KeptConversation, KeptMessage
from .database import Database
from .deleted_branches import DeletedBranches
from .import_rows import ImportRows
from .message_tree import MessageTree

_IS_CHANGED: Final = """
SELECT (SELECT count(*) FROM message
        WHERE conversation_id = :conversation AND deleted_at = 0) != :staged
    OR NOT EXISTS (SELECT 1 FROM conversation WHERE id = :conversation AND deleted_at IS NULL)
    OR EXISTS (SELECT 1 FROM message JOIN message AS parent ON parent.id = message.parent_id
        WHERE message.conversation_id = :conversation AND message.deleted_at = 0
        AND (parent.deleted_at > 0 OR parent.is_queued))
"""
"""Whether something was removed: of what is staged, or what it would stand below."""


class StagedExtensions:
    """Adds messages step by step.

    Raises:
        StoreError: from every method, when the disk or the file does not let it work.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection = database.connection
        self._branches = DeletedBranches(database.connection)
        self._tree = MessageTree(database.connection)
        self._rows = ImportRows(database.connection)

    def remove_rest(self, conversation: int) -> bool:
        """Removes a step of what is being removed from it anyway; returns whether more is left."""
        with self._database.transaction():
            return self._branches.remove_begun(conversation)

    def add_some(
        self, conversation: int, kept: KeptConversation, some: Sequence[KeptMessage], staged: int
    ) -> None:
        """Adds a step of messages.

        Args:
            conversation: where.
            kept: what they are of.
            some: their parents are among them or there.
            staged: how many were added before.

        Raises:
            NotStored: something of it was removed meanwhile.
        """
        with self._database.transaction():
            self.check(conversation, kept, staged)
            added = self._rows.add_messages(conversation, some)
            self._connection.executemany(
                "UPDATE message SET deleted_at = 0 WHERE id = ?", [(it,) for it in added]
            )

    def fill_in(self, some: Sequence[KeptMessage]) -> None:
        """Gives messages that are here the pictures that they lack; those removed don't matter."""
        with self._database.transaction():
            for message in some:
                row = self._connection.execute(
                    "SELECT id FROM message WHERE uuid = ? AND deleted_at IS NULL", (message.uuid,)
                ).fetchone()
                if row is not None:
                    self._tree.put_parts(row["id"], message.parts)

    def show(self, conversation: int) -> None:
        """Shows what is staged; used within a transaction."""
        self._connection.execute(
            "UPDATE message SET deleted_at = NULL WHERE conversation_id = ? AND deleted_at = 0",
            (conversation,),
        )

    def check(self, conversation: int, kept: KeptConversation, staged: int) -> None:
        """Returns if nothing was removed; used within a transaction.

        Raises:
            NotStored: something was.
        """
        values = {"conversation": conversation, "staged": staged}
        if self._connection.execute(_IS_CHANGED, values).fetchone()[0]:
            raise NotStored(
                f"“{kept.title}” is left out: something was deleted in it meanwhile; import again."
            )

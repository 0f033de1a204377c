"""Branches that were deleted and can be restored, in SQLite; used within the store's transactions.

Each message of a deleted branch bears the moment. What was deleted inside of it before keeps its
own, so that restoring the one does not bring back the other.
"""

import sqlite3
from typing import Final

from ..errors import BadRequest, NotStored
from ..kept import DeletedBranch
from .message_tree import MessageTree
from .word_index import WordIndex

_BELOW: Final = """
WITH RECURSIVE below (id) AS (
    SELECT :message
    UNION ALL
    SELECT message.id FROM below JOIN message ON message.parent_id = below.id
    WHERE message.deleted_at IS :deleted_at
)
"""
"""The messages of a branch that bear the same moment as its first one."""

_MARK: Final = _BELOW + "UPDATE message SET deleted_at = :moment WHERE id IN below"  # noqa: S608
_COUNT: Final = _BELOW + "SELECT count(*) FROM below"  # noqa: S608 - both add constants alone

_BRANCHES: Final = """
SELECT id, parent_id, role, deleted_at FROM message WHERE conversation_id = :conversation
AND deleted_at > 0 AND NOT EXISTS (SELECT 1 FROM message AS parent
    WHERE parent.id = message.parent_id AND parent.deleted_at IS message.deleted_at)
ORDER BY deleted_at DESC, id
"""
"""The first messages of the deleted branches."""

_BEGIN_PURGE: Final = """
WITH RECURSIVE gone (id) AS (
    SELECT id FROM message WHERE deleted_at < :moment
    UNION
    SELECT message.id FROM gone JOIN message ON message.parent_id = gone.id
)
UPDATE message SET deleted_at = 0 WHERE id IN gone
"""
"""With what is below, whenever that was deleted: clocks may have been set."""

_MESSAGES_AT_ONCE: Final = 200
"""Messages that are removed in one step."""


class DeletedBranches:
    """Hides branches, shows them again, and removes them for good.

    Raises:
        sqlite3.Error: from every method.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._tree = MessageTree(database)
        self._words = WordIndex(database)

    def delete(self, conversation: int, message: int, moment: float) -> None:
        """Deletes a message with all below it; the head goes to the newest end of what is left.

        Raises:
            NotStored: the conversation does not hold it.
            BadRequest: nothing would be left.
        """
        _, parent = self._tree.place(conversation, message)
        self._mark(message, None, moment)
        end = self._newest_end(conversation, parent)
        if end is None:
            raise BadRequest(
                "That is all there is in this conversation: delete the conversation instead."
            )
        if self._tree.is_deleted(self._tree.head(conversation)):
            self._tree.move_head(conversation, end)

    def restore(self, conversation: int, message: int) -> None:
        """Takes a deletion back and shows the branch; one that was not deleted stays as it is.

        Raises:
            NotStored: it is not there any more, or what it stands below is deleted.
        """
        self._tree.head(conversation)
        row = self._database.execute(
            "SELECT parent_id, deleted_at FROM message "
            "WHERE id = ? AND conversation_id = ? AND NOT is_queued AND deleted_at IS NOT 0",
            (message, conversation),
        ).fetchone()
        if row is None:
            raise NotStored(f"Message {message} is gone: it was deleted more than 30 days ago.")
        if row["deleted_at"] is None:
            return
        if self._tree.is_deleted(row["parent_id"]):
            raise NotStored(
                f"What message {message} answers is deleted too: restore message "
                f"{row['parent_id']} first."
            )
        self._mark(message, row["deleted_at"], None)
        self._tree.move_head(conversation, self._tree.newest_end_below(message))

    def list(self, conversation: int) -> tuple[DeletedBranch, ...]:
        """Returns the branches that can be restored, the one deleted last first."""
        rows = self._database.execute(_BRANCHES, {"conversation": conversation}).fetchall()
        return tuple(
            DeletedBranch(
                row["id"],
                row["parent_id"],
                row["role"],
                self._tree.read(row["id"]).text,
                self._count(row["id"], row["deleted_at"]),
                row["deleted_at"],
            )
            for row in rows
        )

    def purge(self, deleted_before: float) -> bool:
        """Removes a step of the branches that were deleted before that time.

        Returns:
            whether more is left; from the first step on none of them can be restored.
        """
        self._database.execute(_BEGIN_PURGE, {"moment": deleted_before})
        return self._remove(
            "SELECT id FROM message WHERE deleted_at = 0 ORDER BY id DESC LIMIT :most", {}
        )

    def remove_begun(self, conversation: int) -> bool:
        """Removes a step of what is being purged in a conversation; returns whether more is left.

        Whatever hangs below such a message is being purged too.
        """
        return self._remove(
            "SELECT id FROM message WHERE conversation_id = :conversation AND deleted_at = 0 "
            "ORDER BY id DESC LIMIT :most",
            {"conversation": conversation},
        )

    def _remove(self, query: str, values: dict[str, int]) -> bool:
        """Removes the messages that a query finds; returns whether there may be more."""
        # Children were made after their parents, and are removed before them.
        rows = self._database.execute(query, values | {"most": _MESSAGES_AT_ONCE}).fetchall()
        for row in rows:
            self._words.forget_message(row["id"])
        self._database.executemany(
            "DELETE FROM message WHERE id = ?", [(row["id"],) for row in rows]
        )
        return len(rows) == _MESSAGES_AT_ONCE

    def _mark(self, message: int, before: float | None, moment: float | None) -> None:
        self._database.execute(
            _MARK,
            {"message": message, "deleted_at": before, "moment": moment},
        )

    def _count(self, message: int, deleted_at: float) -> int:
        count: int = self._database.execute(
            _COUNT, {"message": message, "deleted_at": deleted_at}
        ).fetchone()[0]
        return count

    def _newest_end(self, conversation: int, parent: int | None) -> int | None:
        """Returns the newest end below a message, or of the whole conversation; None if empty."""
        if parent is None:
            parent = self._database.execute(
                "SELECT max(id) FROM message WHERE conversation_id = ? AND parent_id IS NULL "
                "AND NOT is_queued AND deleted_at IS NULL",
                (conversation,),
            ).fetchone()[0]
        return None if parent is None else self._tree.newest_end_below(parent)

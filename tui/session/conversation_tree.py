"""The tree of the conversation on screen: read, and branches of it deleted and restored."""

from collections.abc import Awaitable, Callable

from ...core.messages.library_events import TreeRead
from ...core.messages.library_requests import DeleteBranch, ReadTree, RestoreBranch
from .core_link import CoreLink

Change = Callable[[DeleteBranch | RestoreBranch], Awaitable[bool]]
"""Has a branch changed and shows what is left; returns whether that was done."""


class ConversationTree:
    """Deleted branches can be restored, the last one first, whenever and wherever deleted."""

    def __init__(
        self, link: CoreLink, change: Change, conversation: Callable[[], int | None]
    ) -> None:
        """Has read nothing yet.

        Args:
            link: the way to the core.
            change: deletes or restores a branch of the conversation on screen.
            conversation: returns which that is; None for a new one.
        """
        self._link = link
        self._change = change
        self._conversation = conversation
        self._deleted: dict[int, list[int]] = {}
        """By conversation, the first messages of deleted branches, the newest deletion last."""

    @property
    def can_restore(self) -> bool:
        """Whether the conversation on screen is known to have a deleted branch."""
        return bool(self._deleted.get(self._conversation() or 0))

    async def read(self) -> TreeRead | None:
        """Returns all branches; None where there are none to be had."""
        conversation = self._conversation()
        if conversation is None:
            return None
        reply = await self._link.ask(ReadTree(conversation=conversation))
        if not isinstance(reply, TreeRead):
            return None
        self._deleted[conversation] = [it.message for it in reversed(reply.deleted)]
        return reply

    async def delete(self, message: int) -> bool:
        """Deletes a message and all below it, which can be undone; returns whether it could."""
        conversation = self._conversation()
        if conversation is None:
            return False
        is_deleted = await self._change(DeleteBranch(conversation=conversation, message=message))
        if is_deleted:
            self._deleted.setdefault(conversation, []).append(message)
        return is_deleted

    async def restore(self) -> int | None:
        """Undoes the last deletion in the conversation on screen; returns the message."""
        conversation = self._conversation()
        if conversation is None or not self.can_restore:
            return None
        # One that another window has restored meanwhile stays as it is.
        message = self._deleted[conversation][-1]
        if not await self._change(RestoreBranch(conversation=conversation, message=message)):
            await self.read()
            return None
        self._deleted[conversation] = [it for it in self._deleted[conversation] if it != message]
        return message

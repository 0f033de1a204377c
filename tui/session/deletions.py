"""Deleted conversations: each can be restored, and the one on screen is then shown as before."""

from collections.abc import Awaitable, Callable

from ...core.messages.events import AnyEvent, ConversationDeleted, ConversationRestored
from .conversation_list import ConversationList
from .decisions import Decision, Decisions


class Deletions:
    """Deletes and restores conversations, beside the one that is on screen."""

    def __init__(
        self,
        conversations: ConversationList,
        decisions: Decisions,
        shown: Callable[[], int | None],
        open_stored: Callable[[int], Awaitable[object]],
        start_new: Callable[[], object],
    ) -> None:
        """Has deleted nothing yet.

        Args:
            conversations: deletes and restores what is not on screen.
            decisions: where it is offered to restore what was deleted elsewhere.
            shown: returns which conversation is on screen; None for a new one.
            open_stored: shows a stored conversation.
            start_new: shows a new one.
        """
        self._conversations = conversations
        self._decisions = decisions
        self._shown = shown
        self._open = open_stored
        self._start_new = start_new
        self._deleted_here: int | None = None
        """The conversation that was deleted last while it was on screen."""

    async def delete(self, conversation: int) -> None:
        """Deletes a conversation, which can be undone; a new one takes its place on screen."""
        if await self._conversations.delete(conversation) and conversation == self._shown():
            self._deleted_here = conversation
            self._start_new()

    async def restore(self, conversation: int | None = None) -> None:
        """Undoes a deletion: that of a conversation, or the last one; it is shown as before."""
        restored = self._conversations.last_deleted if conversation is None else conversation
        if restored is None or not await self._conversations.restore(restored):
            return
        if restored == self._deleted_here and self._shown() is None:
            await self._open(restored)

    async def restore_shown(self) -> None:
        """Restores the conversation on screen, which was deleted elsewhere."""
        conversation = self._shown()
        if conversation is not None and await self._conversations.restore(conversation):
            await self._open(conversation)

    def note(self, event: AnyEvent) -> None:
        """Takes in that the conversation on screen was deleted or restored in another window."""
        match event:
            case ConversationDeleted(conversation=it) if it == self._shown():
                self.offer_restoring("This conversation was deleted in another window.")
            case ConversationRestored(conversation=it) if it == self._shown():
                self._decisions.settle("conversation")

    def offer_restoring(self, sentence: str) -> None:
        """Has it decided what becomes of the conversation on screen, which is gone."""
        self._decisions.need(Decision("conversation", sentence, ("restore", "start new")))

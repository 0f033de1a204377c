"""Deleted conversations: each can be restored, and the one on screen is then shown as before."""

from collections.abc import Callable

from ...core.messages.events import AnyEvent, ConversationDeleted, ConversationRestored
from .conversation_list import ConversationList
from .decisions import Decision, Decisions
from .shown_conversation import ShownConversation


class Deletions:
    """Deletes and restores conversations, beside the one that is on screen."""

    def __init__(
        self,
        conversations: ConversationList,
        decisions: Decisions,
        shown: ShownConversation,
        conversation: Callable[[], int | None],
    ) -> None:
        """Has deleted nothing yet.

        Args:
            conversations: deletes and restores what is not on screen.
            decisions: where it is offered to restore what was deleted elsewhere.
            shown: shows a stored conversation, or a new one.
            conversation: returns which one is on screen; None for a new one.
        """
        self._conversations = conversations
        self._decisions = decisions
        self._shown = shown
        self._conversation = conversation
        self._deleted_here: int | None = None
        """The conversation that was deleted last while it was on screen."""

    async def delete(self, conversation: int) -> bool:
        """Deletes a conversation, a new one takes its place on screen; returns whether it could."""
        is_done = await self._conversations.delete(conversation)
        if is_done and conversation == self._conversation():
            self._deleted_here = conversation
            self._shown.start_new()
        return is_done

    async def restore(self, conversation: int | None = None) -> None:
        """Undoes a deletion: that of a conversation, or the last one; it is shown as before."""
        restored = self._conversations.last_deleted if conversation is None else conversation
        if restored is None or not await self._conversations.restore(restored):
            return
        if restored == self._deleted_here and self._conversation() is None:
            await self._shown.open(restored)

    async def restore_shown(self) -> None:
        """Restores the conversation on screen, which was deleted elsewhere."""
        conversation = self._conversation()
        if conversation is not None and await self._conversations.restore(conversation):
            await self._shown.open(conversation)

    def note(self, event: AnyEvent) -> None:
        """Takes in that the conversation on screen was deleted or restored in another window."""
        match event:
            case ConversationDeleted(conversation=it) if it == self._conversation():
                self.offer_restoring("This conversation was deleted in another window.")
            case ConversationRestored(conversation=it) if it == self._conversation():
                self._decisions.settle("conversation")

    def offer_restoring(self, sentence: str) -> None:
        """Has it decided what becomes of the conversation on screen, which is gone."""
        self._decisions.need(Decision("conversation", sentence, ("restore", "start new")))

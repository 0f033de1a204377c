"""Stores conversations from elsewhere while those that are here already are in use."""

from ..conversation import Conversation
from ..kept import KeptConversation
from ..messages.events import ConversationOpened
from ..store.archive import Archive
from ..store.stored_imports import Imported, Known
from .answering import Answering
from .queue import Queues
from .subscribers import Subscribers
from .work_ahead import WorkAhead


class Extending:
    """Adds conversations, and messages to conversations that clients may have open."""

    def __init__(
        self,
        archive: Archive,
        queues: Queues,
        answering: Answering,
        ahead: WorkAhead,
        subscribers: Subscribers,
    ) -> None:
        self._archive = archive
        self._queues = queues
        self._answering = answering
        self._ahead = ahead
        self._subscribers = subscribers

    async def store(self, kept: KeptConversation, known: Known) -> Imported:
        """Stores what is missing of a conversation; those who have it open see it.

        Args:
            kept: the conversation, its pictures stored.
            known: what of it is here.
        """
        if known.conversation is None or not known.has_more:
            imported = await self._archive.imports.store(kept, known)
            if imported.outcome != "known":
                self._subscribers.changed.add(imported.conversation)
            return imported
        with self._ahead.paused():
            async with self._queues.hold(known.conversation):
                imported = await self._archive.imports.store(kept, known)
                self._subscribers.changed.add(imported.conversation)
                if self._answering.find(known.conversation) is None:
                    self._show(await self._archive.read_conversation(known.conversation))
        return imported

    def _show(self, stored: Conversation) -> None:
        opened = ConversationOpened(conversation=stored)
        self._subscribers.publish_to_followers(stored.summary.id, opened)

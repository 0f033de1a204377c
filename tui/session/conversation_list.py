"""The list of stored conversations, and what is done to one without showing it."""

from typing import Final

from ...core.messages.events import ConversationsListed
from ...core.messages.requests import (
    DeleteConversation,
    ListConversations,
    RenameConversation,
    RestoreConversation,
)
from .core_link import CoreLink, Post
from .events import ConversationDeleted, ConversationsFound

_MOST: Final = 100_000
"""Conversations that are asked for where all count."""


class ConversationList:
    """Finds, renames, deletes and restores conversations."""

    def __init__(self, link: CoreLink, post: Post) -> None:
        self._link = link
        self._post = post
        self._query = ""
        self.deleted: int | None = None
        """The conversation that was deleted last in this run, until that is taken back."""

    async def find(self, query: str) -> None:
        """Lists the conversations whose title or messages hold the words."""
        self._query = query
        await self.find_again()

    async def find_again(self) -> None:
        """Lists what the words in force let through now."""
        reply = await self._link.ask(ListConversations(query=self._query))
        if isinstance(reply, ConversationsListed):
            self._post(ConversationsFound(reply.conversations))

    async def newest(self) -> int | None:
        """Returns the conversation that changed last; None if there is none."""
        reply = await self._link.ask(ListConversations(limit=1))
        if isinstance(reply, ConversationsListed) and reply.conversations:
            return reply.conversations[0].id
        return None

    async def all_ids(self) -> frozenset[int] | None:
        """Returns the ids of all that are not deleted; None if that can't be known."""
        reply = await self._link.ask(ListConversations(limit=_MOST))
        if isinstance(reply, ConversationsListed) and len(reply.conversations) < _MOST:
            return frozenset(it.id for it in reply.conversations)
        return None

    async def rename(self, conversation: int, title: str) -> None:
        """Gives a conversation a title."""
        await self._link.ask(RenameConversation(conversation=conversation, title=title))

    async def delete(self, conversation: int) -> bool:
        """Deletes a conversation; returns whether it could."""
        reply = await self._link.ask(DeleteConversation(conversation=conversation))
        if reply is not None:
            self.deleted = conversation
            self._post(ConversationDeleted())
        return reply is not None

    async def restore(self) -> int | None:
        """Takes the last deletion back; returns the conversation that is there again."""
        conversation = self.deleted
        if conversation is None:
            return None
        if await self._link.ask(RestoreConversation(conversation=conversation)) is None:
            return None
        self.deleted = None
        return conversation

"""The list of stored conversations, and what is done to one without showing it."""

from collections.abc import Callable
from typing import Final

from ...core.conversation import ConversationSummary
from ...core.messages.events import (
    AnyEvent,
    ConversationRestored,
    ConversationsListed,
    CoreStatus,
    QuestionsFound,
    WorkChanged,
)
from ...core.messages.requests import (
    DeleteConversation,
    FindQuestions,
    ListConversations,
    RenameConversation,
    RestoreConversation,
)
from .core_link import CoreLink, Post
from .events import AnswerEndedUnseen, ConversationsFound
from .listed_conversations import ListedStates, list_conversations

_MOST: Final = 100_000
"""Conversations that are asked for where all count."""


class ConversationList:
    """Finds, renames, deletes and restores conversations.

    What was deleted stays in the list, marked, until the words of the search change: the cursor
    keeps its place and the deletion can be undone there.
    """

    def __init__(self, link: CoreLink, post: Post, shown: Callable[[], int | None]) -> None:
        """Begins with an empty list.

        Args:
            link: the way to the core.
            post: is told of the list.
            shown: returns which conversation is on screen, whose answers are seen.
        """
        self._link = link
        self._post = post
        self._shown = shown
        self._query = ""
        self._listed = ConversationsListed(conversations=())
        self._work = WorkChanged(answering=None, waiting=())
        self._deleted: dict[int, ConversationSummary] = {}
        self._unseen: set[int] = set()

    @property
    def last_deleted(self) -> int | None:
        """The conversation that was deleted last and can be restored; None if there is none."""
        return next(reversed(self._deleted), None)

    async def find(self, query: str) -> None:
        """Lists the conversations whose title or messages hold the words."""
        if query != self._query:
            self._query = query
            self._deleted.clear()
        await self.find_again()

    async def find_again(self) -> None:
        """Lists what the words in force let through now."""
        reply = await self._link.ask(ListConversations(query=self._query))
        if isinstance(reply, ConversationsListed):
            self._listed = reply
            self._tell()

    def note_shown(self) -> None:
        """Forgets that the answer of the conversation that is on screen now was not seen."""
        if (shown := self._shown()) in self._unseen:
            self._unseen.discard(shown)
            self._tell()

    async def find_questions(self, query: str) -> tuple[str, ...]:
        """Returns what was asked in any conversation with the words, newest first."""
        reply = await self._link.ask(FindQuestions(query=query))
        return reply.questions if isinstance(reply, QuestionsFound) else ()

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
        """Deletes a conversation, which can be undone; returns whether it could."""
        # Noted first: the core tells everybody of the deletion before it replies.
        found = {it.id: it for it in self._listed.conversations if it.id == conversation}
        self._deleted |= found
        if await self._link.ask(DeleteConversation(conversation=conversation)) is None:
            self._deleted.pop(conversation, None)
            self._tell()
            return False
        self._tell()
        return True

    async def restore(self, conversation: int) -> bool:
        """Undoes the deletion of a conversation; returns whether it could."""
        if await self._link.ask(RestoreConversation(conversation=conversation)) is None:
            return False
        self._deleted.pop(conversation, None)
        self._tell()
        return True

    def note(self, event: AnyEvent) -> None:
        """Notes what the core works on, and what another window has restored.

        An answer that ended elsewhere is unseen from then on.
        """
        if isinstance(event, ConversationRestored):
            self._deleted.pop(event.conversation, None)
            self._tell()
        if not isinstance(event, WorkChanged | CoreStatus):
            return
        before, self._work = (
            self._work,
            WorkChanged(answering=event.answering, waiting=event.waiting),
        )
        ended = before.answering
        if ended is not None and ended not in (event.answering, self._shown(), *self._deleted):
            self._unseen.add(ended)
            self._post(AnswerEndedUnseen(ended))
        if before != self._work:
            self._tell()

    def _tell(self) -> None:
        answering, waiting = self._work.answering, self._work.waiting
        paused = self._listed.paused
        states = ListedStates(answering, waiting, paused, self._unseen, self._deleted)
        self._post(ConversationsFound(list_conversations(self._listed.conversations, states)))

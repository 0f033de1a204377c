"""The list of stored conversations, and what is done to one without showing it."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

from ...core.kept import LibraryRow
from ...core.messages.events import (
    AnyEvent,
    ConversationRestored,
    ConversationsListed,
    CoreStatus,
    QuestionsFound,
    WorkChanged,
)
from ...core.messages.library_events import LibraryChanged
from ...core.messages.requests import (
    DeleteConversation,
    FindQuestions,
    ListConversations,
    RenameConversation,
    RestoreConversation,
)
from ...core.private_ids import is_private
from .core_link import CoreLink, Post
from .events import AnswerEndedUnseen, ConversationsFound, LibraryShown
from .listed_conversations import ListedStates

if TYPE_CHECKING:
    from .library_view import LibraryView

_MOST: Final = 100_000
"""Conversations that are asked for where all count."""


class ConversationList:
    """Finds, renames, deletes and restores conversations.

    What was deleted stays in the list, marked, until something else is searched for: the cursor
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
        self._work = WorkChanged(answering=None, waiting=())
        self._deleted: dict[int, bool] = {}
        """Whether the core has told it, of each that was deleted here."""
        self._unseen: set[int] = set()
        self._others: set[LibraryView] = set()
        """Views beside the one that is always there."""

    @cached_property
    def view(self) -> "LibraryView":
        """What the sidebar lists."""
        # The first frame does without.
        from .library_view import LibraryView

        return LibraryView(self._link, lambda: self.states, self._tell)

    @property
    def last_deleted(self) -> int | None:
        """The conversation that was deleted last and can be restored; None if there is none."""
        return next(reversed(self._deleted), None)

    @property
    def states(self) -> ListedStates:
        """What is known of conversations beside what is stored."""
        work = self._work
        return ListedStates(
            work.answering, work.waiting, work.paused, self._unseen, self._deleted.keys()
        )

    def open_view(self, pictures: Mapping[str, str]) -> "LibraryView":
        """Returns another list, kept up to date until it is closed, in which words find places.

        `LibraryShown` tells that it is something else.

        Args:
            pictures: keys of pictures by their names in the notation.
        """
        from .library_view import LibraryView

        view = LibraryView(
            self._link,
            lambda: self.states,
            lambda: self._post(LibraryShown()),
            finds_hits=True,
            pictures=pictures,
        )
        self._others.add(view)
        return view

    def close_view(self, view: "LibraryView") -> None:
        """Keeps a list up to date no longer."""
        self._others.discard(view)

    async def find(self, query: str) -> None:
        """Lists the conversations that a line of words and notation asks for."""
        await self.view.search(query)

    async def find_again(self) -> None:
        """Asks once more for what every list shows."""
        for view in (self.view, *self._others):
            await view.ask_again()

    async def catch_up(self) -> None:
        """Has lists asked for again in which a change could not be put into its place."""
        for view in (self.view, *self._others):
            await view.catch_up()

    def note_shown(self) -> None:
        """Forgets that the answer of the conversation that is on screen now was not seen."""
        if (shown := self._shown()) in self._unseen:
            self._unseen.discard(shown)
            self._tell_all()

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
        """Deletes a conversation; returns whether it could. But for private ones it can be undone.

        What can be restored is noted first: the core tells everybody of it before it replies.
        """
        if not is_private(conversation):
            self._deleted[conversation] = False
        is_done = await self._link.ask(DeleteConversation(conversation=conversation)) is not None
        if not is_done:
            self._deleted.pop(conversation, None)
        self._tell_all()
        return is_done

    async def restore(self, conversation: int) -> bool:
        """Undoes the deletion of a conversation; returns whether it could."""
        if await self._link.ask(RestoreConversation(conversation=conversation)) is None:
            return False
        self._deleted.pop(conversation, None)
        self._tell_all()
        return True

    def note(self, event: AnyEvent) -> None:
        """Notes what the core works on, and what has changed in what is stored.

        An answer that ended elsewhere is unseen from then on.
        """
        match event:
            case ConversationRestored(conversation=conversation):
                self._deleted.pop(conversation, None)
                self._tell_all()
            case LibraryChanged(rows=rows, gone=gone):
                self._note_deleted(rows, gone)
                for view in (self.view, *self._others):
                    view.note(event)
                self._post(ConversationsFound(self.view.listed, rows))
            case WorkChanged() | CoreStatus():
                self._note_work(
                    WorkChanged(
                        answering=event.answering, waiting=event.waiting, paused=event.paused
                    )
                )

    def _note_deleted(self, rows: Sequence[LibraryRow], gone: Sequence[int]) -> None:
        """Notes which of those that were deleted here are restored elsewhere, or gone for good."""
        for conversation in gone:
            self._deleted.pop(conversation, None)
        for row in rows:
            conversation = row.summary.id
            if row.deleted_at and conversation in self._deleted:
                self._deleted[conversation] = True
            elif self._deleted.get(conversation):
                del self._deleted[conversation]

    def _note_work(self, work: WorkChanged) -> None:
        before, self._work = self._work, work
        ended = before.answering
        if ended is not None and ended not in (work.answering, self._shown(), *self._deleted):
            self._unseen.add(ended)
            self._post(AnswerEndedUnseen(ended))
        if before != work:
            self._tell_all()

    def _tell(self) -> None:
        self._post(ConversationsFound(self.view.listed))

    def _tell_all(self) -> None:
        self._tell()
        self._post(LibraryShown())

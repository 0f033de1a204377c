"""Which conversation is on screen: a stored one is opened or branched, a new one begun."""

from collections.abc import Callable
from typing import Final

from ...core.conversation import Conversation
from ...core.messages.events import ConversationOpened
from ...core.messages.library_requests import DeleteBranch, RestoreBranch
from ...core.messages.requests import ForkConversation, LeaveOut, OpenConversation, SwitchBranch
from ...core.messages.roll_requests import ForkRow
from .core_link import CoreLink, Post
from .decisions import Decisions
from .events import ConversationShown, NoticeTold
from .found_place import FoundPlace
from .shown_unsent import ShownUnsent

PRIVATE_NOTICE: Final = (
    "Private: nothing of this conversation comes on the disk, and only a search in it finds it. "
    "It is gone when you close it ({list.delete} in the list), quit, or the core ends, also by a "
    "crash."
)

BranchRequest = ForkConversation | ForkRow | SwitchBranch | LeaveOut | DeleteBranch | RestoreBranch

Follow = Callable[[Conversation | None, bool], object]
"""Called with what is on screen now, and whether a dead window left something unsent of it."""


class ShownConversation:
    """Shows one conversation at a time, and has everything else follow."""

    def __init__(
        self, link: CoreLink, unsent: ShownUnsent, decisions: Decisions, follow: Follow, post: Post
    ) -> None:
        """Begins with a new conversation.

        Args:
            link: the way to the core.
            unsent: what is unsent of the conversation on screen.
            decisions: what is to be decided about it.
            follow: called once the screen has been told.
            post: is told what is on screen.
        """
        self._link = link
        self._unsent = unsent
        self._decisions = decisions
        self._follow = follow
        self._post = post

    @property
    def is_private(self) -> bool:
        """Whether the conversation on screen never touches the disk."""
        return self._unsent.entry.is_private

    async def open(
        self, conversation: int, found: FoundPlace | None = None, *, takes_typed: bool = False
    ) -> Conversation | None:
        """Shows a stored conversation, with its open answer if there is one; returns it.

        What was found in it is brought into view, in its own branch, and its words are marked. What
        was typed for a new one until then goes along, if it `takes_typed`.
        """
        request = OpenConversation(conversation=conversation)
        shown = await self._show_reply(request, found=found, takes_typed=takes_typed)
        if shown is None or found is None or found.message is None:
            return shown
        if found.message in {it.id for it in shown.messages}:
            return shown
        switch = SwitchBranch(conversation=conversation, message=found.message)
        return await self._show_reply(switch, found=found) or shown

    async def branch(self, request: BranchRequest, message: int | None = None) -> bool:
        """Shows a fork, another branch with a message in view, or what is left out of this one.

        A row of a roll is forked too: it becomes a conversation.

        Returns:
            whether that was done.
        """
        return await self._show_reply(request, message) is not None

    def start_new(self, *, is_private: bool = False) -> None:
        """Shows a new conversation; it is stored with its first message, but for a private one."""
        self._decisions.settle("question")
        self._unsent.start_new(is_private=is_private)
        self.show(None)
        if is_private:
            self._post(NoticeTold(PRIVATE_NOTICE))

    def show(
        self,
        conversation: Conversation | None,
        message: int | None = None,
        found: FoundPlace | None = None,
    ) -> None:
        """Shows a conversation as it is now, with a message in view; None for a new one."""
        is_inherited = self._unsent.turn_to(conversation.summary.id if conversation else None)
        self._decisions.settle("conversation")
        self._post(ConversationShown(conversation, self._unsent.draft, message, found))
        self._follow(conversation, is_inherited)

    def show_again(self, conversation: Conversation, message: int) -> None:
        """Shows what has changed of a conversation, if it is the one on screen."""
        if conversation.summary.id == self._unsent.entry.conversation:
            self.show(conversation, message)

    async def _show_reply(
        self,
        request: OpenConversation | BranchRequest,
        message: int | None = None,
        *,
        takes_typed: bool = False,
        found: FoundPlace | None = None,
    ) -> Conversation | None:
        """Shows the conversation that the reply brings, with a message in view; returns it."""
        async with self._link.order:
            reply = await self._link.ask(request)
            if not isinstance(reply, ConversationOpened):
                return None
            if reply.conversation.summary.id != self._unsent.entry.conversation:
                # A refused question stays in the prompt of its own conversation.
                self._decisions.settle("question")
            if takes_typed:
                self._unsent.take_typed(reply.conversation.summary.id)
            self.show(reply.conversation, message, found)
            return reply.conversation

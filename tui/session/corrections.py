"""Answers that the user corrects by hand: what is written takes the place of the model's words."""

from collections.abc import Callable

from ...core.conversation import Conversation
from ...core.messages.events import ConversationOpened
from ...core.messages.requests import CorrectAnswer
from .core_link import CoreLink, Post
from .draft import EditedMessage
from .events import RequestRefused
from .journal import Journal
from .unsent import Unsent

Show = Callable[[Conversation, int], object]
"""Shows a conversation with a message in view."""


class Corrections:
    """Has corrected answers stored; one that is refused stays in the prompt."""

    def __init__(self, link: CoreLink, journal: Journal, show: Show, post: Post) -> None:
        """Stores nothing yet.

        Args:
            link: reaches the core.
            journal: has what is being written.
            show: called with the conversation in which an answer was corrected.
            post: is told what is refused.
        """
        self._link = link
        self._journal = journal
        self._show = show
        self._post = post

    async def store(self, unsent: Unsent, edited: EditedMessage) -> None:
        """Stores the answer that is being written, unless that has been done or given up."""
        async with self._link.order:
            draft, conversation = unsent.edit, unsent.conversation
            if draft is None or draft.edited != edited or conversation is None:
                return
            if draft.pictures:
                self._post(RequestRefused("An answer takes no pictures: remove them first."))
                return
            reply = await self._link.ask(
                CorrectAnswer(conversation=conversation, message=edited.message, text=draft.text)
            )
            if isinstance(reply, ConversationOpened):
                self._journal.end_edit(unsent)
                self._show(reply.conversation, reply.conversation.messages[-1].id)

"""What the user wants done to the turns that wait in the conversation on screen."""

from collections.abc import Callable

from ...core.messages.queue_requests import MoveQueued, ResumeQueue
from .core_link import CoreLink
from .outgoing import Outgoing
from .shown_turns import ShownTurns
from .shown_unsent import ShownUnsent


class QueueRequests:
    """Asks the core to change a queue."""

    def __init__(
        self,
        link: CoreLink,
        turns: ShownTurns,
        unsent: ShownUnsent,
        outgoing: Outgoing,
        show_new: Callable[[], object],
    ) -> None:
        """Changes nothing yet.

        Args:
            link: the way to the core.
            turns: has the queue on screen.
            unsent: has the turns that are not in it yet.
            outgoing: takes messages back into the prompt.
            show_new: shows a new conversation where nothing is left of the one on screen.
        """
        self._link = link
        self._turns = turns
        self._unsent = unsent
        self._outgoing = outgoing
        self._show_new = show_new

    @property
    def can_take_back(self) -> bool:
        """Whether a message waits, in the core's queue or on its way there."""
        return bool(self._turns.queued or self._unsent.unacknowledged)

    async def take_back(self, turn: str | None = None) -> None:
        """Takes a message that waits back into the prompt: the last one, or that with an id."""
        async with self._link.order:
            queued, it = self._turns.find(turn), self._unsent.entry.conversation
            if turn is None and self._unsent.unacknowledged:
                await self._outgoing.return_unacknowledged(self._unsent.entry)
            elif queued is not None and it is not None:
                was_all = self._turns.are_only(queued)
                if await self._outgoing.remove_queued(it, queued, was_all=was_all) and was_all:
                    self._show_new()
            self._unsent.show()

    async def resume(self, conversation: int) -> None:
        """Has the turns computed that were paused."""
        await self._link.ask(ResumeQueue(conversation=conversation))

    async def put_first(self, conversation: int, turn: str) -> None:
        """Has a queued turn taken before all others."""
        queued = self._turns.queued
        first = queued[0].id if queued else turn
        if first != turn:
            await self._link.ask(MoveQueued(conversation=conversation, turn=turn, before=first))

    async def put_last(self, conversation: int, turn: str) -> None:
        """Has a queued turn taken after all others."""
        await self._link.ask(MoveQueued(conversation=conversation, turn=turn))

"""What the user wants done to the turns that wait in the conversation on screen."""

from ...core.messages.requests import MoveQueued, ResumeQueue
from .core_link import CoreLink
from .shown_turns import ShownTurns


class QueueRequests:
    """Asks the core to change a queue."""

    def __init__(self, link: CoreLink, turns: ShownTurns) -> None:
        self._link = link
        self._turns = turns

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

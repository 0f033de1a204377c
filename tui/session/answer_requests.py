"""What the user wants done to the answers in the conversation on screen."""

from ...core.messages.library_requests import ContinueAnswer
from ...core.messages.requests import StopTurn
from .core_link import NO_CORE, CoreLink
from .decisions import Decisions
from .deliveries import Deliveries
from .shown_turns import ShownTurns
from .shown_unsent import ShownUnsent


class AnswerRequests:
    """Asks the core to answer again, to go on with an answer, or to end one."""

    def __init__(
        self,
        link: CoreLink,
        turns: ShownTurns,
        unsent: ShownUnsent,
        deliveries: Deliveries,
        decisions: Decisions,
    ) -> None:
        """Asks nothing yet.

        Args:
            link: the way to the core.
            turns: knows whether an answer is open.
            unsent: has the turns that are not the core's yet.
            deliveries: takes them there.
            decisions: what was wrong with the last question is settled by another one.
        """
        self._link = link
        self._turns = turns
        self._unsent = unsent
        self._deliveries = deliveries
        self._decisions = decisions

    async def regenerate(self, message: int) -> None:
        """Has an answer given again, or a question answered again."""
        if await self._link.is_connected():
            self._decisions.settle("question")
            await self._deliveries.regenerate(self._unsent.entry, message)
        else:
            self._deliveries.refuse(NO_CORE)

    async def finish(self, answer: int) -> None:
        """Has the last answer go on, which was cut off; it grows in its own message."""
        conversation = self._unsent.entry.conversation
        if conversation is not None:
            self._decisions.settle("question")
            await self._link.ask(ContinueAnswer(conversation=conversation, message=answer))

    async def stop(self) -> None:
        """Ends the open answer, of which stays what came; what else is queued is paused."""
        conversation = self._unsent.entry.conversation
        if conversation is not None and self._turns.can_stop:
            await self._link.ask(StopTurn(conversation=conversation))

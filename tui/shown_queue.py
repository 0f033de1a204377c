"""The queue of the conversation on screen, and what the user wants done to it."""

from ..core.conversation import Queue, QueuedTurn
from ..core.messages.requests import MoveQueued, ResumeQueue
from .core_link import CoreLink, Post
from .session_events import QueueShown


class ShownQueue:
    """The turns that wait in the conversation on screen, as the core told last."""

    def __init__(self, link: CoreLink, post: Post) -> None:
        self._link = link
        self._post = post
        self._queue = Queue()

    @property
    def turns(self) -> tuple[QueuedTurn, ...]:
        """The turns, in the order in which they will be taken."""
        return self._queue.turns

    @property
    def is_paused(self) -> bool:
        """Whether there are turns that wait for the user."""
        return bool(self._queue.turns) and self._queue.is_paused

    @property
    def is_running(self) -> bool:
        """Whether there are turns that wait for the engine only."""
        return bool(self._queue.turns) and not self._queue.is_paused

    def show(self, queue: Queue) -> None:
        """Tells the screen of the turns that wait now."""
        if queue != self._queue:
            self._queue = queue
            self._post(QueueShown(queue))

    def find(self, turn: str | None) -> QueuedTurn | None:
        """Returns a turn by its id, or the last one for None; None if it waits no longer."""
        found = [it for it in self.turns if turn in (it.id, None)]
        return found[-1] if found else None

    async def resume(self, conversation: int) -> None:
        """Has the turns computed that were paused."""
        await self._link.ask(ResumeQueue(conversation=conversation))

    async def put_first(self, conversation: int, turn: str) -> None:
        """Has a turn taken before all others."""
        first = self.turns[0].id if self.turns else turn
        if first != turn:
            await self._link.ask(MoveQueued(conversation=conversation, turn=turn, before=first))

    async def put_last(self, conversation: int, turn: str) -> None:
        """Has a turn taken after all others."""
        await self._link.ask(MoveQueued(conversation=conversation, turn=turn))

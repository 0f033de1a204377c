"""The queues of all conversations, and the order in which these wait."""

import asyncio
import logging
from typing import Final
from weakref import WeakValueDictionary

from ..conversation import Conversation, Queue, Queued
from ..errors import BadRequest, StoreError
from ..messages.events import ChoicesChanged, WorkChanged
from ..messages.queue_events import QueueChanged
from ..store.archive import Archive
from .subscribers import Subscriber, Subscribers

_logger = logging.getLogger(__name__)

MOST_QUEUED: Final = 100
"""Turns that may wait in one conversation: each change of a queue is told in full."""


class RoundRobin:
    """Lets conversations take turns: the one served least recently is next.

    Inside each, turns come in the order of its queue. A conversation whose turn is being answered
    stands at the end again once that has ended, so that neither a long queue nor ever new
    conversations keep another one waiting.
    """

    def __init__(self) -> None:
        self._queues: dict[int, Queue] = {}
        self._line: dict[int, None] = {}
        self.served: int | None = None
        """The conversation whose turn is being answered."""

    def __len__(self) -> int:
        """Turns that wait for the engine only."""
        return sum(len(it.turns) for it in self._queues.values() if not it.is_paused)

    @property
    def turn_ids(self) -> frozenset[str]:
        """Ids of all turns that wait, those in paused queues too."""
        return frozenset(turn.id for queue in self._queues.values() for turn in queue.turns)

    @property
    def paused(self) -> tuple[int, ...]:
        """Conversations in which turns wait for the user."""
        return tuple(it for it, queue in self._queues.items() if queue.is_paused)

    def find(self, conversation: int) -> Queue:
        """Returns the conversation's queue; an empty one if nothing waits there."""
        return self._queues.get(conversation, Queue())

    def put(self, conversation: int, queue: Queue) -> None:
        """Replaces the conversation's queue."""
        self._queues.pop(conversation, None)
        if queue.turns:
            self._queues[conversation] = queue
        self._line_up(conversation)

    @property
    def line(self) -> tuple[int, ...]:
        """The conversations that wait, the next one first."""
        return tuple(self._line)

    def begin(self, conversation: int) -> None:
        """Notes that the conversation is being served."""
        self.served = conversation
        self._line_up(conversation)

    def end(self) -> None:
        """Lets the conversation that was served stand in line again."""
        conversation, self.served = self.served, None
        if conversation is not None:
            self._line_up(conversation)

    def _line_up(self, conversation: int) -> None:
        """Gives a conversation its place at the end unless it has one; or takes it out."""
        queue = self.find(conversation)
        if queue.turns and not queue.is_paused and conversation != self.served:
            self._line.setdefault(conversation)
        else:
            self._line.pop(conversation, None)


class Queues:
    """The queues as they are stored, in the sight of those who follow, and in line for the engine.

    Whatever reads or changes a conversation's queue or branch holds the conversation meanwhile.
    So the disk, what clients are told and what is kept here always tell of the same state.
    """

    def __init__(self, archive: Archive, subscribers: Subscribers, due: asyncio.Event) -> None:
        self._archive = archive
        self._subscribers = subscribers
        self._due = due
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self.order = RoundRobin()
        self.work = WorkChanged(answering=None, waiting=())
        """Whom the engine serves and who waits for it, as every client was told."""

    def begin(self, conversation: int) -> None:
        """Notes that a conversation is being served."""
        self.order.begin(conversation)
        self._tell_work()

    def end(self) -> None:
        """Notes that the conversation that was served is so no longer."""
        self.order.end()
        self._tell_work()

    def hold(self, conversation: int | None) -> asyncio.Lock:
        """Returns what to be in while a conversation is read or changed; None is a new one."""
        lock = asyncio.Lock()
        return lock if conversation is None else self._locks.setdefault(conversation, lock)

    async def read(self) -> None:
        """Takes up the queues that an earlier core left."""
        for conversation, queue in (await self._archive.turns.read_queues()).items():
            self.order.put(conversation, queue)
        self._tell_work()
        self._due.set()

    def add(self, queued: Queued, client: Subscriber) -> QueueChanged:
        """Takes up a turn that was stored just now; its client follows the conversation.

        Returns the event for that client; the others who follow have it already.
        """
        turns, is_paused = self.order.find(queued.conversation)
        queue = Queue((*turns, queued.turn), is_paused)
        self._subscribers.follow(client, queued.conversation)
        return self.change(queued.conversation, queue, but=client)

    def change(
        self, conversation: int, queue: Queue, *, but: Subscriber | None = None
    ) -> QueueChanged:
        """Takes up a queue that was changed by request, and with it perhaps a title."""
        changed = self.put(conversation, queue, but=but)
        self._subscribers.changed.add(conversation)
        return changed

    def put(
        self, conversation: int, queue: Queue, *, but: Subscriber | None = None
    ) -> QueueChanged:
        """Takes up a queue as it is stored now, and tells those who follow."""
        self.order.put(conversation, queue)
        self._tell_work()
        self._due.set()
        changed = QueueChanged(
            conversation=conversation, queue=queue.turns, is_paused=queue.is_paused
        )
        self._subscribers.publish_to_followers(conversation, changed, but=but)
        return changed

    def _tell_work(self) -> None:
        order = self.order
        work = WorkChanged(answering=order.served, waiting=order.line, paused=order.paused)
        if work != self.work:
            self.work = work
            self._subscribers.publish(work)

    def follow(self, client: Subscriber, conversation: int) -> None:
        """Lets a client hear of a conversation."""
        self._subscribers.follow(client, conversation)

    def tell_followers(self, event: ChoicesChanged, *, but: Subscriber) -> None:
        """Gives an event to all but one client of those who follow its conversation."""
        self._subscribers.publish_to_followers(event.conversation, event, but=but)

    def check_room(self, conversation: int, turn: str) -> None:
        """Makes sure that one more turn may wait in a conversation, or waits there already.

        Raises:
            BadRequest: as many wait as may.
        """
        turns = self.order.find(conversation).turns
        if len(turns) >= MOST_QUEUED and all(queued.id != turn for queued in turns):
            raise BadRequest(
                f"{MOST_QUEUED} questions are queued in this conversation already: let some be "
                "answered, or remove some."
            )

    def check_none_queued(self, conversation: int, *, but: str = "") -> None:
        """Makes sure that no turn is queued in a conversation, except one with the id `but`.

        Raises:
            BadRequest: one is.
        """
        if any(queued.id != but for queued in self.order.find(conversation).turns):
            raise BadRequest(
                "Questions are queued in this conversation: let them be answered, or remove them."
            )

    def check_none_in_line(self, conversation: int, *, but: str = "") -> None:
        """Makes sure that no turn is about to be taken in a conversation, except `but`.

        Raises:
            BadRequest: one is; those of a paused queue are not.
        """
        if not self.order.find(conversation).is_paused:
            self.check_none_queued(conversation, but=but)

    async def pause(self, conversation: int) -> None:
        """Lets what waits in the conversation wait for the user."""
        queue = self.order.find(conversation)
        if not queue.turns or queue.is_paused:
            return
        try:
            queue = await self._archive.turns.pause_queue(conversation)
        except StoreError as error:
            _logger.warning("a queue is paused only until the core ends: %s", error)
            queue = queue._replace(is_paused=True)
        self.put(conversation, queue)


def queue_of(conversation: Conversation | None) -> Queue:
    """Returns the queue of a conversation as it is stored; an empty one if that is gone."""
    return Queue(conversation.queue, conversation.is_paused) if conversation else Queue()

"""Turns on their way: each is made ready and sent in its order, whoever waits for it."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from ...core.conversation import Conversation
from .core_link import NO_CORE, CoreLink
from .draft import Draft, SentTurn, hindrance
from .events import RequestRefused
from .journal import Journal
from .outgoing import Outgoing
from .unsent import Unsent


class Deliveries:
    """Takes turns to the core, and goes on with those that a window or a core left half done."""

    def __init__(
        self,
        link: CoreLink,
        journal: Journal,
        outgoing: Outgoing,
        show_draft: Callable[[], object],
    ) -> None:
        """Delivers nothing until `has_begun` is set.

        Args:
            link: has the order in which turns are asked about.
            journal: has the turns.
            outgoing: the way to the core.
            show_draft: called when there may be another draft to show.
        """
        self._link = link
        self._journal = journal
        self._outgoing = outgoing
        self._show_draft = show_draft
        self.has_begun = asyncio.Event()
        """Set once it is known to which conversation belongs what was typed at the start."""
        self.is_core_lost = False
        """Whether there is no core, and none is being reached."""
        self._open: set[str] = set()
        """Ids of turns that are on their way."""
        self._tasks: set[asyncio.Task[None]] = set()

    def submit(self, draft: Draft) -> Coroutine[Any, Any, None]:
        """Sends a draft; what can't be sent at all stays where it is.

        The turn is in the journal when this returns; what is returned takes it to the core.
        """
        why = hindrance(draft.text, draft.pictures) or (NO_CORE if self.is_core_lost else "")
        if why:
            self.refuse(why)
            return _nothing()
        turn = self._journal.hand_in(draft)
        self._show_draft()
        return self._deliver(turn)

    async def regenerate(self, unsent: Unsent, message: int) -> None:
        """Has an answer of an entry's conversation given again, or a question answered again."""
        unsent.turns.append(SentTurn("", regenerated=message, state="ready"))
        self._journal.note(unsent)
        await self.send(unsent)

    def refuse(self, why: str) -> None:
        """Tells why something is not sent."""
        self._journal.tell(RequestRefused(why))

    async def send(self, unsent: Unsent) -> None:
        """Sends the turns of an entry that are ready."""
        async with self._link.order:
            await self._outgoing.send(unsent)
            self._show_draft()

    async def catch_up(self, shown: Conversation | None) -> None:
        """Sends what has got no reply yet, and takes back what was withdrawn meanwhile.

        Args:
            shown: the conversation on screen, read just now; None for a new one.
        """
        await self._outgoing.recall(shown)
        for unsent in self._journal.entries:
            await self.send(unsent)
            self.go_on(unsent)

    def go_on(self, unsent: Unsent) -> None:
        """Has the pictures of an entry checked, and its turns sent, that were left half done."""
        waiting = [it for pictures in unsent.picture_lists() for it in pictures if it.is_checking]
        self.start(self._outgoing.checks.check(waiting))
        for turn in unsent.unacknowledged:
            self.start(self._deliver(turn))

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Does something for which nobody waits."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, turn: SentTurn) -> None:
        """Makes a turn ready and sends it, behind those before it in its conversation."""
        if turn.id in self._open:
            return
        self._open.add(turn.id)
        await self.has_begun.wait()
        if unsent := self._journal.entries.entry_with(turn):
            async with unsent.order:
                if turn.is_preparing:
                    await self._outgoing.prepare(turn)
            self._show_draft()
            await self.send(self._journal.entries.entry_with(turn) or unsent)
        self._open.discard(turn.id)


async def _nothing() -> None:
    """Has nothing to send."""

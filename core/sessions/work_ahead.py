"""Work ahead of turns: what clients will probably ask for is computed while nothing else is."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from ..engine.engine import Engine
from ..errors import SeeshellError
from ..store.archive import Archive
from .prompt_messages import read_ahead
from .subscribers import Subscriber

_logger = logging.getLogger(__name__)


class Wish(NamedTuple):
    """The turn that a client may submit next."""

    conversation: int | None = None
    """None for a conversation that does not exist yet."""
    attachments: tuple[str, ...] = ()
    """sha256 of the pictures attached so far, in order."""
    edited: int | None = None
    """The user message in whose place the question comes; None after all others."""


_NOTHING: Final = Wish()
"""What every new conversation starts with is worth computing too."""


class Preparations:
    """Keeps each client's newest wish and lets the engine prepare the newest of all.

    Only turns and loads matter to the user, so both pause this; it goes on after them.
    """

    def __init__(self, engine: Engine, archive: Archive) -> None:
        self._engine = engine
        self._archive = archive
        self._wishes: dict[Subscriber, Wish] = {}
        self._drafts: dict[Subscriber, set[int | None]] = {}
        """Where each client has pictures attached that it has not sent."""
        self._abandoned: set[int | None] = set()
        """Where clients that are gone had such pictures."""
        self._pauses: set[object] = set()
        self._is_due = asyncio.Event()
        self._running: tuple[Wish, asyncio.Task[None]] | None = None
        self._finished: Wish | None = None

    @property
    def are_running(self) -> bool:
        """Whether the engine works on a wish, or is about to."""
        return self._is_due.is_set()

    def want(self, client: Subscriber, wish: Wish) -> None:
        """Replaces what the client wanted before."""
        self._wishes.pop(client, None)
        self._wishes[client] = wish
        drafts = self._drafts.setdefault(client, set())
        if wish.attachments:
            drafts.add(wish.conversation)
        else:
            drafts.discard(wish.conversation)
        self._abandoned.discard(wish.conversation)
        self._change()

    def fulfil(self, client: Subscriber, asked: int | None, conversation: int) -> None:
        """Notes that the client submitted its turn: what comes next is a follow-up.

        Args:
            client: who wanted it.
            asked: the conversation that the client named; None for a new one.
            conversation: the one that the turn is part of.
        """
        if client in self._wishes:
            self._drafts[client].discard(asked)
            self.want(client, Wish(conversation))

    def drop(self, client: Subscriber) -> None:
        """Forgets what the client wanted; pictures that nobody else wants are freed."""
        if self._wishes.pop(client, None) is None:
            return
        drafts = self._drafts.pop(client)
        self._abandoned |= drafts.difference(*self._drafts.values())
        self._finished = None
        self._change()

    def drop_conversation(self, conversation: int) -> None:
        """Forgets every wish for a conversation that is about to be deleted."""
        for drafts in self._drafts.values():
            drafts.discard(conversation)
        self._abandoned.discard(conversation)
        wishes = list(self._wishes.items())
        for client in [it for it, wish in wishes if wish.conversation == conversation]:
            self.drop(client)

    def pause(self, reason: object) -> None:
        """Interrupts the work until the reason is gone."""
        self._pauses.add(reason)
        self._change()

    def resume(self, reason: object) -> None:
        """Takes the work up again unless there are other reasons to pause.

        What was finished is asked for again, for a turn may have evicted it; if it is still there
        that takes no time.
        """
        self._pauses.discard(reason)
        self._finished = None
        self._change()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Interrupts the work for the time of the block."""
        reason = object()
        self.pause(reason)
        try:
            yield
        finally:
            self.resume(reason)

    async def run(self) -> None:
        """Prepares for ever."""
        while True:
            await self._is_due.wait()
            wish = self._next()
            # The engine lets go of the one before as soon as this one begins.
            self._finished = None
            task = asyncio.create_task(self._prepare(wish))
            self._running = wish, task
            try:
                await asyncio.wait([task])
            except asyncio.CancelledError:
                task.cancel()
                await asyncio.wait([task])
                raise
            finally:
                self._running = None
            if not task.cancelled():
                self._finished = wish
                self._abandoned.discard(wish.conversation)
                _log_failure(task.exception())
            self._change()

    def _next(self) -> Wish:
        """Returns what to work on: what frees abandoned pictures, then the newest wish."""
        for conversation in self._abandoned:
            return Wish(conversation)
        return next(reversed(self._wishes.values()), _NOTHING)

    def _change(self) -> None:
        """Sets whether there is something to do, and interrupts what is not to be done now."""
        wish = self._next()
        may_run = not self._pauses and self._engine.model is not None
        if may_run and wish != self._finished:
            self._is_due.set()
        else:
            self._is_due.clear()
        if self._running is not None and not (may_run and self._running[0] == wish):
            self._running[1].cancel()

    async def _prepare(self, wish: Wish) -> None:
        prompt = await read_ahead(self._archive, *wish)
        await self._engine.prepare(prompt, conversation=wish.conversation or 0)


def _log_failure(error: BaseException | None) -> None:
    """Logs why nothing was prepared; the user hears of it when the turn is submitted."""
    if isinstance(error, SeeshellError):
        _logger.info("nothing was computed ahead: %s", error)
    elif error is not None:
        _logger.error("computing ahead failed unexpectedly", exc_info=error)

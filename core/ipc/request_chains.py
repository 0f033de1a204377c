"""One client's requests, carried out in their order where they are about the same thing."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from ..messages.library_requests import FindHits, ListLibrary, ListTags
from ..messages.requests import AnyRequest, FindQuestions, ListConversations
from ..sessions.subscribers import RollNumber
from .held_bytes import Share
from .outbox import ROOM_BYTES

_REQUESTS_AT_ONCE: Final = 16
"""Requests of one client that run or wait for others; more are not read."""


_LISTS: Final = (FindQuestions, ListConversations, ListLibrary, ListTags)

_Chain = int | RollNumber | type[ListConversations]


class RequestChains:
    """Runs each request as a task; all but those of one chain run beside each other.

    A chain are those about one conversation or roll, whose order matters, and those for lists,
    which cost the store so much that one client's must not be in everybody else's way.
    """

    def __init__(self, carry_out: Callable[[AnyRequest], Awaitable[None]], share: Share) -> None:
        self._carry_out = carry_out
        self._share = share
        self._running: dict[asyncio.Task[None], int] = {}
        """The bytes of each request."""
        self._last: dict[_Chain, asyncio.Task[None]] = {}
        """The request of each chain that the next one waits for."""
        self._has_room = asyncio.Event()
        self._has_room.set()

    def start(self, request: AnyRequest, nbytes: int) -> None:
        """Carries out a request, after those of its chain that were started before."""
        chain = _chain_of(request)
        before = None if chain is None else self._last.get(chain)
        task = asyncio.create_task(self._run(request, before))
        if chain is not None:
            self._last[chain] = task
        self._running[task] = nbytes
        self._count(nbytes)
        task.add_done_callback(lambda it: self._forget(it, chain))

    async def wait_for_room(self) -> None:
        """Returns when one more can be started."""
        await self._has_room.wait()

    async def finish(self) -> None:
        """Returns when all that were started have been carried out."""
        await asyncio.gather(*self._running)

    async def _run(self, request: AnyRequest, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait([before])
        await self._carry_out(request)

    def _forget(self, task: asyncio.Task[None], chain: _Chain | None) -> None:
        nbytes = self._running.pop(task)
        if chain is not None and self._last[chain] is task:
            del self._last[chain]
        self._count(-nbytes)

    def _count(self, nbytes: int) -> None:
        self._share.add(nbytes)
        is_full = len(self._running) >= _REQUESTS_AT_ONCE
        if is_full or sum(self._running.values()) > ROOM_BYTES:
            self._has_room.clear()
        else:
            self._has_room.set()


def _chain_of(request: AnyRequest) -> _Chain | None:
    if isinstance(request, FindHits):
        # It takes the place of one that runs, and would otherwise wait for that.
        return None
    if isinstance(request, _LISTS):
        return ListConversations
    roll: int | None = getattr(request, "roll", None)
    if roll is not None:
        return RollNumber(roll)
    conversation: int | None = getattr(request, "conversation", None)
    return conversation

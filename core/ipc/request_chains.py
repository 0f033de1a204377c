"""One client's requests, carried out in their order where they are about the same conversation."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from ..messages.requests import AnyRequest
from .held_bytes import Share
from .outbox import ROOM_BYTES

_REQUESTS_AT_ONCE: Final = 16
"""Requests of one client that run or wait for others; more are not read."""


class RequestChains:
    """Runs each request as a task; all but those about one conversation run beside each other."""

    def __init__(self, carry_out: Callable[[AnyRequest], Awaitable[None]], share: Share) -> None:
        self._carry_out = carry_out
        self._share = share
        self._running: dict[asyncio.Task[None], int] = {}
        """The bytes of each request."""
        self._last: dict[int, asyncio.Task[None]] = {}
        """By conversation, the request that the next one waits for."""
        self._has_room = asyncio.Event()
        self._has_room.set()

    def start(self, request: AnyRequest, nbytes: int) -> None:
        """Carries out a request, after those about its conversation that were started before."""
        conversation: int | None = getattr(request, "conversation", None)
        before = None if conversation is None else self._last.get(conversation)
        task = asyncio.create_task(self._run(request, before))
        if conversation is not None:
            self._last[conversation] = task
        self._running[task] = nbytes
        self._count(nbytes)
        task.add_done_callback(lambda it: self._forget(it, conversation))

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

    def _forget(self, task: asyncio.Task[None], conversation: int | None) -> None:
        nbytes = self._running.pop(task)
        if conversation is not None and self._last[conversation] is task:
            del self._last[conversation]
        self._count(-nbytes)

    def _count(self, nbytes: int) -> None:
        self._share.add(nbytes)
        is_full = len(self._running) >= _REQUESTS_AT_ONCE
        if is_full or sum(self._running.values()) > ROOM_BYTES:
            self._has_room.clear()
        else:
            self._has_room.set()

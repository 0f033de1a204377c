"""The connection to the core: requests, their refusals, and the core's events."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING

from ...core.errors import CoreDied, CoreUnreachable, SeeshellError
from ...core.messages.events import AnyEvent
from ...core.messages.request import Request
from .events import RequestRefused, SessionEvent

if TYPE_CHECKING:
    from ...core.ipc.client import CoreClient

Connect = Callable[[bool], Awaitable["CoreClient"]]
"""Reaches the core, or starts one; True ends the one that runs before."""

Post = Callable[[SessionEvent], object]

NO_CORE = "There is no core; {screen.start_core} starts one."
"""The interface puts the key in force where a sentence names a command in braces."""


class CoreLink:
    """Holds one connection at a time."""

    def __init__(self, connect: Connect, post: Post) -> None:
        self._connect = connect
        self._post = post
        self._client: CoreClient | None = None
        self._opening = asyncio.Lock()
        self.order = asyncio.Lock()
        """Held from a request about turns to its reply: events that follow wait for it."""
        self._has_begun = asyncio.Event()
        """Set from the first connection on: keys may ask for something before that is begun."""

    @property
    def is_open(self) -> bool:
        """Whether the core can be asked right now."""
        return self._client is not None

    async def open(self, *, replace_core: bool) -> None:
        """Connects; raises a `SeeshellError` if the core can't be reached."""
        async with self._opening:
            self._has_begun.set()
            await self.close()
            self._client = await self._connect(replace_core)

    async def close(self) -> None:
        """Leaves the core; an answer that is open goes on there."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def events(self) -> AsyncIterator[AnyEvent]:
        """Yields what the core tells of its own accord, until it dies or the line is closed."""
        if self._client is not None:
            async for event in self._client.events():
                yield event

    async def is_connected(self) -> bool:
        """Returns whether there is a connection, once one that is being made is there."""
        return await self._find_client() is not None

    async def request(self, request: Request) -> AnyEvent:
        """Returns the reply; waits for a connection that is being made, or is about to be.

        Raises:
            SeeshellError: the core refused, has died, or is not connected.
        """
        client = await self._find_client()
        if client is None:
            raise CoreUnreachable(NO_CORE)
        return await client.request(request)

    async def ask(self, request: Request) -> AnyEvent | None:
        """Returns the reply, or None after telling the screen why there is none."""
        try:
            return await self.request(request)
        except CoreDied:
            # The screen hears of it once, from the events.
            return None
        except SeeshellError as error:
            self._post(RequestRefused(str(error)))
            return None

    async def _find_client(self) -> "CoreClient | None":
        await self._has_begun.wait()
        async with self._opening:
            return self._client

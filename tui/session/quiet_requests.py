"""Requests in the background: of each kind only the newest is sent, and no refusal is shown."""

import asyncio
from typing import Generic, TypeVar

from ...core.errors import SeeshellError
from ...core.messages.request import Request
from .core_link import CoreLink

HIGHLIGHT_DELAY = 0.3
"""Seconds that a conversation stays under the cursor before it is prepared."""

RequestT = TypeVar("RequestT", bound=Request)


class QuietRequests(Generic[RequestT]):
    """Sends requests of which each replaces the one before.

    A core that is away or refuses is no reason to bother the user.
    """

    def __init__(self, link: CoreLink, told: RequestT | None = None) -> None:
        """Makes it.

        Args:
            link: the way to the core.
            told: what counts as told from the start.
        """
        self._link = link
        self._told = told
        self._timer: asyncio.TimerHandle | None = None
        self._sending: set[asyncio.Task[None]] = set()

    def want(self, request: RequestT, *, delay: float = 0.0) -> None:
        """Sends a request after a delay in seconds, unless another is wanted before that."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(delay, self._begin, request)

    def forget(self) -> None:
        """Forgets what was sent: the core is another one, or away."""
        self._told = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _begin(self, request: RequestT) -> None:
        self._timer = None
        if self._link.is_open and request != self._told:
            self._told = request
            task = asyncio.create_task(self._tell(request))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def _tell(self, request: RequestT) -> None:
        try:
            await self._link.request(request)
        except SeeshellError:
            self._told = None

"""What the core may compute ahead: told quietly, the newest wish only."""

import asyncio

from ..core.errors import SeeshellError
from ..core.messages.requests import PrepareTurn
from .core_link import CoreLink

HIGHLIGHT_DELAY = 0.3
"""Seconds that a conversation stays under the cursor before it is prepared."""


class Preparing:
    """Tells the core which turn may come next.

    Nobody waits for it, and a core that is away or refuses is no reason to bother the user.
    """

    def __init__(self, link: CoreLink) -> None:
        self._link = link
        self._told: PrepareTurn | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._sending: set[asyncio.Task[None]] = set()

    def want(self, wish: PrepareTurn, *, delay: float = 0.0) -> None:
        """Has a turn prepared after a delay in seconds, unless another is wanted before that."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(delay, self._begin, wish)

    def forget(self) -> None:
        """Counts nothing as told: the core is another one, or away."""
        self._told = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _begin(self, wish: PrepareTurn) -> None:
        self._timer = None
        if self._link.is_open and wish != self._told:
            self._told = wish
            task = asyncio.create_task(self._tell(wish))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def _tell(self, wish: PrepareTurn) -> None:
        try:
            await self._link.request(wish)
        except SeeshellError:
            self._told = None

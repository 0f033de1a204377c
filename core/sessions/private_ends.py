"""Private conversations end with the windows that have them open: at once, or a while later."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Final, NamedTuple

from ..errors import NotStored, StoreError
from ..store.archive import Archive
from .subscribers import Subscriber, Subscribers

_logger = logging.getLogger(__name__)

GRACE_SECONDS: Final = 300.0
"""How long what is private stays whose windows were lost: an SSH line that dropped comes back."""


class _Lost(NamedTuple):
    """What a client that is gone without a word had open."""

    conversations: list[int]
    lost_at: float
    """By the monotonic clock."""


class PrivateEnds:
    """Closes private conversations that no client has open any more."""

    def __init__(
        self,
        archive: Archive,
        subscribers: Subscribers,
        close: Callable[[int], Awaitable[None]],
    ) -> None:
        """Closes none yet; `close` removes a conversation."""
        self._archive = archive
        self._subscribers = subscribers
        self._close = close
        self._lost: dict[str, _Lost] = {}
        """By holder, the one that was lost first at the start."""
        self._are_lost = asyncio.Event()

    async def leave(self, client: Subscriber) -> None:
        """Ends what is private of a client at its own wish; what others have open stays."""
        left = self._subscribers.private_of(client)
        for conversation in left:
            self._subscribers.unfollow(client, conversation)
        await self._end(self._subscribers.holder_of(client), left)

    def lose(self, client: Subscriber) -> None:
        """Gives a client that is going a while to come back; called before it is removed."""
        holder = self._subscribers.holder_of(client)
        left = self._subscribers.private_of(client)
        if heir := self._subscribers.other_of_window(client):
            self._follow(heir, left)
        else:
            self._lost[holder] = _Lost(left, time.monotonic())
            self._are_lost.set()

    def meet(self, client: Subscriber) -> None:
        """Gives a client what its window had open when its last connection ended."""
        lost = self._lost.pop(self._subscribers.holder_of(client), None)
        if lost is not None:
            self._follow(client, lost.conversations)

    async def run(self) -> None:
        """Ends for ever what is private of clients that do not come back."""
        while True:
            await self._are_lost.wait()
            if not self._lost:
                self._are_lost.clear()
                continue
            holder, lost = next(iter(self._lost.items()))
            left = lost.lost_at + GRACE_SECONDS - time.monotonic()
            if left > 0:
                await asyncio.sleep(left)
                continue
            del self._lost[holder]
            try:
                await self._end(holder, lost.conversations)
            except StoreError as error:
                _logger.warning("private conversations are kept: %s", type(error).__name__)

    def _follow(self, client: Subscriber, conversations: Iterable[int]) -> None:
        for conversation in conversations:
            self._subscribers.follow(client, conversation)

    async def _end(self, holder: str, left: Iterable[int]) -> None:
        """Removes pictures that were unsent, and those of the conversations that nobody has."""
        await self._archive.pictures.forget_private(holder)
        for conversation in left:
            is_waited_for = any(conversation in it.conversations for it in self._lost.values())
            if not is_waited_for and not self._subscribers.is_followed(conversation):
                with suppress(NotStored):  # it was deleted meanwhile
                    await self._close(conversation)

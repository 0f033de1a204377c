"""Events that wait for one client, merged while it is slow."""

import asyncio

from msgspec.structs import replace

from ..messages.events import AnyEvent, ConversationsChanged, Delta, ModelLoading, Prefilled

_MOST_WAITING = 4096

_Key = tuple[int, type, int]


class Outbox:
    """A queue of events in order; taking empties it.

    Between two events that can't be merged, all deltas of a message become one and of progress
    reports only the newest stays: a client that does not read costs the core one copy of the
    text, not one event a token.
    """

    def __init__(self) -> None:
        self._waiting: dict[_Key, AnyEvent] = {}
        self._unmerged = 0
        self._is_filled = asyncio.Event()
        self.flooded = asyncio.Event()
        """Set when so much waits that the client must be given up."""

    def put(self, event: AnyEvent) -> None:
        """Adds an event; never waits."""
        if event.reply_to or not isinstance(
            event, Delta | Prefilled | ModelLoading | ConversationsChanged
        ):
            self._unmerged += 1
            key = (self._unmerged, type(event), 0)
            self._unmerged += 1
        else:
            message = event.message if isinstance(event, Delta | Prefilled) else 0
            key = (self._unmerged, type(event), message)
            before = self._waiting.get(key)
            if isinstance(event, Delta) and isinstance(before, Delta):
                event = replace(event, text=before.text + event.text)
        self._waiting[key] = event
        if len(self._waiting) > _MOST_WAITING:
            self.flooded.set()
        self._is_filled.set()

    async def take(self) -> list[AnyEvent]:
        """Waits for events and returns all that wait, oldest first."""
        await self._is_filled.wait()
        self._is_filled.clear()
        events = list(self._waiting.values())
        self._waiting.clear()
        return events

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return not self._waiting

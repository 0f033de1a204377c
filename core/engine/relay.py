"""Carries an answer's events from the engine's thread to the event loop, text in bundles.

A wake-up for each token would cost more than the token on a small model. So text waits for the
loop, which fetches all there is at most every few milliseconds; nothing waits longer than that.
"""

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Final

from .engine import AnswerEvent, TextDelta

_BUNDLE_SECONDS: Final = 0.05
"""Shortest time between two bundles of text: the interface draws twenty times a second."""


class Relay:
    """A queue from one thread to one coroutine of the loop that made it."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._filled = asyncio.Event()
        self._lock = threading.Lock()
        self._events: list[AnswerEvent] = []
        self._is_closed = False

    def put(self, event: AnswerEvent) -> None:
        """Adds an event; called on the thread."""
        with self._lock:
            was_empty = not self._events
            last = self._events[-1] if self._events else None
            if isinstance(event, TextDelta) and isinstance(last, TextDelta):
                self._events[-1] = TextDelta(last.text + event.text)
            else:
                self._events.append(event)
        if was_empty:
            self._wake()

    def close(self) -> None:
        """Ends the iteration after the events so far; called on the loop."""
        self._is_closed = True
        self._filled.set()

    async def events(self) -> AsyncIterator[AnswerEvent]:
        """Yields the events until the relay is closed."""
        earliest = 0.0
        while True:
            await self._filled.wait()
            await asyncio.sleep(earliest - self._loop.time())
            self._filled.clear()
            for event in self._take():
                yield event
                if isinstance(event, TextDelta):
                    earliest = self._loop.time() + _BUNDLE_SECONDS
            if self._is_closed and not self._events:
                return

    def _take(self) -> list[AnswerEvent]:
        with self._lock:
            events, self._events = self._events, []
        return events

    def _wake(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._filled.set)
        except RuntimeError:
            # The loop was closed while the answer ran: nobody is left to read it.
            return

"""Carries an answer's events from the engine's thread to the event loop, text in bundles.

Both share the interpreter and, on a small machine, the cores: a loop that wakes up takes time from
the next token. So text is only put down while the loop gathers a bundle, and fetched when that is
due. The first text, text after a pause and all that is no text wakes the loop at once.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Final

from .engine import AnswerEvent, TextDelta

_BUNDLE_SECONDS: Final = 0.05
"""The interface draws twenty times a second."""


class Relay:
    """A queue from one thread to one coroutine of the loop that made it."""

    def __init__(self, bundle_seconds: float = _BUNDLE_SECONDS) -> None:
        """Makes an empty queue.

        Args:
            bundle_seconds: shortest time from one text to the next.
        """
        self._bundle_seconds = bundle_seconds
        self._loop = asyncio.get_running_loop()
        self._events: deque[AnswerEvent] = deque()
        self._is_due = asyncio.Event()
        self._is_gathering = False
        """Whether the loop fetches text without being woken up."""
        self._is_closed = False

    def put(self, event: AnswerEvent) -> None:
        """Adds an event; called on the thread."""
        self._events.append(event)
        if not (self._is_gathering and isinstance(event, TextDelta)):
            self._wake()

    def close(self) -> None:
        """Ends the iteration after the events so far; called on the loop."""
        self._is_closed = True
        self._is_due.set()

    async def events(self) -> AsyncIterator[AnswerEvent]:
        """Yields the events until the relay is closed."""
        while True:
            await self._is_due.wait()
            self._is_due.clear()
            # First this, then the fetching: what is put from now on wakes the loop again.
            self._is_gathering = False
            is_last = self._is_closed
            events = self._take()
            if any(isinstance(event, TextDelta) for event in events):
                self._is_gathering = True
                self._loop.call_later(self._bundle_seconds, self._is_due.set)
            for event in events:
                yield event
            if is_last:
                return

    def _take(self) -> list[AnswerEvent]:
        """Returns what was put so far, texts in a row as one."""
        taken: list[AnswerEvent] = []
        while self._events:
            event = self._events.popleft()
            last = taken[-1] if taken else None
            if isinstance(event, TextDelta) and isinstance(last, TextDelta):
                taken[-1] = TextDelta(last.text + event.text)
            else:
                taken.append(event)
        return taken

    def _wake(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._is_due.set)
        except RuntimeError:
            # The loop was closed while the answer ran: nobody is left to read it.
            return

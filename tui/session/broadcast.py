"""Hands each event of a session to those who listen for its kind, at once and in order."""

from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, TypeVar

from .events import SessionEvent

EventT = TypeVar("EventT", bound=SessionEvent)


class Broadcast:
    """Who listens for which events.

    An event that is told while another one is being delivered is delivered after it, so that all
    hear both in the same order.
    """

    def __init__(self) -> None:
        self._listeners: list[tuple[type[SessionEvent], Callable[[Any], object]]] = []
        self._undelivered: deque[SessionEvent] = deque()
        self._is_delivering = False

    def listen(
        self, kind: type[EventT], listener: Callable[[EventT], object]
    ) -> Callable[[], None]:
        """Has a listener called with every event of a kind; returns what ends that.

        Args:
            kind: class of the events; a base class stands for all that derive from it.
            listener: called in the task that tells the event, after those that listened before.
        """
        entry = (kind, listener)
        self._listeners.append(entry)

        def end() -> None:
            if entry in self._listeners:
                self._listeners.remove(entry)

        return end

    def tell(self, event: SessionEvent) -> None:
        """Delivers an event, and what its listeners tell meanwhile.

        What a listener raises is raised here, once the others have heard the event.
        """
        self._undelivered.append(event)
        if self._is_delivering:
            return
        self._is_delivering = True
        try:
            while self._undelivered:
                self._deliver(self._undelivered.popleft())
        finally:
            self._is_delivering = False

    def _deliver(self, event: SessionEvent) -> None:
        hearers = [listener for kind, listener in self._listeners if isinstance(event, kind)]
        with ExitStack() as calls:
            # The stack calls the newest first, and all of them whatever one raises.
            for listener in reversed(hearers):
                calls.callback(listener, event)

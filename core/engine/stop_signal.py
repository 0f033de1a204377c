"""Asks work on the MLX thread to end between two of its steps."""

import threading
from collections.abc import Callable


def never() -> bool:
    """Whether work shall end that nothing interrupts."""
    return False


def do_nothing() -> None:
    """What work does between two steps where nobody waits for anything."""


class StopSignal:
    """Set by anyone who wants some work to end; may be set and asked by any thread."""

    def __init__(
        self,
        pause: Callable[[], None] = do_nothing,
        is_wanted: Callable[[], bool] = never,
    ) -> None:
        """Makes a signal that is not set.

        Args:
            pause: runs short functions that wait for the MLX thread.
            is_wanted: whether there is something more urgent, which ends the work too.
        """
        self._pause = pause
        self._is_wanted = is_wanted
        self._event = threading.Event()

    def set(self) -> None:
        """Asks the work to end."""
        self._event.set()

    def is_set(self) -> bool:
        """Whether the work shall end."""
        return self._event.is_set() or self._is_wanted()

    def check(self) -> bool:
        """Runs what waits for the thread, then says whether the work shall end.

        Called by the work itself, on the thread, where nothing is half computed.
        """
        self._pause()
        return self.is_set()

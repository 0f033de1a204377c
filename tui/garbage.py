"""When garbage is searched for: not before the first frame, and everything only at rest.

What the start makes lasts as long as the app: searches through it took 8 of the 320 ms from the
command to the first key. And a search through all that was made since holds the event loop for 50
to 80 ms once pictures of half blocks have been looked at, whose every cell has a style of its own.
"""

import gc
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import asyncio

_REST_SECONDS: Final = 3.0
"""After the last key nobody waits for anything that was asked for with it."""
_YOUNG_SEARCHES: Final = 10
"""Searches through young objects after which all are worth one; Python's own number."""
_MOST_YOUNG_SEARCHES: Final = 200
"""After so many Python searches through everything, whatever is done meanwhile."""


def hold_collection() -> None:
    """Lets no garbage be collected until a `Collector` starts."""
    gc.disable()


class Collector:
    """Has everything searched for garbage, when there may be some, while nobody types."""

    def __init__(self, seconds_since_key: Callable[[], float]) -> None:
        self._seconds_since_key = seconds_since_key
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thresholds = gc.get_threshold()
        self._is_planned = False

    def start(self) -> None:
        """Lets garbage be collected again, but what there is now never be looked at."""
        # Not before the start of the app, which has ways of its own to load it.
        from asyncio import get_running_loop

        self._loop = get_running_loop()
        gc.freeze()
        gc.set_threshold(*self._thresholds[:2], _MOST_YOUNG_SEARCHES)
        gc.callbacks.append(self._note_search)
        gc.enable()

    def stop(self) -> None:
        """Leaves it to Python again."""
        if self._loop is not None:
            gc.callbacks.remove(self._note_search)
            gc.set_threshold(*self._thresholds)
            self._loop = None

    def _note_search(self, phase: str, _info: dict[str, int]) -> None:
        """Is called around each search, by the thread that happens to make it."""
        is_due = phase == "stop" and gc.get_count()[2] >= _YOUNG_SEARCHES
        if is_due and not self._is_planned and self._loop is not None:
            self._is_planned = True
            self._loop.call_soon_threadsafe(self._wait)

    def _wait(self) -> None:
        if self._loop is None:
            return
        rest = _REST_SECONDS - self._seconds_since_key()
        if rest > 0:
            self._loop.call_later(rest, self._wait)
        else:
            self._is_planned = False
            gc.collect()

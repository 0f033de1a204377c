"""A bound of time for whatever reads text from outside: past it, the reading is given up.

Python's regular expressions backtrack within one call, for hours if the text is made for it. No
thread can end that, and no signal gets through to asyncio meanwhile. But every few thousand steps
they run the handlers of signals that have arrived, and what a handler raises ends them, as it ends
a loop in Python. So a timer bounds both, without a process to start, feed and wait for.
"""

import gc
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

MOST_SECONDS: Final = 0.015
"""Processor time that one piece of text may take; code of 60 lines takes about a third of it."""

LEAST_SECONDS: Final = 0.0005
"""What it may take after many pieces that took too long, one after the other."""

_AGAIN_SECONDS: Final = 0.04

_LOST: Final = 4
_REGAINED: Final = 2

T = TypeVar("T")


class GaveUp(BaseException):
    """The time is over. No `Exception`: no parser shall take it for an error of its own."""


class Patience:
    """Runs what reads text from outside, and less long after every piece that took too long.

    So many such pieces in one answer can't hold up the interface together either.
    """

    def __init__(self, most_seconds: float = MOST_SECONDS) -> None:
        """Begins with all the time that a piece may ever take."""
        self._most_seconds = self._seconds = most_seconds

    def run(self, read: Callable[[], T]) -> T:
        """Returns what `read` returns; called in the main thread, and not within itself.

        Args:
            read: may be ended at any point, so it changes nothing that is used afterwards.

        Raises:
            GaveUp: it took too long.
        """
        try:
            result = _run_within(self._seconds, read)
        except GaveUp:
            self._seconds = max(self._seconds / _LOST, LEAST_SECONDS)
            raise
        self._seconds = min(self._seconds * _REGAINED, self._most_seconds)
        return result


class _Alarm:
    """Raises when the timer has run down, unless what it was set for has ended."""

    is_set = False

    def __call__(self, _signal: int, _frame: object) -> None:
        if self.is_set:
            raise GaveUp


_alarm: Final = _Alarm()


def _run_within(seconds: float, read: Callable[[], T]) -> T:
    # The handler stays: without one, a signal that comes late would end the program.
    signal.signal(signal.SIGVTALRM, _alarm)
    with _no_collection(), _no_complaints():
        try:
            _alarm.is_set = True
            # It rings again: what it raises within a destructor is lost.
            signal.setitimer(signal.ITIMER_VIRTUAL, seconds, _AGAIN_SECONDS)
            return read()
        finally:
            _alarm.is_set = False
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Lets no garbage be collected meanwhile: that takes time, and runs others' destructors."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def _no_complaints() -> Iterator[None]:
    """Lets Python say nothing of an alarm that a destructor has swallowed."""
    complain = sys.unraisablehook

    def pass_on(what: "sys.UnraisableHookArgs") -> None:
        if not isinstance(what.exc_value, GaveUp):
            complain(what)

    sys.unraisablehook = pass_on
    try:
        yield
    finally:
        sys.unraisablehook = complain

"""The memory that clients make the core hold, counted and limited for all of them together."""

import time
from collections.abc import Callable
from typing import Final

_MOMENT: Final = 0.01
"""Seconds within which clients are compared by bytes alone."""


class HeldBytes:
    """A budget for requests that are read or carried out, and for what waits to be sent.

    Where it is exceeded, clients are dropped for which much has been held for long: those that take
    what comes keep their place, and no number of those that take nothing can fill the memory.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._nbytes = 0
        self._shares: set[Share] = set()

    def open(self, drop: Callable[[], object]) -> "Share":
        """Returns the share of one more client; `drop` is called, once, if it must go."""
        share = Share(self, drop)
        self._shares.add(share)
        return share

    def change(self, share: "Share", nbytes: int) -> None:
        """Counts a change of a share."""
        if share not in self._shares:
            return
        if nbytes < 0 or not share.nbytes:
            share.since = time.monotonic()
        share.nbytes += nbytes
        self._nbytes += nbytes
        if nbytes > 0 and self._nbytes > self._limit_bytes:
            now = time.monotonic()
            worst = max(self._shares, key=lambda it: it.nbytes * (now - it.since + _MOMENT))
            self.close(worst)
            worst.drop()

    def close(self, share: "Share") -> None:
        """Counts a share no more."""
        if share in self._shares:
            self._shares.remove(share)
            self._nbytes -= share.nbytes


class Share:
    """What is held for one client."""

    def __init__(self, held: HeldBytes, drop: Callable[[], object]) -> None:
        self._held = held
        self.drop = drop
        """Gives the client up."""
        self.nbytes = 0
        self.since = 0.0
        """Until when some of it was taken, or nothing was held, by the monotonic clock."""

    def add(self, nbytes: int) -> None:
        """Counts bytes that are held from now on; a negative number, those that no longer are."""
        self._held.change(self, nbytes)

    def close(self) -> None:
        """Ends the counting: the client has gone."""
        self._held.close(self)

"""Searches of clients: what one types next takes the place of what it typed before."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from ..errors import BadRequest
from ..messages.library_events import HitsFound
from ..messages.library_requests import FindHits
from ..store.archive import Archive
from ..store.search import WantedHits
from .subscribers import Subscriber

_MOST_HITS: Final = 1000
"""Of one page."""


class Hits:
    """Finds places for clients, for each only what it wanted last."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._running: dict[Subscriber, threading.Event] = {}
        """What stops the search of each client."""

    async def find(self, request: FindHits, client: Subscriber) -> HitsFound:
        """Returns a page of hits.

        Raises:
            SeeshellError: there is too much to search for, it took too long, or the client has
                begun another search.
        """
        if not 1 <= request.limit <= _MOST_HITS:
            raise BadRequest(f"A page has 1 to {_MOST_HITS} hits: ask for as many.")
        wanted = WantedHits(request.filter, request.limit, request.after, request.conversation)
        with self._newest(client) as stop:
            (hits, following, total, is_counted), unindexed = await self._archive.search.find_hits(
                wanted, stop
            )
        return HitsFound(
            hits=hits, next=following, total=total, is_counted=is_counted, unindexed=unindexed
        )

    def give_up(self, client: Subscriber) -> None:
        """Ends the search of a client that asks for nothing more."""
        if stop := self._running.get(client):
            stop.set()

    @contextmanager
    def _newest(self, client: Subscriber) -> Iterator[threading.Event]:
        self.give_up(client)
        stop = self._running[client] = threading.Event()
        try:
            yield stop
        finally:
            if self._running.get(client) is stop:
                del self._running[client]

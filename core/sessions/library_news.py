"""Tells every client how lists show the conversations that have changed."""

import logging
from collections.abc import Sequence
from typing import Final

from ..errors import StoreError
from ..messages.library_events import LibraryChanged
from ..store.archive import Archive
from .subscribers import Subscribers

_logger = logging.getLogger(__name__)

_MOST: Final = 200
"""Conversations of one event."""


class LibraryNews:
    """Reads what was noted as changed, a while's changes together, and tells how it is now."""

    def __init__(self, archive: Archive, subscribers: Subscribers) -> None:
        self._archive = archive
        self._subscribers = subscribers

    async def run(self) -> None:
        """Tells for ever."""
        while True:
            changed = await self._subscribers.changed.take()
            if not len(self._subscribers):
                continue
            for start in range(0, len(changed), _MOST):
                await self._tell(changed[start : start + _MOST])

    async def _tell(self, conversations: Sequence[int]) -> None:
        try:
            rows = await self._archive.library.read_rows(conversations)
        except StoreError as error:
            self._subscribers.changed.put_back(*conversations)
            _logger.warning("changes will be told with the next: %s", error)
            return
        left = {row.summary.id for row in rows}
        gone = tuple(it for it in conversations if it not in left)
        self._subscribers.publish(LibraryChanged(rows=rows, gone=gone))

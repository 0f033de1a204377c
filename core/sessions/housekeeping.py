"""What is done while nobody waits: removing what was deleted, and the weekly backup."""

import asyncio
import logging
from contextlib import suppress
from typing import Final

from ..engine.engine import Engine
from ..errors import StoreError
from ..store.archive import Archive
from .subscribers import Subscribers
from .worker import Worker

_logger = logging.getLogger(__name__)

_INTERVAL: Final = 3600.0
"""Seconds between two rounds."""

_MOST_LOOKS: Final = 1000
"""Pictures that are looked at in one round: about a minute of one processor."""

_PATIENCE: Final = 5.0
"""Seconds until a busy core is looked at again."""


class Housekeeping:
    """Works when the core starts, every hour and when asked, as soon as the core is idle."""

    def __init__(
        self, archive: Archive, engine: Engine, worker: Worker, subscribers: Subscribers
    ) -> None:
        self._archive = archive
        self._engine = engine
        self._worker = worker
        self._subscribers = subscribers
        self.is_due = asyncio.Event()
        """Set when there is something to remove before the hour is over."""

    async def run(self) -> None:
        """Keeps house for ever."""
        steps = (
            self._purge,
            self._archive.sweep,
            self._forget_the_gone,
            self._back_up,
            self._take_old_looks,
        )
        while True:
            self.is_due.clear()
            for step in steps:
                while self._worker.is_busy:  # noqa: ASYNC110 - there is no hurry
                    await asyncio.sleep(_PATIENCE)
                try:
                    await step()
                except (StoreError, OSError) as error:
                    _logger.warning("housekeeping is put off: %s", error)
            with suppress(TimeoutError):
                async with asyncio.timeout(_INTERVAL):
                    await self.is_due.wait()

    async def _take_old_looks(self) -> None:
        """Has pictures looked at that an older seeshell stored, as long as nobody waits."""
        for _ in range(_MOST_LOOKS):
            if self._worker.is_busy or not await self._archive.old_looks.take_one():
                return

    async def _purge(self) -> None:
        self._subscribers.changed.add(*await self._archive.purge())

    async def _back_up(self) -> None:
        await self._archive.back_up(lambda: not self._worker.is_busy)

    async def _forget_the_gone(self) -> None:
        """Deletes spills that a core left which ended between a deletion and its reply."""
        conversations = await self._archive.list_conversation_ids()
        await self._engine.keep_only(frozenset(conversations))

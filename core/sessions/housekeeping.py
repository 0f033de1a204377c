"""What is done while nobody waits: deleted conversations and stray files are removed."""

import asyncio
import logging
from typing import Final

from ..engine.engine import Engine
from ..errors import StoreError
from ..store.archive import Archive
from .worker import Worker

_logger = logging.getLogger(__name__)

_INTERVAL: Final = 3600.0
"""Seconds between two rounds."""

_PATIENCE: Final = 5.0
"""Seconds until a busy core is looked at again."""


class Housekeeping:
    """Purges and sweeps when the core starts, and then every hour or as soon as it is idle."""

    def __init__(self, archive: Archive, engine: Engine, worker: Worker) -> None:
        self._archive = archive
        self._engine = engine
        self._worker = worker

    async def run(self) -> None:
        """Keeps house for ever."""
        steps = (self._archive.purge, self._archive.sweep, self._forget_the_gone)
        while True:
            for step in steps:
                while self._worker.is_busy:  # noqa: ASYNC110 - there is no hurry
                    await asyncio.sleep(_PATIENCE)
                try:
                    await step()
                except (StoreError, OSError) as error:
                    _logger.warning("housekeeping is put off: %s", error)
            await asyncio.sleep(_INTERVAL)

    async def _forget_the_gone(self) -> None:
        """Deletes spills that a core left which ended between a deletion and its reply."""
        conversations = await self._archive.list_conversation_ids()
        await self._engine.keep_only(frozenset(conversations))

"""What is found out of models as they answer: kept for lists, and taken up when one is loaded."""

import asyncio
import logging
from pathlib import Path

from ..models.known_reuse import NO_PACE, KnownReuse, find_known, write_known
from .model_slot import ModelSlot

_logger = logging.getLogger(__name__)


class FoundOut:
    """What of the model in memory is known on disk, too."""

    def __init__(self, slot: ModelSlot, folder: Path | None) -> None:
        """Knows nothing yet.

        Args:
            slot: has the model in memory.
            folder: where it is kept; None for nowhere.
        """
        self._slot = slot
        self._folder = folder
        self._kept: tuple[str, KnownReuse] | None = None
        """What was written last."""

    async def recall_pace(self, revision: str) -> None:
        """Takes up how long pictures took the model before, until one is measured now."""
        resident = self._slot.resident
        if self._folder is None or resident is None:
            return
        known = await asyncio.to_thread(find_known, self._folder, revision)
        if known is not None and resident.picture_pace.found == NO_PACE:
            resident.picture_pace.found = known.pace

    async def keep(self) -> None:
        """Writes for lists of models what was found out since; without a disk, does nothing."""
        found = self._slot.found_out
        if self._folder is None or found is None or found == self._kept:
            return
        self._kept = found
        try:
            await asyncio.to_thread(write_known, self._folder, *found)
        except OSError as error:
            _logger.warning("what was found out of a model is not kept: %s", error)

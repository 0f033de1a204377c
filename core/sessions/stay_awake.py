"""Keeps the machine from sleeping while answers are given, where it would: on macOS."""

import asyncio
import logging
import os
import sys
from asyncio.subprocess import DEVNULL
from contextlib import suppress
from typing import Final

_logger = logging.getLogger(__name__)

_COMMAND: Final = ("caffeinate", "-i", "-w")
"""Holds off the sleep of an idle machine until it is ended, or the process that it waits for."""


class StayAwake:
    """Runs macOS's `caffeinate` as a child from the first of several answers to the last."""

    def __init__(self, platform: str = sys.platform) -> None:
        """Runs nothing yet.

        Args:
            platform: as `sys.platform`; only `darwin` has the command.
        """
        self._is_possible = platform == "darwin"
        self._holding: asyncio.Task[None] | None = None
        self._ending: set[asyncio.Task[None]] = set()

    def begin(self) -> None:
        """Keeps the machine awake from now on; returns at once."""
        if self._is_possible and self._holding is None:
            self._holding = asyncio.create_task(self._hold())

    def end(self) -> None:
        """Lets it sleep again; returns at once."""
        if self._holding is not None:
            self._holding.cancel()
            self._ending.add(self._holding)
            self._holding.add_done_callback(self._ending.discard)
            self._holding = None

    async def close(self) -> None:
        """Lets it sleep again; returns when no child is left."""
        self.end()
        if self._ending:
            await asyncio.wait(self._ending)

    async def _hold(self) -> None:
        try:
            child = await asyncio.create_subprocess_exec(
                *_COMMAND, str(os.getpid()), stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL
            )
        except OSError as error:
            _logger.info("the machine may sleep during answers: %s", error)
            self._is_possible = False
            return
        try:
            await child.wait()
        finally:
            with suppress(ProcessLookupError):
                child.terminate()
            await child.wait()

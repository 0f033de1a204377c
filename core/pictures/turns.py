"""Whose turn it is: jobs wait for each other only where they must.

A job that takes long gives its turn to the next. Limited all the same are jobs of a kind, the
memory that is taken in sum, and files of one folder being read: all of them may lie where nothing
answers.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Final
from weakref import WeakValueDictionary

from .jobs import CopyJob, Job, PixelsJob, ThumbnailJob
from .process import TakeMemory

PATIENCE_SECONDS: Final = 0.2
"""How long a job has its turn."""

_AT_ONCE: Final = 4
"""Turns of a kind: an answer's pictures never wait behind those being attached."""

_MOST_OF_A_KIND: Final = 16
"""Jobs of a kind at a time, those that have given their turn away included; each takes 25 MB."""

_MOST_OF_A_FOLDER: Final = 3
"""Files of a folder that are read at a time; fewer than turns, so that one is left."""

_MOST_BYTES: Final = 2 * 2**30
"""Memory for all decoders; one that needs more by itself waits until it is alone."""


class _Kind:
    """Jobs of one kind."""

    def __init__(self) -> None:
        self.turns = asyncio.Semaphore(_AT_ONCE)
        self.places = asyncio.Semaphore(_MOST_OF_A_KIND)


class Turns:
    """Lets jobs begin."""

    def __init__(self) -> None:
        self._kinds = {kind: _Kind() for kind in (CopyJob, PixelsJob, ThumbnailJob)}
        self._folders: WeakValueDictionary[bytes, asyncio.Semaphore] = WeakValueDictionary()
        self._memory = asyncio.Condition()
        self._taken_bytes = 0

    @asynccontextmanager
    async def wait(self, job: Job) -> AsyncIterator[TakeMemory]:
        """Waits until the job may begin; it is to be done within the block.

        Gives what takes memory for its picture, which says that the file has been read.
        """
        async with AsyncExitStack() as reading:
            await reading.enter_async_context(self._folder(job))
            kind = self._kinds[type(job)]
            async with _turn(kind.turns), kind.places:
                yield partial(self._take_memory, reading)

    def _folder(self, job: Job) -> asyncio.Semaphore:
        folder = os.path.dirname(job.path)  # noqa: PTH120 - bytes
        return self._folders.setdefault(folder, asyncio.Semaphore(_MOST_OF_A_FOLDER))

    @asynccontextmanager
    async def _take_memory(self, reading: AsyncExitStack, needed_bytes: int) -> AsyncIterator[None]:
        await reading.aclose()
        async with self._memory:
            await self._memory.wait_for(lambda: self._has_room(needed_bytes))
            self._taken_bytes += needed_bytes
        try:
            yield
        finally:
            self._taken_bytes -= needed_bytes
            async with self._memory:
                self._memory.notify_all()

    def _has_room(self, needed_bytes: int) -> bool:
        return not self._taken_bytes or self._taken_bytes + needed_bytes <= _MOST_BYTES


@asynccontextmanager
async def _turn(turns: asyncio.Semaphore) -> AsyncIterator[None]:
    """Waits for a turn; when patience is over, the next job has its own."""
    await turns.acquire()
    loop = asyncio.get_running_loop()
    next_turn = loop.call_later(PATIENCE_SECONDS, turns.release)
    try:
        yield
    finally:
        if next_turn.when() > loop.time():
            next_turn.cancel()
            turns.release()

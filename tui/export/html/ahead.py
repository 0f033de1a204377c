"""Pictures that are read ahead: a few at a time, while those before them are written."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Final

from ....core.conversation import Attachment

_MOST: Final = 4
"""Pictures whose data is in memory at once; each keeps a processor busy until it is there."""


class PicturesAhead:
    """Reads pictures in the order in which they will be asked for."""

    def __init__(self, read: Callable[[Attachment], Coroutine[Any, Any, str | None]]) -> None:
        """Expects none yet; `read` returns a picture's data, None where it can't."""
        self._read = read
        self._expected: deque[Attachment] = deque()
        self._tasks: dict[str, asyncio.Task[str | None]] = {}

    def expect(self, pictures: Iterable[Attachment]) -> None:
        """Says what will be taken next, in that order; no picture twice."""
        self._expected.extend(pictures)

    async def take(self, picture: Attachment) -> str | None:
        """Returns a picture's data."""
        self._begin()
        task = self._tasks.pop(picture.key, None)
        if task is None:
            return await self._read(picture)
        self._begin()
        return await task

    def _begin(self) -> None:
        while self._expected and len(self._tasks) < _MOST:
            picture = self._expected.popleft()
            self._tasks[picture.key] = asyncio.create_task(self._read(picture))

"""Pixels for a thread beside the event loop, which waits only until it is told to stop."""

import asyncio
from concurrent.futures import Future, wait
from typing import Final

from PIL import Image

from ..images import IsStopped, WantedPixels
from .workers import PictureWorkers

_STOP_SECONDS: Final = 0.05
"""How often it is looked whether to stop."""


class WaitingReader:
    """Reads pixels in the workers of an event loop that runs on another thread.

    What it returns is what `read_pixels` of `core/images.py` does.
    """

    def __init__(self, workers: PictureWorkers, loop: asyncio.AbstractEventLoop) -> None:
        self._workers = workers
        self._loop = loop
        self._wanted: WantedPixels | None = None
        self._reading: Future[Image.Image] = Future()

    def __call__(self, wanted: WantedPixels, is_stopped: IsStopped) -> Image.Image | None:
        """Returns the pixels, or None once it is stopped.

        A picture that was not waited for to the end goes on: wanted again, it is not begun again.

        Raises:
            ImageError: the file can't be read, or is not the one that was attached.
        """
        if wanted != self._wanted:
            self._reading.cancel()
            reading = self._workers.read_pixels(wanted)
            self._wanted = wanted
            self._reading = asyncio.run_coroutine_threadsafe(reading, self._loop)
        while not is_stopped():
            if wait([self._reading], _STOP_SECONDS).done:
                self._wanted, reading_done, self._reading = None, self._reading, Future()
                return reading_done.result()
        return None

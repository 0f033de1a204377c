"""Pixels for a thread beside the event loop, which waits only until it is told to stop."""

import asyncio
import threading
from concurrent.futures import Future, wait
from typing import Final

from PIL import Image

from ..stored_pixels import IsStopped, WantedPixels
from .workers import PictureWorkers

_STOP_SECONDS: Final = 0.05
"""How often it is looked whether to stop."""

_MOST_AHEAD: Final = 4
"""Pictures that are read, or were and wait to be taken; the oldest gives way."""


class WaitingReader:
    """Reads pixels in the workers of an event loop that runs on another thread.

    What it returns is what `read_pixels` of `core/images.py` does.
    """

    def __init__(self, workers: PictureWorkers, loop: asyncio.AbstractEventLoop) -> None:
        self._workers = workers
        self._loop = loop
        self._lock = threading.Lock()
        self._readings: dict[WantedPixels, Future[Image.Image]] = {}

    def begin(self, wanted: WantedPixels) -> None:
        """Begins to read pixels that will soon be asked for; may be called by any thread."""
        self._find(wanted)

    def __call__(self, wanted: WantedPixels, is_stopped: IsStopped) -> Image.Image | None:
        """Returns the pixels, or None once it is stopped.

        A picture that was not waited for to the end goes on: wanted again, it is not begun again.

        Raises:
            ImageError: the file can't be read, or is not the one that was attached.
        """
        reading = self._find(wanted)
        while not is_stopped():
            if wait([reading], _STOP_SECONDS).done:
                with self._lock:
                    self._readings.pop(wanted, None)
                return reading.result()
        return None

    def _find(self, wanted: WantedPixels) -> Future[Image.Image]:
        """Returns the reading of these pixels, begun now if it is not under way."""
        with self._lock:
            reading = self._readings.get(wanted)
            if reading is None:
                pixels = self._workers.read_pixels(wanted)
                reading = asyncio.run_coroutine_threadsafe(pixels, self._loop)
                self._readings[wanted] = reading
                if len(self._readings) > _MOST_AHEAD:
                    self._readings.pop(next(iter(self._readings))).cancel()
        return reading

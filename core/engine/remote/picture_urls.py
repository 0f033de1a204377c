"""Pictures as data URLs within the pixel budget, for endpoints that take them inside a request."""

import asyncio
import math
from collections import OrderedDict
from functools import partial
from typing import Final

from ...excerpt import Excerpt
from ...images import ImageSize
from ...pictures.workers import PictureWorkers
from ...stored_pixels import WantedPixels
from ..engine import PromptImage

TOKEN_SIDE: Final = 32
"""Pixels across and down that one image token of Qwen3-VL covers."""

_CACHE_BYTES: Final = 64 * 2**20
"""Most memory for data URLs, some hundred photographs at the default pixel budget."""

_Wanted = tuple[str, Excerpt, int]
"""The sha256 of a file, what of it is the picture, and the most image tokens that may take."""


def fit_pixel_budget(width: int, height: int, pixel_budget: int) -> ImageSize:
    """Returns the size, in whole image tokens, at which a picture is sent.

    Source: `smart_resize` of Qwen3-VL's image processor, without its lower limit, which the
    server applies itself.

    Args:
        width: pixels across.
        height: pixels down.
        pixel_budget: most image tokens that the picture may take.
    """
    columns = max(1, round(width / TOKEN_SIDE))
    rows = max(1, round(height / TOKEN_SIDE))
    if columns * rows > pixel_budget:
        shrink = math.sqrt(width * height / pixel_budget)
        columns = min(max(1, math.floor(width / shrink)), pixel_budget)
        rows = min(max(1, math.floor(height / shrink)), pixel_budget // columns)
    return ImageSize(columns * TOKEN_SIDE, rows * TOKEN_SIDE)


class PictureUrls:
    """Has data URLs made and keeps the latest, so that a follow-up decodes nothing again."""

    def __init__(self, pixel_budget: int, max_pixels: int, workers: PictureWorkers) -> None:
        self._pixel_budget = pixel_budget
        self._max_pixels = max_pixels
        self._workers = workers
        self._urls: OrderedDict[_Wanted, str] = OrderedDict()
        self._bytes = 0
        self._making: dict[_Wanted, asyncio.Task[str]] = {}

    async def find(self, picture: PromptImage) -> str:
        """Returns the picture's data URL; one that nobody waits for any more is made all the same.

        Raises:
            ImageError: the picture can't be read, or is not the one that was attached.
        """
        budget = picture.pixel_budget or self._pixel_budget
        wanted = (picture.sha256, picture.excerpt, budget)
        url = self._urls.get(wanted)
        if url is not None:
            self._urls.move_to_end(wanted)
            return url
        making = self._making.get(wanted)
        if making is None:
            making = asyncio.create_task(self._make(picture, wanted))
            self._making[wanted] = making
            # Asked for so that asyncio does not report an error that nobody waited for.
            making.add_done_callback(lambda task: task.cancelled() or task.exception())
        return await asyncio.shield(making)

    async def _make(self, picture: PromptImage, wanted: _Wanted) -> str:
        name = picture.name or picture.path.name
        sha256, excerpt, budget = wanted
        fit = partial(fit_pixel_budget, pixel_budget=budget)
        pixels = WantedPixels(picture.path, sha256, name, self._max_pixels, fit, excerpt)
        try:
            url = await self._workers.read_url(pixels)
        finally:
            del self._making[wanted]
        self._hold(wanted, url)
        return url

    def _hold(self, wanted: _Wanted, url: str) -> None:
        self._urls[wanted] = url
        self._bytes += len(url)
        while self._bytes > _CACHE_BYTES and len(self._urls) > 1:
            self._bytes -= len(self._urls.popitem(last=False)[1])

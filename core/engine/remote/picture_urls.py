"""Pictures as data URLs within the pixel budget, for endpoints that take them inside a request."""

import base64
import math
from collections import OrderedDict
from io import BytesIO
from threading import Lock
from typing import Final

from PIL import Image

from ...images import ImageSize, open_image
from ..engine import PromptImage

TOKEN_SIDE: Final = 32
"""Pixels across and down that one image token of Qwen3-VL covers."""

_LONGEST_PNG: Final = 512 * 2**10
"""Bytes; what is larger as PNG is a photograph, and goes as JPEG."""

_CACHE_BYTES: Final = 64 * 2**20
"""Most memory for data URLs, some hundred photographs at the default pixel budget."""


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
    """Makes data URLs and keeps the latest, so that a follow-up decodes nothing again."""

    def __init__(self, pixel_budget: int, max_pixels: int) -> None:
        self._pixel_budget = pixel_budget
        self._max_pixels = max_pixels
        self._urls: OrderedDict[str, str] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()
        self._encoding = Lock()

    def find(self, picture: PromptImage) -> str:
        """Returns the picture's data URL. Blocks; may be called from any thread.

        Raises:
            ImageError: the picture can't be read.
        """
        url = self._held(picture)
        if url is not None:
            return url
        # A turn that comes while its picture is made ready waits for that.
        with self._encoding:
            url = self._held(picture)
            if url is None:
                url = self._encode(picture)
                self._hold(picture, url)
        return url

    def _held(self, picture: PromptImage) -> str | None:
        with self._lock:
            url = self._urls.get(picture.sha256)
            if url is not None:
                self._urls.move_to_end(picture.sha256)
            return url

    def _hold(self, picture: PromptImage, url: str) -> None:
        with self._lock:
            self._urls[picture.sha256] = url
            self._bytes += len(url)
            while self._bytes > _CACHE_BYTES and len(self._urls) > 1:
                self._bytes -= len(self._urls.popitem(last=False)[1])

    def _encode(self, picture: PromptImage) -> str:
        image = open_image(picture.path, self._max_pixels, name=picture.name)
        size = fit_pixel_budget(*image.size, self._pixel_budget)
        if image.size != size:
            image = image.resize(size, Image.Resampling.BICUBIC, reducing_gap=3.0)
        return _data_url(image)


def _data_url(image: Image.Image) -> str:
    """Returns the picture without loss where that stays small, else as JPEG of high quality."""
    media_type, encoded = "image/png", BytesIO()
    image.save(encoded, "PNG", compress_level=1)
    if encoded.tell() > _LONGEST_PNG:
        media_type, encoded = "image/jpeg", BytesIO()
        image.save(encoded, "JPEG", quality=92, subsampling=0)
    return f"data:{media_type};base64,{base64.b64encode(encoded.getbuffer()).decode('ascii')}"

"""The page of which a part was copied last, decoded: its next part is cut out of that.

Whoever pans over a large photograph asks for one part after the other, and decoding all of it takes
ten times as long as scaling a part.
"""

import os
from pathlib import Path
from typing import Final, NamedTuple

from PIL import Image

from ..images import ImageSize
from .jobs import Finished, ThumbnailJob

KEPT_SECONDS: Final = 10.0
"""How long a page is kept that nobody asks for."""

_MOST_BYTES: Final = 200 * 2**20
"""A page that takes more as RGB, one of about 52 megapixels, is not kept."""

_BYTES_A_PIXEL: Final = 4
"""What Pillow takes for RGB."""

_DRAWN_ANEW: Final = "PDF"
"""A format whose pages have other pixels at each scale."""

_REDUCED_FROM: Final = 4
"""A part that is scaled down by more is decoded at a fraction of its size, where that can be."""


class Part(NamedTuple):
    """A part of a page, scaled down."""

    small: Image.Image
    size: ImageSize
    """Of the part in the page's own pixels."""
    told: Finished
    """What is to be told of the file."""


class _Page(NamedTuple):
    path: bytes
    number: int
    pixels: Image.Image
    """RGB, upright."""
    told: Finished


def may_keep(job: ThumbnailJob, header: Image.Image, side: int) -> bool:
    """Whether a job's page is worth decoding as a whole, and then to be kept.

    Args:
        job: what is wanted of it.
        header: of the page, not decoded yet.
        side: most pixels of the copy's longer side.
    """
    region = job.excerpt.region
    if region is None or job.fed is not None or header.format == _DRAWN_ANEW:
        return False
    is_small_enough = header.width * header.height * _BYTES_A_PIXEL <= _MOST_BYTES
    return is_small_enough and max(region.width, region.height) < _REDUCED_FROM * side


class KeptPage:
    """At most one page."""

    def __init__(self) -> None:
        self._page: _Page | None = None

    @property
    def held_bytes(self) -> int:
        """Memory that it takes."""
        if self._page is None:
            return 0
        return self._page.pixels.width * self._page.pixels.height * _BYTES_A_PIXEL

    def keep(self, job: ThumbnailJob, pixels: Image.Image, told: Finished) -> None:
        """Keeps the page of a job, upright and as RGB, and what was told of its file."""
        self._page = _Page(job.path, job.excerpt.page, pixels, told)

    def drop(self) -> None:
        """Gives the memory back."""
        self._page = None

    def part(self, job: ThumbnailJob, side: int) -> Part | None:
        """Returns what a job wants of the page that is kept; None if that is another one.

        So it is where the file has changed, or where not all that is wanted lies in the page.
        """
        page, region = self._page, job.excerpt.region
        if page is None or region is None or job.fed is not None:
            return None
        if (page.path, page.number) != (job.path, job.excerpt.page):
            return None
        if region.within(*page.pixels.size) != region or _state_of(job.path) != page.told.state:
            return None
        small = page.pixels.crop((region.x, region.y, region.right, region.bottom))
        small.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
        return Part(small, ImageSize(region.width, region.height), page.told)


def _state_of(path: bytes) -> tuple[int, int]:
    try:
        status = Path(os.fsdecode(path)).stat()
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size

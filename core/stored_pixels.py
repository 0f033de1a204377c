"""Pixels of stored pictures: which are wanted at which size, and read here and now.

The core has them read in other programs (`pictures/`); who asks need not know.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from .excerpt import WHOLE, Excerpt
from .images import Fit, check_hash, opened_image


@dataclass(frozen=True)
class WantedPixels:
    """A stored picture and the size at which its pixels are wanted."""

    path: Path
    sha256: str
    """Of the file's bytes."""
    name: str
    """For errors."""
    max_pixels: int
    """A picture with more is refused before it is decoded."""
    fit: Fit
    excerpt: Excerpt = WHOLE
    """What of the file is wanted."""


IsStopped = Callable[[], bool]
"""Whether what waits shall wait no longer; asked again and again, on the thread that waits."""

ReadPixels = Callable[[WantedPixels, IsStopped], Image.Image | None]
"""Returns a picture's pixels, or None once it is stopped. Blocks; raises `ImageError`."""


def read_pixels(
    wanted: WantedPixels,
    is_stopped: IsStopped,  # noqa: ARG001
) -> Image.Image | None:
    """Returns the pixels, decoded here and now; what was asked to stop is not heard meanwhile.

    Raises:
        ImageError: the file can't be read, or is not the one that was attached.
    """
    check_hash(wanted.path, wanted.sha256, wanted.name)
    with opened_image(
        wanted.path, wanted.max_pixels, name=wanted.name, excerpt=wanted.excerpt
    ) as picture:
        return picture.fitted(wanted.fit)

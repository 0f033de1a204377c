"""The pixels that a model was given of a picture, or a part of them, as squares."""

from math import sqrt

from PIL import Image

from ..excerpt import Region
from ..images import ImageSize, OpenedImage
from .jobs import Fed


def copy_fed(
    picture: OpenedImage, fed: Fed, region: Region | None, pixels: int
) -> tuple[Image.Image, ImageSize]:
    """Returns what a model was given, and the size of that part in the picture's own pixels.

    Where there is room its pixels are enlarged to squares and not smoothed.

    Args:
        picture: the excerpt that the model was given, not decoded yet.
        fed: the size at which.
        region: the part that is wanted, in the file's own pixels; None for all.
        pixels: most of the copy.
    """
    own = ImageSize(0, 0)

    def fit(width: int, height: int) -> tuple[int, int]:
        nonlocal own
        own = ImageSize(width, height)
        return fed.width, fed.height

    given = picture.fitted(fit)
    part = _part_of(region, fed.excerpt.region, own)
    across, down = fed.width / own.width, fed.height / own.height
    box = (part.x * across, part.y * down, part.right * across, part.bottom * down)
    scale = sqrt(pixels / (part.width * part.height))
    size = (max(1, int(part.width * scale)), max(1, int(part.height * scale)))
    is_larger = size[0] >= part.width * across
    method = Image.Resampling.NEAREST if is_larger else Image.Resampling.LANCZOS
    return given.resize(size, method, box=box), ImageSize(part.width, part.height)


def _part_of(region: Region | None, outer: Region | None, own: ImageSize) -> Region:
    """Returns a rectangle of the file as one of the excerpt that begins at `outer`."""
    if region is None:
        return Region(0, 0, *own)
    left, top = (outer.x, outer.y) if outer else (0, 0)
    x, y = max(region.x - left, 0), max(region.y - top, 0)
    part = Region(x, y, region.width, region.height).within(*own)
    return part or Region(0, 0, *own)

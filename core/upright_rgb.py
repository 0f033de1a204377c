"""Decoded pictures made RGB and turned upright."""

from typing import Final, cast

from PIL import Image

from .backdrop import Backdrop, lay_on
from .excerpt import Region

_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What turns a picture of each EXIF orientation upright. Source: EXIF 2.3, tag 0x0112."""

_MIRRORED_ACROSS: Final = frozenset({2, 3, 6, 7})
_MIRRORED_DOWN: Final = frozenset({3, 4, 7, 8})
"""Orientations whose upright columns, or rows, count against those that are stored."""

_ORIENTATION_TAG: Final = 0x0112


def find_orientation(image: Image.Image, unstated: int = 1) -> int:
    """Returns the EXIF orientation from 1 to 8 of a decoded picture; 1 if it can't be read.

    pillow-heif and Pillow's TIFF reader turn pictures upright while decoding and then report 1.

    Args:
        image: the picture.
        unstated: what counts if it says nothing of it.
    """
    try:
        orientation = image.getexif().get(_ORIENTATION_TAG, unstated)
    except Exception:  # noqa: BLE001 - a broken EXIF block must not hide a sound picture
        return 1
    return orientation if orientation in _UPRIGHT else 1


def turn_upright(image: Image.Image, orientation: int) -> Image.Image:
    """Returns the picture of this EXIF orientation upright."""
    method = _UPRIGHT.get(orientation)
    return image if method is None else image.transpose(method)


def stored_box(
    region: Region, size: tuple[int, int], orientation: int
) -> tuple[int, int, int, int]:
    """Returns where a rectangle of the upright picture lies before it is turned.

    Args:
        region: within the upright picture.
        size: of the upright picture.
        orientation: as EXIF counts.

    Returns:
        Left, top, right and bottom, in pixels of the picture as it is stored.
    """
    across = (region.x, region.right)
    down = (region.y, region.bottom)
    if orientation in _MIRRORED_ACROSS:
        across = (size[0] - region.right, size[0] - region.x)
    if orientation in _MIRRORED_DOWN:
        down = (size[1] - region.bottom, size[1] - region.y)
    if orientation >= 5:
        across, down = down, across
    return across[0], down[0], across[1], down[1]


def flatten(image: Image.Image, backdrop: Backdrop | None) -> Image.Image:
    """Returns the picture of 8 bits as RGB: itself if it is, on its backdrop if transparent."""
    if backdrop is not None:
        return lay_on(image, backdrop)
    return image if image.mode == "RGB" else image.convert("RGB")


def in_8_bits(image: Image.Image) -> Image.Image:
    """Returns a decoded picture of more than 8 bits as grey of 8 bits, any other one as it is.

    The range is that of the mode where the values fit it (16 bits; 0 to 1 in floating point), else
    from the darkest to the brightest value.
    """
    if image.mode[0] not in "IF":
        return image
    wide = image.convert("F")
    low, high = cast(tuple[float, float], wide.getextrema())
    usual = 1.0 if image.mode[0] == "F" else 65535.0
    if low >= 0 and high <= usual:
        low, high = 0.0, usual
    scale = 255 / (high - low) if high > low else 0.0
    grey = wide.point(lambda value: value * scale + (0.5 - low * scale)).convert("L")
    clear = image.info.get("transparency")
    if image.format == "PNG" and isinstance(clear, int):
        grey.putalpha(image.convert("I").point([255 * (it != clear) for it in range(2**16)], "L"))
    return grey

"""Brings a stored picture to the size at which a model is given it."""

import base64
import io
from typing import Final

from PIL import Image

from ..images import ImageSize, check_hash, opened_image
from .jobs import Finished, PixelsJob, as_path
from .parent import Parent

_LONGEST_PNG: Final = 512 * 2**10
"""Bytes of a data URL; what is larger as PNG is a photograph, and goes as JPEG."""

_REDUCING_GAP: Final = 3.0
"""Pictures for an endpoint are first reduced by whole factors, as `PIL.Image.resize` explains."""


def resize_picture(job: PixelsJob, parent: Parent) -> tuple[Finished, bytes]:
    """Returns the pixels, as RGB or as a data URL.

    Raises:
        ImageError: the file can't be read, or is not the one that was attached.
    """
    path = as_path(job.path)
    check_hash(path, job.sha256, job.name)
    with opened_image(path, job.max_pixels, name=job.name, excerpt=job.excerpt) as picture:
        parent.wait_for_memory(picture, job)
        gap = _REDUCING_GAP if job.form == "url" else None
        resized = picture.fitted(parent.fit, gap)
    payload = _data_url(resized) if job.form == "url" else resized.tobytes()
    return Finished().carrying(ImageSize(*resized.size), payload)


def _data_url(image: Image.Image) -> bytes:
    """Returns the picture without loss where that stays small, else as JPEG of high quality."""
    media_type, encoded = b"image/png", io.BytesIO()
    image.save(encoded, "PNG", compress_level=1)
    if encoded.tell() > _LONGEST_PNG:
        media_type, encoded = b"image/jpeg", io.BytesIO()
        image.save(encoded, "JPEG", quality=92, subsampling=0)
    return b"data:" + media_type + b";base64," + base64.b64encode(encoded.getbuffer())

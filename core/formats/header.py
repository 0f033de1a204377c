"""A picture's header, read by the decoder that claims the file; its name counts for nothing."""

import os
import re
from importlib import import_module
from io import BufferedReader
from typing import BinaryIO, Final, NamedTuple, cast

from PIL import Image, ImageFile

from ..errors import ImageError
from .camera_raw import CameraRaw, read_camera_raw
from .jpeg_file import JpegFile
from .kinds import START_BYTES, refuse_stranger
from .misread import find_misread, is_sound_tiff, refuse_misread
from .png_file import SIGNATURE, PngFile
from .spliced_file import Part

_PLUGINS: Final = {
    "HEIF": "",
    "WEBP": "WebPImagePlugin",
    "GIF": "GifImagePlugin",
    "AVIF": "AvifImagePlugin",
    "TIFF": "TiffImagePlugin",
    "BMP": "BmpImagePlugin",
    "JPEG2000": "Jpeg2KImagePlugin",
    "PSD": "PsdImagePlugin",
    "QOI": "QoiImagePlugin",
    "PPM": "PpmImagePlugin",
}
"""Formats beside JPEG and PNG, in the order to try, and the Pillow module that reads each.

HEIF, which pillow-heif reads, stands before AVIF: both may claim a file of brand `mif1`, and only
pillow-heif declines what it can't decode.
"""

_READ_WHOLE: Final = frozenset({"HEIF", "AVIF", "WEBP"})
"""Formats whose decoder takes the whole file into memory before the size is known."""

MOST_BYTES: Final = 256 * 2**20
"""A picture of few pixels may be a large file: layers, frames, a film at its end."""

_JPEG: Final = re.compile(rb"[\0\s\xef\xbb\xbf]{0,64}(?:\xff\xd8)*(?=\xff\xd8\xff[^\xd8])")
"""What some programs put before a JPEG: line ends, a mark of byte order, its first marker twice."""


class OpenedHeader(NamedTuple):
    """A picture that can be decoded, and what Pillow does not know of it."""

    header: ImageFile.ImageFile
    jpeg: JpegFile | None = None
    """Where it is read from if it is a JPEG."""
    profile: bytes | None = None
    """Its colour profile, if Pillow was not shown it."""
    orientation: int = 1
    """As EXIF counts, if the header says nothing of it."""
    note: str = ""
    """What the user should know of how it is read; empty if nothing."""


def open_header(file: BufferedReader, name: str) -> OpenedHeader:
    """Returns the picture's header.

    Args:
        file: where it lies; stays open until the picture is decoded.
        name: what errors call the file.

    Raises:
        ImageError: it is no picture that can be read.
        Exception: nearly any, of a decoder, if the file is damaged.
    """
    start = file.read(START_BYTES)
    if (raw := read_camera_raw(file)) is not None:
        return _open_preview(file, raw, name)
    if start.startswith(SIGNATURE):
        return _open_png(file)
    if (jpeg := _JPEG.match(start)) is not None:
        return _open_jpeg(JpegFile(file, Part(jpeg.end())))
    return OpenedHeader(_open_other(file, start, name))


def check_bytes(file: BufferedReader, most_bytes: int, name: str) -> None:
    """Makes sure that the file is no larger.

    Raises:
        ImageError: it is.
    """
    if os.fstat(file.fileno()).st_size > most_bytes:
        raise ImageError(
            f"{name} is too large a file for a picture of its size; save it as JPEG or PNG."
        )


def _open_preview(file: BufferedReader, raw: CameraRaw, name: str) -> OpenedHeader:
    if raw.preview is None or not raw.is_preview_large:
        raise ImageError(raw.refuse(name))
    opened = _open_jpeg(JpegFile(file, raw.preview.part))
    return opened._replace(orientation=raw.orientation, note=raw.note)


def _open_jpeg(jpeg: JpegFile) -> OpenedHeader:
    import_module("PIL.JpegImagePlugin")
    header = Image.OPEN["JPEG"][0](cast(BinaryIO, jpeg.view), "")
    jpeg.adapt()
    return OpenedHeader(header, jpeg)


def _open_png(file: BufferedReader) -> OpenedHeader:
    import_module("PIL.PngImagePlugin")
    png = PngFile(file)
    header = Image.OPEN["PNG"][0](png.view, "")
    png.adapt(header)
    return OpenedHeader(header, profile=png.profile)


def _open_other(file: BufferedReader, start: bytes, name: str) -> ImageFile.ImageFile:
    problem: Exception | None = None
    for image_format, plugin in _PLUGINS.items():
        if not _claims(image_format, plugin, start[:16]):
            continue
        if image_format in _READ_WHOLE:
            check_bytes(file, MOST_BYTES, name)
        if why := find_misread(image_format, file, start):
            raise ImageError(refuse_misread(name, image_format, why))
        file.seek(0)
        try:
            return Image.OPEN[image_format][0](file, "")
        except (SyntaxError, IndexError, TypeError, ValueError, OSError) as error:
            problem = error
    if problem is not None and is_sound_tiff(file):
        raise ImageError(refuse_misread(name, "TIFF")) from problem
    if problem is not None:
        raise problem
    raise ImageError(refuse_stranger(name, start))


def _claims(image_format: str, plugin: str, prefix: bytes) -> bool:
    """Whether a file that starts with these 16 bytes looks like one of the format."""
    if plugin:
        import_module(f"PIL.{plugin}")
    elif prefix[4:8] == b"ftyp":
        import_module("pillow_heif").register_heif_opener()
    else:
        return False
    accept = Image.OPEN[image_format][1]
    return accept is not None and accept(prefix) is True

"""A picture's header, read by the decoder that claims the file; its name counts for nothing."""

import os
import re
from collections.abc import Sequence
from importlib import import_module
from io import BufferedReader
from typing import BinaryIO, Final, NamedTuple, cast

from PIL import Image, ImageFile

from ..errors import ImageError
from .camera_raw import CameraRaw, read_camera_raw
from .jpeg_file import JpegFile
from .kinds import START_BYTES, is_pdf_start, is_video_start, refuse_stranger
from .misread import find_misread, is_sound_tiff, refuse_misread
from .mpo_file import find_offset, find_pictures
from .pages import ONE_PAGE, Pages, find_pages
from .pdf_file import PdfFile
from .png_file import SIGNATURE, PngFile
from .spliced_file import Part
from .tiff_directories import Tags, read_pages
from .video_file import VideoFile

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

_SOUGHT_AT_ONCE: Final = frozenset({"TIFF", "HEIF", "PDF", "VIDEO"})
"""Formats whose pages have sizes of their own and are found without decoding others."""

MOST_BYTES: Final = 256 * 2**20
"""A picture of few pixels may be a large file: layers, frames, a film at its end."""

_MOST_VIDEO_BYTES: Final = 2**30
"""Some minutes of what a telephone records."""

_BYTES_PER_PIXEL: Final = 8
"""No file takes more for its pixels: four channels of sixteen bits."""

_JPEG: Final = re.compile(rb"[\0\s\xef\xbb\xbf]{0,64}(?:\xff\xd8)*(?=\xff\xd8\xff[^\xd8])")
"""What some programs put before a JPEG: line ends, a mark of byte order, its first marker twice."""


class OpenedHeader(NamedTuple):
    """A picture that can be decoded, and what Pillow does not know of it."""

    header: ImageFile.ImageFile
    """Of the page that is wanted, or of the first frame where one is still to be sought."""
    jpeg: JpegFile | None = None
    """Where it is read from if it is a JPEG."""
    profile: bytes | None = None
    """Its colour profile, if Pillow was not shown it."""
    orientation: int = 1
    """As EXIF counts, if the header says nothing of it."""
    note: str = ""
    """What the user should know of how it is read; empty if nothing."""
    pages: int = 1
    """How many pages or frames the file has."""
    frame: int = 0
    """What is still to be sought, which may mean to decode the frames before it; 0 for nothing."""


def open_header(file: BufferedReader, name: str, page: int = 1) -> OpenedHeader:
    """Returns the header of a page.

    Args:
        file: where it lies; stays open until the picture is decoded.
        name: what errors call the file.
        page: the page or frame that is the picture, from 1.

    Raises:
        ImageError: it is no picture that can be read, or has no such page.
        Exception: nearly any, of a decoder, if the file is damaged.
    """
    start = file.read(START_BYTES)
    if (raw := read_camera_raw(file)) is not None:
        ONE_PAGE.frame_of(page, name)
        return _open_preview(file, raw, name)
    if start.startswith(SIGNATURE):
        opened, tags = _open_png(file), list[Tags]()
    elif (jpeg := _JPEG.match(start)) is not None:
        return _open_jpeg(file, jpeg.end(), page, name)
    else:
        tags = list(read_pages(file))
        opened = OpenedHeader(_open_other(file, start, tags, name))
    pages = find_pages(opened.header, file, tags)
    return _show_page(opened, pages, tags, page, name)


def check_pixels(header: ImageFile.ImageFile, max_pixels: int, name: str) -> None:
    """Makes sure that the page has no more pixels.

    Raises:
        ImageError: it has.
    """
    if header.width * header.height > max_pixels:
        raise ImageError(
            f"{name} has {header.width}x{header.height} pixels, more than the limit of "
            f"{max_pixels:,}; scale it down or raise max_pixels in the settings."
        )


def check_bytes(file: BufferedReader, header: ImageFile.ImageFile, name: str) -> int:
    """Returns most bytes that the file may have.

    Raises:
        ImageError: it has more.
    """
    least = _MOST_VIDEO_BYTES if header.format == "VIDEO" else MOST_BYTES
    most = max(least, _BYTES_PER_PIXEL * header.width * header.height)
    _check_bytes(file, most, name, header.format or "")
    return most


def _check_bytes(file: BufferedReader, most_bytes: int, name: str, image_format: str) -> None:
    if os.fstat(file.fileno()).st_size > most_bytes:
        usual = f"{name} is too large a file for a picture of its size; save it as JPEG or PNG."
        more = f"{name} has more than the {most_bytes >> 20:,} MB that it may have; "
        raise ImageError(
            {
                "PDF": more + "save the pages that you ask about as a PDF of their own.",
                "VIDEO": more + "cut it to the part that you ask about.",
            }.get(image_format, usual)
        )


def _open_preview(file: BufferedReader, raw: CameraRaw, name: str) -> OpenedHeader:
    if raw.preview is None or not raw.is_preview_large:
        raise ImageError(raw.refuse(name))
    jpeg = JpegFile(file, raw.preview.part)
    header = _read_jpeg(jpeg)
    return OpenedHeader(header, jpeg, orientation=raw.orientation, note=raw.note)


def _open_jpeg(file: BufferedReader, start: int, page: int, name: str) -> OpenedHeader:
    jpeg = JpegFile(file, Part(start))
    header = _read_jpeg(jpeg)
    pages = Pages("JPEG", find_pictures(header))
    if picture := pages.frame_of(page, name):
        jpeg = JpegFile(file, Part(start + find_offset(header, picture)))
        header = _read_jpeg(jpeg)
    return OpenedHeader(header, jpeg, note=pages.note(page), pages=len(pages))


def _read_jpeg(jpeg: JpegFile) -> ImageFile.ImageFile:
    import_module("PIL.JpegImagePlugin")
    header = Image.OPEN["JPEG"][0](cast(BinaryIO, jpeg.view), "")
    jpeg.adapt()
    return header


def _open_png(file: BufferedReader) -> OpenedHeader:
    import_module("PIL.PngImagePlugin")
    png = PngFile(file)
    header = Image.OPEN["PNG"][0](png.view, "")
    png.adapt(header)
    return OpenedHeader(header, profile=png.profile)


def _open_other(
    file: BufferedReader, start: bytes, tags: Sequence[Tags], name: str
) -> ImageFile.ImageFile:
    problem: Exception | None = None
    for image_format, plugin in _PLUGINS.items():
        if not _claims(image_format, plugin, start[:16]):
            continue
        if image_format in _READ_WHOLE:
            _check_bytes(file, MOST_BYTES, name, image_format)
        _check_misread(image_format, start, tags, name)
        file.seek(0)
        try:
            return Image.OPEN[image_format][0](file, "")
        except (SyntaxError, IndexError, TypeError, ValueError, OSError) as error:
            problem = error
    if problem is not None and is_sound_tiff(file):
        raise ImageError(refuse_misread(name, "TIFF")) from problem
    if problem is not None:
        raise problem
    file.seek(0)
    if is_pdf_start(start):
        return PdfFile(file, name)
    if is_video_start(start):
        _check_bytes(file, _MOST_VIDEO_BYTES, name, "VIDEO")
        return VideoFile(file, name)
    raise ImageError(refuse_stranger(name, start))


def _check_misread(image_format: str, start: bytes, tags: Sequence[Tags], name: str) -> None:
    """Makes sure that Pillow shows the first of these pages as it is.

    Raises:
        ImageError: it would not.
    """
    if why := find_misread(image_format, start, tags[0] if tags else {}):
        raise ImageError(refuse_misread(name, image_format, why))


def _show_page(
    opened: OpenedHeader, pages: Pages, tags: Sequence[Tags], page: int, name: str
) -> OpenedHeader:
    """Returns the header of the wanted page of a file whose first one was opened."""
    header, frame = opened.header, pages.frame_of(page, name)
    if header.format in _SOUGHT_AT_ONCE:
        if header.tell() != frame:
            header.seek(frame)
            _check_misread(header.format, b"", tags[frame:], name)
        frame = 0
    note = ", ".join(filter(None, [pages.note(page), getattr(header, "note", "")]))
    return opened._replace(note=note, pages=len(pages), frame=frame)


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

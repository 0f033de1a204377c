"""Pictures as files: checked, decoded, turned upright, made RGB, scaled and hashed.

Everything blocks, and may do so for long: `pictures/` runs it in processes that can be ended.
Whatever a decoder raises comes out as one `ImageError`. Formats are tried one by one instead of
through `PIL.Image.open`, whose pixel limit is a global of the whole process; `max_pixels` is
checked here, before anything is decoded.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from PIL import Image, ImageFile

from .errors import ImageError, SeeshellError
from .regular_files import open_regular
from .upright_rgb import find_orientation, flatten, turn_upright

_PLUGINS: Final = {
    "JPEG": "JpegImagePlugin",
    "PNG": "PngImagePlugin",
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
"""Formats that can be read, in the order to try, and the Pillow module that reads each.

HEIF, which pillow-heif reads, stands before AVIF: both may claim a file of brand `mif1`, and only
pillow-heif declines what it can't decode.
"""

_SUFFIXES: Final = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".apng", ".heic", ".heif", ".hif"}
    | {".webp", ".gif", ".avif", ".tif", ".tiff", ".bmp", ".dib", ".jp2", ".j2k", ".jpx"}
    | {".psd", ".qoi", ".ppm", ".pgm", ".pbm", ".pnm"}
)

_MOST_BYTES: Final = 256 * 2**20
"""A picture of few pixels may be a large file: layers, frames, a film at its end."""

_BYTES_PER_PIXEL: Final = 8
"""No file takes more for its pixels: four channels of sixteen bits."""

_READ_WHOLE: Final = frozenset({"HEIF", "AVIF", "WEBP"})
"""Formats whose decoder takes the whole file into memory before the size is known."""

Fit = Callable[[int, int], tuple[int, int]]
"""Returns the width and height wanted of an upright picture of this width and height."""


class ImageSize(NamedTuple):
    """Pixels across and down, after EXIF orientation."""

    width: int
    height: int


def is_picture_name(name: str) -> bool:
    """Whether the file name ends like a picture that can be read; case does not matter."""
    return Path(name).suffix.lower() in _SUFFIXES


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


class OpenedImage:
    """A picture whose header was read and whose size was checked. It is decoded once, as asked."""

    def __init__(self, header: ImageFile.ImageFile, file: BinaryIO, most_bytes: int) -> None:
        self.header = header
        """What Pillow knows of the picture before it is decoded."""
        self.file = file
        """The file that it is decoded from."""
        self.most_bytes = most_bytes
        """A file with more bytes is no picture of this size."""

    def decode(self) -> ImageSize:
        """Returns the picture's size after decoding it to its end: it is known to be whole."""
        self.header.load()
        return self._upright_size(self.header.size)

    def upright_rgb(self) -> Image.Image:
        """Returns the picture upright and as RGB, what is transparent in it on white."""
        rgb = flatten(self.header)
        return turn_upright(rgb, find_orientation(self.header))

    def fitted(self, fit: Fit, reducing_gap: float | None = None) -> Image.Image:
        """Returns the picture, upright and as RGB, at the size that `fit` gives for its own."""
        upright = self.upright_rgb()
        size = fit(*upright.size)
        return upright.resize(size, Image.Resampling.BICUBIC, reducing_gap=reducing_gap)

    def thumbnail(self, max_width: int, max_height: int) -> tuple[Image.Image, ImageSize]:
        """Returns a small copy within these bounds, upright and as RGB, and the picture's own size.

        A JPEG is decoded at a fraction of its size where that suffices; a picture is never
        enlarged.
        """
        # Twice the size asked for leaves the resampling enough pixels to look smooth, and a square
        # serves both directions: which way is up is known for certain once it is decoded.
        side = 2 * max(max_width, max_height)
        whole_size = self.header.size
        self.header.draft("RGB", (side, side))
        is_fraction = self.header.size != whole_size
        small = flatten(self.header)
        size = self._upright_size(whole_size if is_fraction else self.header.size)
        orientation = find_orientation(self.header)
        bounds = (max_height, max_width) if orientation >= 5 else (max_width, max_height)
        small.thumbnail(bounds, Image.Resampling.LANCZOS, reducing_gap=2.0)
        return turn_upright(small, orientation), size

    def _upright_size(self, size: tuple[int, int]) -> ImageSize:
        width, height = size
        return ImageSize(height, width) if find_orientation(self.header) >= 5 else ImageSize(*size)


@contextmanager
def opened_image(path: Path, max_pixels: int, *, name: str = "") -> Iterator[OpenedImage]:
    """Gives the picture with its header read and its size checked; decode it inside.

    Args:
        path: a file in any format that can be read; of several frames the first counts.
        max_pixels: pictures with more are refused before they are decoded.
        name: what errors call the file; its own name if empty.

    Raises:
        ImageError: missing, unreadable, no picture, damaged or too large.
    """
    name = name or path.name
    with open_regular(path, name) as file:
        try:
            header = _read_header(file, name)
            _check_size(header, max_pixels, name)
            most_bytes = max(_MOST_BYTES, _BYTES_PER_PIXEL * header.width * header.height)
            _check_bytes(file, most_bytes, name)
            yield OpenedImage(header, file, most_bytes)
        except SeeshellError:
            raise
        except MemoryError as error:
            raise ImageError(
                f"{name} needs more memory than there is; scale it down and attach it again."
            ) from error
        except Exception as error:
            # Decoders raise nearly everything on bytes that were cut off or made up.
            raise ImageError(
                f"{name} is damaged or cut off and can't be shown; copy it again from its source."
            ) from error


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
    with opened_image(wanted.path, wanted.max_pixels, name=wanted.name) as picture:
        return picture.fitted(wanted.fit)


def check_hash(path: Path, sha256: str, name: str) -> None:
    """Makes sure that the file holds the bytes that were attached.

    Raises:
        ImageError: it does not, or can't be read.
    """
    if hash_file(path) != sha256:
        raise ImageError(f"{name} has changed since it was attached; attach it again.")


def hash_file(path: Path) -> str:
    """Returns the sha256 of the file's bytes in hexadecimal.

    Raises:
        ImageError: missing or unreadable.
    """
    with open_regular(path, path.name) as file:
        try:
            return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise ImageError(f"{path.name} can't be read: {error.strerror}.") from error


def _read_header(file: BufferedReader, name: str) -> ImageFile.ImageFile:
    prefix = file.read(16)
    problem: Exception | None = None
    for image_format, plugin in _PLUGINS.items():
        if not _claims(image_format, plugin, prefix):
            continue
        if image_format in _READ_WHOLE:
            _check_bytes(file, _MOST_BYTES, name)
        file.seek(0)
        try:
            return Image.OPEN[image_format][0](file, "")
        except (SyntaxError, IndexError, TypeError, ValueError, OSError) as error:
            problem = error
    if problem is not None:
        raise problem
    raise ImageError(
        f"{name} is not a picture that can be read; use JPEG, PNG, HEIC, WebP, GIF, AVIF or TIFF."
    )


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


def _check_size(image: Image.Image, max_pixels: int, name: str) -> None:
    if image.width * image.height > max_pixels:
        raise ImageError(
            f"{name} has {image.width}x{image.height} pixels, more than the limit of "
            f"{max_pixels:,}; scale it down or raise max_pixels in the settings."
        )


def _check_bytes(file: BufferedReader, most_bytes: int, name: str) -> None:
    if os.fstat(file.fileno()).st_size > most_bytes:
        raise ImageError(
            f"{name} is too large a file for a picture of its size; save it as JPEG or PNG."
        )

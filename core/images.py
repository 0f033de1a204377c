"""Pictures as files: checked, decoded, turned upright, made RGB, scaled and hashed.

Everything blocks: call it off the event loop. Whatever a decoder raises comes out as one
`ImageError`. Formats are tried one by one instead of through `PIL.Image.open`, whose pixel limit
is a global of the whole process; `max_pixels` is checked here, before anything is decoded.
"""

import hashlib
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from io import BufferedReader
from pathlib import Path
from typing import Final, NamedTuple, cast

from PIL import Image, ImageFile

from .errors import ImageError

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

_ORIENTATION_TAG: Final = 0x0112


class ImageSize(NamedTuple):
    """Pixels across and down, after EXIF orientation."""

    width: int
    height: int


def is_picture_name(name: str) -> bool:
    """Whether the file name ends like a picture that can be read; case does not matter."""
    return Path(name).suffix.lower() in _SUFFIXES


def inspect_image(path: Path, max_pixels: int, *, name: str = "") -> ImageSize:
    """Returns the size of a picture that was decoded to its end, so that it is known to be whole.

    Args:
        path: a file in any format that can be read; of several frames the first counts.
        max_pixels: pictures with more are refused before they are decoded.
        name: what errors call the file; its own name if empty.

    Raises:
        ImageError: missing, unreadable, no picture, damaged or too large.
    """
    with _decoding(path, max_pixels, name) as image:
        image.load()
        width, height = image.size
        if _orientation(image) >= 5:
            width, height = height, width
        return ImageSize(width, height)


def open_image(path: Path, max_pixels: int, *, name: str = "") -> Image.Image:
    """Returns the picture upright and as RGB, what is transparent in it on white.

    Arguments and errors are those of `inspect_image`.
    """
    with _decoding(path, max_pixels, name) as image:
        upright = _flatten(image)
        return _turn_upright(upright, _orientation(image))


def thumbnail(
    path: Path, max_width: int, max_height: int, max_pixels: int, *, name: str = ""
) -> Image.Image:
    """Returns a small copy within the given width and height, upright and as RGB.

    A JPEG is decoded at a fraction of its size where that suffices; a picture is never enlarged.
    Other arguments and errors are those of `inspect_image`.
    """
    with _decoding(path, max_pixels, name) as image:
        # Twice the size asked for leaves the resampling enough pixels to look smooth, and a square
        # serves both directions: which way is up is known for certain once it is decoded.
        side = 2 * max(max_width, max_height)
        image.draft("RGB", (side, side))
        small = _flatten(image)
        orientation = _orientation(image)
        bounds = (max_height, max_width) if orientation >= 5 else (max_width, max_height)
        small.thumbnail(bounds, Image.Resampling.LANCZOS, reducing_gap=2.0)
        return _turn_upright(small, orientation)


def hash_file(path: Path) -> str:
    """Returns the sha256 of the file's bytes in hexadecimal.

    Raises:
        ImageError: missing or unreadable.
    """
    with _opened(path, path.name) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _decoding(path: Path, max_pixels: int, name: str) -> Iterator[ImageFile.ImageFile]:
    """Gives the picture with its header read and its size checked; decode it inside."""
    name = name or path.name
    with _opened(path, name) as file:
        try:
            image = _read_header(file, name)
            _check_size(image, max_pixels, name)
            yield image
        except ImageError:
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


@contextmanager
def _opened(path: Path, name: str) -> Iterator[BufferedReader]:
    """Gives the regular file, open for reading; a pipe or a device would block for ever."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise ImageError(f"{path} is a folder; choose a picture in it.")
        if not stat.S_ISREG(status.st_mode):
            raise ImageError(f"{path} is not a regular file; choose a picture file.")
        file = path.open("rb")
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ImageError(f"{path} does not exist; check the path.") from error
    except PermissionError as error:
        raise ImageError(f"{path} may not be read; change its permissions.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ImageError(f"{path} can't be opened ({reason}); check the path.") from error
    with file:
        if status.st_size == 0:
            raise ImageError(f"{name} is empty; copy it again from its source.")
        yield file


def _read_header(file: BufferedReader, name: str) -> ImageFile.ImageFile:
    prefix = file.read(16)
    problem: Exception | None = None
    for image_format, plugin in _PLUGINS.items():
        if not _claims(image_format, plugin, prefix):
            continue
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


def _orientation(image: Image.Image) -> int:
    """Returns the EXIF orientation from 1 to 8 of a decoded picture; 1 if it can't be read.

    pillow-heif and Pillow's TIFF reader turn pictures upright while decoding and then report 1.
    """
    try:
        orientation = image.getexif().get(_ORIENTATION_TAG, 1)
    except Exception:  # noqa: BLE001 - a broken EXIF block must not hide a sound picture
        return 1
    return orientation if orientation in _UPRIGHT else 1


def _turn_upright(image: Image.Image, orientation: int) -> Image.Image:
    method = _UPRIGHT.get(orientation)
    return image if method is None else image.transpose(method)


def _flatten(image: Image.Image) -> Image.Image:
    """Returns the decoded picture as RGB, on white where it is transparent."""
    image.load()
    if image.mode[0] in "IF":
        return _to_8_bits(image).convert("RGB")
    if not image.has_transparency_data:
        return image.convert("RGB")
    layered = image.convert("RGBA")
    ground = Image.new("RGB", layered.size, "white")
    ground.paste(layered, mask=layered.getchannel("A"))
    return ground


def _to_8_bits(image: Image.Image) -> Image.Image:
    """Returns grey values of 16 or 32 bits or floating point as 8 bits.

    The range is that of the mode where the values fit it (16 bits; 0 to 1 in floating point), else
    from the darkest to the brightest value.
    """
    wide = image.convert("F")
    low, high = cast(tuple[float, float], wide.getextrema())
    usual = 1.0 if image.mode[0] == "F" else 65535.0
    if low >= 0 and high <= usual:
        low, high = 0.0, usual
    scale = 255 / (high - low) if high > low else 0.0
    return wide.point(lambda value: value * scale + (0.5 - low * scale)).convert("L")

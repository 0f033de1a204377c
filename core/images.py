"""Pictures as files: checked, decoded, turned upright, made RGB, scaled and hashed.

Everything blocks, and may do so for long: `pictures/` runs it in processes that can be ended.
Whatever a decoder raises comes out as one `ImageError`. Formats are tried one by one instead of
through `PIL.Image.open`, whose pixel limit is a global of the whole process; `max_pixels` is
checked here, before anything is decoded.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from PIL import Image

from .backdrop import Backdrop, find_backdrop
from .colours import ColourProfile
from .errors import ImageError, SeeshellError
from .formats.header import MOST_BYTES, OpenedHeader, check_bytes, open_header
from .regular_files import open_regular
from .upright_rgb import find_orientation, flatten, in_8_bits, turn_upright

_BYTES_PER_PIXEL: Final = 8
"""No file takes more for its pixels: four channels of sixteen bits."""

Fit = Callable[[int, int], tuple[int, int]]
"""Returns the width and height wanted of an upright picture of this width and height."""


class ImageSize(NamedTuple):
    """Pixels across and down, after EXIF orientation."""

    width: int
    height: int


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

    def __init__(self, opened: OpenedHeader, file: BinaryIO, most_bytes: int) -> None:
        self.header = opened.header
        """What Pillow knows of the picture before it is decoded."""
        self.file = file
        """The file that it is decoded from."""
        self.most_bytes = most_bytes
        """A file with more bytes is no picture of this size."""
        self._opened = opened
        self._notes = [opened.note] if opened.note else []

    @property
    def note(self) -> str:
        """What was done to the picture that the user should know; complete once it is decoded."""
        return "; ".join(self._notes)

    def decode(self) -> ImageSize:
        """Returns the picture's size after decoding it to its end: it is known to be whole."""
        self._load()
        return self._upright_size(self.header.size)

    def upright_rgb(self) -> Image.Image:
        """Returns the picture upright and as sRGB, what is transparent in it on its backdrop."""
        profile = ColourProfile(self.header, self._opened.profile)
        return profile.to_srgb(self._upright(profile))

    def fitted(self, fit: Fit, reducing_gap: float | None = None) -> Image.Image:
        """Returns the picture, as `upright_rgb` does, at the size that `fit` gives for its own."""
        profile = ColourProfile(self.header, self._opened.profile)
        upright = self._upright(profile)
        size = fit(*upright.size)
        # Fewer pixels take less time to convert.
        resized = upright.resize(size, Image.Resampling.BICUBIC, reducing_gap=reducing_gap)
        return profile.to_srgb(resized)

    def thumbnail(self, max_width: int, max_height: int) -> tuple[Image.Image, ImageSize]:
        """Returns a small copy within these bounds, and the picture's own size.

        A JPEG is decoded at a fraction of its size where that suffices; a picture is never
        enlarged.
        """
        # Twice the size asked for leaves the resampling enough pixels to look smooth, and a square
        # serves both directions: which way is up is known for certain once it is decoded.
        side = 2 * max(max_width, max_height)
        whole_size = self.header.size
        self.header.draft("RGB", (side, side))
        is_fraction = self.header.size != whole_size
        profile = ColourProfile(self.header, self._opened.profile)
        small = self._flat(profile, draft_side=side)
        size = self._upright_size(whole_size if is_fraction else self.header.size)
        orientation = self._orientation()
        bounds = (max_height, max_width) if orientation >= 5 else (max_width, max_height)
        small.thumbnail(bounds, Image.Resampling.LANCZOS, reducing_gap=2.0)
        return turn_upright(profile.to_srgb(small), orientation), size

    def _upright(self, profile: ColourProfile) -> Image.Image:
        flat = self._flat(profile)
        orientation = self._orientation()
        if flat is not self.header:
            # Turning takes as much memory as the pixels that were decoded: they are done with.
            self.header.close()
        return turn_upright(flat, orientation)

    def _flat(self, profile: ColourProfile, draft_side: int = 0) -> Image.Image:
        """Returns the decoded picture as RGB, or as it is if the profile converts that."""
        image, backdrop = self._load(draft_side)
        return image if profile.mode == "CMYK" else flatten(image, backdrop)

    def _load(self, draft_side: int = 0) -> tuple[Image.Image, Backdrop | None]:
        """Returns the decoded picture, and what it is to lie on if it is transparent.

        Raises:
            EOFError: a part of it is missing.
        """
        self.header.load()
        jpeg = self._opened.jpeg
        if jpeg is not None and jpeg.is_short:
            jpeg.check_whole(self.header, draft_side)
            self._notes.append("the file lacks its last bytes")
        image = in_8_bits(self.header)
        backdrop = find_backdrop(image)
        if backdrop is not None:
            self._notes.append(backdrop.note)
        return image, backdrop

    def _orientation(self) -> int:
        return find_orientation(self.header, self._opened.orientation)

    def _upright_size(self, size: tuple[int, int]) -> ImageSize:
        width, height = size
        return ImageSize(height, width) if self._orientation() >= 5 else ImageSize(*size)


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
            opened = open_header(file, name)
            header = opened.header
            _check_size(header, max_pixels, name)
            most_bytes = max(MOST_BYTES, _BYTES_PER_PIXEL * header.width * header.height)
            check_bytes(file, most_bytes, name)
            yield OpenedImage(opened, file, most_bytes)
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


def _check_size(image: Image.Image, max_pixels: int, name: str) -> None:
    if image.width * image.height > max_pixels:
        raise ImageError(
            f"{name} has {image.width}x{image.height} pixels, more than the limit of "
            f"{max_pixels:,}; scale it down or raise max_pixels in the settings."
        )

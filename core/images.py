"""Pictures as files: checked, decoded, turned upright, made RGB, scaled and hashed.

Everything blocks, and may do so for long: `pictures/` runs it in processes that can be ended.
Whatever a decoder raises comes out as one `ImageError`. Formats are tried one by one instead of
through `PIL.Image.open`, whose pixel limit is a global of the whole process; `max_pixels` is
checked here, before anything is decoded.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil, floor
from pathlib import Path
from typing import BinaryIO, NamedTuple

from PIL import Image

from .backdrop import Backdrop, find_backdrop
from .colours import ColourProfile
from .errors import ImageError, SeeshellError
from .excerpt import WHOLE, Excerpt, Region
from .formats.header import OpenedHeader, check_bytes, check_pixels, open_header
from .look import LOOK_SIDE, look_of
from .regular_files import open_regular
from .upright_rgb import find_orientation, flatten, in_8_bits, stored_box, turn_upright

Fit = Callable[[int, int], tuple[int, int]]
"""Returns the width and height wanted of an upright picture of this width and height."""


class ImageSize(NamedTuple):
    """Pixels across and down, after EXIF orientation."""

    width: int
    height: int


class OpenedImage:
    """A picture whose header was read and whose size was checked. It is decoded once, as asked."""

    def __init__(
        self,
        opened: OpenedHeader,
        file: BinaryIO,
        most_bytes: int,
        region: Region | None,
        name: str,
    ) -> None:
        self.header = opened.header
        """What Pillow knows of the picture before it is decoded."""
        self.file = file
        """The file that it is decoded from."""
        self.most_bytes = most_bytes
        """A file with more bytes is no picture of this size."""
        self.frame = opened.frame
        """What is still to be sought in the file before it is decoded; 0 for nothing."""
        self.pages = opened.pages
        """Pages or frames of the file."""
        self._opened = opened
        self._region = region
        self._name = name
        self._notes = [opened.note] if opened.note else []
        self._draft_size: tuple[int, int] | None = None
        self._whole_size: tuple[int, int] | None = None

    @property
    def note(self) -> str:
        """What was done to the picture that the user should know; complete once it is decoded."""
        return "; ".join(self._notes)

    @property
    def wanted_size(self) -> tuple[int, int]:
        """Pixels of what is wanted as the header tells, perhaps not upright."""
        region = self._region
        return (region.width, region.height) if region is not None else self.header.size

    def look(self) -> tuple[int, ImageSize]:
        """Returns what the picture looks like, and its size, after decoding it to its end.

        It is known to be whole then.
        """
        profile = ColourProfile(self.header, self._opened.profile)
        flat, region = self._flat(profile)
        square = flat.resize((LOOK_SIDE, LOOK_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
        upright = turn_upright(profile.to_srgb(square), self._orientation())
        return look_of(upright.convert("L").tobytes()), ImageSize(region.width, region.height)

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

        A JPEG is decoded, and a PDF drawn, at a fraction of its size where that suffices; a
        picture is never enlarged.
        """
        self._draft(2 * max(max_width, max_height))
        profile = ColourProfile(self.header, self._opened.profile)
        small, region = self._flat(profile)
        orientation = self._orientation()
        bounds = (max_height, max_width) if orientation >= 5 else (max_width, max_height)
        small.thumbnail(bounds, Image.Resampling.LANCZOS, reducing_gap=2.0)
        size = ImageSize(region.width, region.height)
        return turn_upright(profile.to_srgb(small), orientation), size

    def _draft(self, side: int) -> None:
        """Asks for a picture of which the longer side of what is wanted has so many pixels.

        Twice the size asked for leaves the resampling enough pixels to look smooth. Which way is up
        is known for certain only once it is decoded.
        """
        whole, longer = self.header.size, max(self.wanted_size)
        draft_size = (max(1, whole[0] * side // longer), max(1, whole[1] * side // longer))
        self.header.draft("RGB", draft_size)
        self._draft_size = draft_size
        if self.header.size != whole:
            self._whole_size = whole

    def _upright(self, profile: ColourProfile) -> Image.Image:
        flat, _ = self._flat(profile)
        orientation = self._orientation()
        if flat is not self.header:
            # Turning takes as much memory as the pixels that were decoded: they are done with.
            self.header.close()
        return turn_upright(flat, orientation)

    def _flat(self, profile: ColourProfile) -> tuple[Image.Image, Region]:
        """Returns what is wanted as RGB, or as it is if the profile converts that, and where it is.

        The pixels are those that were decoded, neither turned nor at their full size; the place
        is in upright pixels of the whole page.
        """
        image, backdrop, region = self._load()
        image = self._cut(image, region)
        return image if profile.mode == "CMYK" else flatten(image, backdrop), region

    def _load(self) -> tuple[Image.Image, Backdrop | None, Region]:
        """Returns the decoded page, what it is to lie on if transparent, and what is wanted of it.

        Raises:
            EOFError: a part of it is missing.
            ImageError: nothing of what is wanted lies in it.
        """
        if self.frame:
            self.header.seek(self.frame)
        self.header.load()
        jpeg = self._opened.jpeg
        if jpeg is not None and jpeg.is_short:
            jpeg.check_whole(self.header, self._draft_size)
            self._notes.append("the file lacks its last bytes")
        image = in_8_bits(self.header)
        backdrop = find_backdrop(image)
        if backdrop is not None:
            self._notes.append(backdrop.note)
        return image, backdrop, self._find_region()

    def _find_region(self) -> Region:
        """Returns what of the decoded page is wanted, in its upright pixels.

        Raises:
            ImageError: nothing of it lies in the page.
        """
        page, wanted = self._page_size(), self._region
        whole = Region(0, 0, *page)
        if wanted is None:
            return whole
        inside = wanted.within(*page)
        if inside is None:
            raise ImageError(
                f"{self._name} has {page.width}x{page.height} pixels: no part of the rectangle "
                f"{wanted} lies in it; choose one inside."
            )
        if inside != wanted:
            self._notes.append(f"of the rectangle {wanted} only {inside} lies in it")
        return inside

    def _cut(self, image: Image.Image, region: Region) -> Image.Image:
        """Returns a rectangle of a decoded page, which may be smaller than the page itself."""
        page, orientation = self._page_size(), self._orientation()
        if region == Region(0, 0, *page):
            return image
        left, top, right, bottom = stored_box(region, page, orientation)
        width, height = reversed(page) if orientation >= 5 else page
        across, down = image.width / width, image.height / height
        start = floor(left * across), floor(top * down)
        return image.crop((*start, ceil(right * across), ceil(bottom * down)))

    def _orientation(self) -> int:
        return find_orientation(self.header, self._opened.orientation)

    def _page_size(self) -> ImageSize:
        """Returns the upright size of the decoded page."""
        width, height = self._whole_size or self.header.size
        return ImageSize(height, width) if self._orientation() >= 5 else ImageSize(width, height)


@contextmanager
def opened_image(
    path: Path, max_pixels: int, *, name: str = "", excerpt: Excerpt = WHOLE
) -> Iterator[OpenedImage]:
    """Gives the picture with its header read and its size checked; decode it inside.

    Args:
        path: a file in any format that can be read.
        max_pixels: pictures with more are refused before they are decoded.
        name: what errors call the file; its own name if empty.
        excerpt: the page or frame, and the rectangle of it, that is the picture.

    Raises:
        ImageError: missing, unreadable, no picture, damaged or too large; or there is no such page
            or rectangle of it.
    """
    name = name or path.name
    with open_regular(path, name) as file:
        try:
            opened = open_header(file, name, excerpt.page)
            check_pixels(opened.header, max_pixels, name)
            most_bytes = check_bytes(file, opened.header, name)
            yield OpenedImage(opened, file, most_bytes, excerpt.region, name)
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

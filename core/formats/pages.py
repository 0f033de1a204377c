"""Pages and frames of a file: how many there are, and which of them Pillow is to show."""

from collections.abc import Sequence
from io import BufferedReader
from typing import Final

from PIL import ImageFile

from ..errors import ImageError
from .gif_frames import count_gif_frames
from .tiff_directories import Tags

_FRAMES_OF: Final = frozenset({"WEBP", "AVIF", "PNG", "PDF", "VIDEO"})
"""Formats of several pictures of which Pillow knows the number without a search."""

_WORDS: Final = {"PDF": "page", "TIFF": "page", "HEIF": "picture", "JPEG": "picture"}
"""What people call the pictures of such a file; those of other formats are frames."""

_WIDTH: Final = 256
_KIND: Final = 254
_COPY_OR_MASK: Final = 5
"""Bits of the tag that says what a directory of a TIFF file is."""


class Pages:
    """The pages of a file, in the order that people see them in."""

    def __init__(self, image_format: str, frames: Sequence[int]) -> None:
        """Takes what was found.

        Args:
            image_format: as Pillow calls it.
            frames: numbers of the pages as Pillow counts them, from 0.
        """
        self._frames = frames
        self._word = _WORDS.get(image_format, "frame")

    def __len__(self) -> int:
        return len(self._frames)

    def frame_of(self, page: int, name: str) -> int:
        """Returns the number by which Pillow knows a page.

        Raises:
            ImageError: there is no such page.
        """
        if page > len(self) == 1:
            raise ImageError(
                f"{name} is a single picture: there is no page {page} in it; leave out the number."
            )
        if page > len(self):
            raise ImageError(
                f"{name} has {len(self)} {self._word}s: there is no {self._word} {page}; choose "
                "one that there is."
            )
        return self._frames[page - 1]

    def note(self, page: int) -> str:
        """Returns which one of how many a page is; empty for the only one."""
        return f"{self._word} {page} of {len(self)}" if len(self) > 1 else ""


ONE_PAGE: Final = Pages("", (0,))


def find_pages(
    header: ImageFile.ImageFile, file: BufferedReader, directories: Sequence[Tags]
) -> Pages:
    """Returns the pages of a file whose first one was opened.

    Args:
        header: as the plugin of its format gives it.
        file: where it lies.
        directories: those of the pages, if it is a TIFF file.
    """
    image_format = header.format or ""
    frames: Sequence[int] = (0,)
    if image_format == "GIF":
        frames = range(count_gif_frames(file))
    elif image_format == "TIFF":
        frames = _full_size(directories, header)
    elif image_format == "HEIF":
        # What viewers show need not be the first one.
        shown = header.tell()
        count: int = getattr(header, "n_frames", 1)
        frames = (shown, *(it for it in range(count) if it != shown))
    elif image_format in _FRAMES_OF:
        frames = range(getattr(header, "n_frames", 1))
    return Pages(image_format, frames)


def _full_size(directories: Sequence[Tags], header: ImageFile.ImageFile) -> Sequence[int]:
    """Returns the pages of a TIFF file without those that are small copies or masks of others."""
    if not directories:
        return range(getattr(header, "n_frames", 1))
    return [frame for frame, tags in enumerate(directories) if _is_page(tags)] or (0,)


def _is_page(tags: Tags) -> bool:
    return _WIDTH in tags and not max(tags.get(_KIND, ()), default=0) & _COPY_OR_MASK

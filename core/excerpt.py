"""What of a file is the picture: a page or frame of it, and a rectangle; and how people write that.

    report.pdf#3                the third page
    report.pdf#3-5,8            four pictures
    photo.jpg@1200,800,640,480  640 x 480 pixels, 1200 from the left and 800 from the top
    scan.tif#2@0,0,500,500      a rectangle of the second page

The file is stored once, whatever of it is asked about.
"""

import re
from collections.abc import Callable
from typing import Annotated, Final, NamedTuple

from msgspec import Meta, Struct

from .errors import ImageError

MOST_PAGES: Final = 1000
"""Pages that one notation may name: more is a slip of the finger."""

_NOTATION: Final = re.compile(
    r"(?:#(?P<pages>\d{1,6}(?:-\d{1,6})?(?:,\d{1,6}(?:-\d{1,6})?)*))?"
    r"(?:@(?P<region>\d{1,7},\d{1,7},\d{1,7},\d{1,7}))?"
)
"""What may stand behind a file's name; it may be empty."""

_NAMED: Final = re.compile(f"(?P<path>.+?){_NOTATION.pattern}", re.DOTALL)


_MOST_PIXELS: Final = 9_999_999
"""In one direction, as far as the notation can tell."""

_Place = Annotated[int, Meta(ge=0, le=_MOST_PIXELS)]
_Length = Annotated[int, Meta(ge=1, le=_MOST_PIXELS)]


class Region(Struct, frozen=True, order=True):
    """A rectangle of an upright picture, in pixels from its top left corner."""

    x: _Place
    y: _Place
    width: _Length
    height: _Length

    @property
    def right(self) -> int:
        """The first column that is not in it."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The first row that is not in it."""
        return self.y + self.height

    def within(self, width: int, height: int) -> "Region | None":
        """Returns what of it lies in a picture of this size; None if nothing does."""
        left, top = max(self.x, 0), max(self.y, 0)
        right, bottom = min(self.right, width), min(self.bottom, height)
        if right <= left or bottom <= top:
            return None
        return Region(left, top, right - left, bottom - top)

    def of(self, outer: "Region | None") -> "Region":
        """Returns this rectangle of `outer` as one of the picture that `outer` is cut from."""
        if outer is None:
            return self
        return Region(outer.x + self.x, outer.y + self.y, self.width, self.height)

    def __str__(self) -> str:
        return f"{self.x},{self.y},{self.width},{self.height}"


class Excerpt(Struct, frozen=True, order=True):
    """What of a file is the picture."""

    page: Annotated[int, Meta(ge=1, le=999_999)] = 1
    """Page or frame, from 1."""
    region: Region | None = None
    """Rectangle of that page, upright; None for all of it."""

    @property
    def is_whole(self) -> bool:
        """Whether it is all that a file of one page shows."""
        return self == WHOLE

    def part(self, region: Region) -> "Excerpt":
        """Returns a rectangle of this picture."""
        return Excerpt(self.page, region.of(self.region))

    def __str__(self) -> str:
        """Returns it as it is written behind the file's name; empty for `WHOLE`."""
        page = f"#{self.page}" if self.page != 1 else ""
        return page + (f"@{self.region}" if self.region else "")


WHOLE: Final = Excerpt()


class NamedPicture(NamedTuple):
    """A file as a user named it, and what of it."""

    path: str
    excerpt: Excerpt


def read_named(text: str, is_file: Callable[[str], bool]) -> tuple[NamedPicture, ...]:
    """Returns the pictures that a path with or without a notation names, in its order.

    What a file is really called is no notation, be it all that could be one or a part of it.

    Args:
        text: as in the examples above.
        is_file: whether there is a file of that path.

    Raises:
        ImageError: a page number or a rectangle makes no sense.
    """
    path = choose_path(text, is_file)
    match = _NOTATION.fullmatch(text, len(path))
    if match is None or not match[0]:
        return (NamedPicture(text, WHOLE),)
    region = _read_region(match["region"], text) if match["region"] else None
    pages = _read_pages(match["pages"], text) if match["pages"] else [1]
    return tuple(NamedPicture(path, Excerpt(page, region)) for page in pages)


def choose_path(text: str, is_file: Callable[[str], bool]) -> str:
    """Returns the longest path of a text that is a file; without any, as `path_of`."""
    *longer, path = paths_of(text)
    return next(filter(is_file, longer), path)


def path_of(text: str) -> str:
    """Returns a path without the notation behind it, if there is one."""
    return paths_of(text)[-1]


def paths_of(text: str) -> tuple[str, ...]:
    """Returns the paths that a text may mean, the longest first: itself, then less and less of it.

    In `b.pdf#2@0,0,9,9` the path may be all of it, `b.pdf#2` or `b.pdf`.
    """
    match = _NAMED.fullmatch(text)
    if match is None:
        return (text,)
    numbered = match["path"] + (f"#{match['pages']}" if match["pages"] else "")
    return tuple(dict.fromkeys((text, numbered, match["path"])))


def notation_end(text: str, start: int) -> int:
    """Returns where the notation ends that begins at `start`; that itself if there is none."""
    match = _NOTATION.match(text, start)
    return match.end() if match else start


def key_of(sha256: str, excerpt: Excerpt) -> str:
    """Returns what names a picture: the hash of its file's bytes, and what of the file it is."""
    return f"{sha256}{excerpt}"


def read_key(key: str) -> tuple[str, Excerpt]:
    """Returns hash and excerpt of a key that `key_of` made.

    Raises:
        ImageError: it is none.
    """
    named = read_named(key, lambda _path: False)
    if len(named) != 1:
        raise ImageError("That names several pictures where one is meant; attach them one by one.")
    return named[0]


def _read_pages(pages: str, text: str) -> list[int]:
    found: list[int] = []
    for piece in pages.split(","):
        first, _, last = piece.partition("-")
        span = range(int(first), int(last or first) + 1)
        if not span or span[0] < 1 or len(found) + len(span) > MOST_PAGES:
            raise ImageError(
                f"{text}: pages are numbered from 1, the smaller number first, {MOST_PAGES} of "
                "them at most; write report.pdf#3-5."
            )
        found += span
    return found


def _read_region(region: str, text: str) -> Region:
    read = Region(*map(int, region.split(",")))
    if read.width < 1 or read.height < 1:
        raise ImageError(
            f"{text}: a rectangle is at least one pixel wide and high; write "
            "photo.jpg@LEFT,TOP,WIDTH,HEIGHT."
        )
    return read

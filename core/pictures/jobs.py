"""What a worker program is asked, and what it answers: one JSON line each.

    parent                        worker
    a job                    →
                             ←    StillReading, as often as it likes
                             ←    Ready: the file was read, decoding it takes memory
    an empty line            →
                             ←    Decoded, if the job needs a size; else nothing
    a size, or null          →
                             ←    Finished and its payload, or Failed

A worker may answer `Finished` or `Failed` at any point instead.
"""

import os
from pathlib import Path
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from ..excerpt import WHOLE, Excerpt
from ..images import ImageSize
from ..look import NO_LOOK


class CopyJob(Struct, frozen=True, tag=True):
    """Copy a picture that a user named, and decode the copy: it is known to be whole then.

    A file of the store is not copied again.
    """

    path: bytes
    """Bytes, because names need not be text; so below."""
    name: str
    """What errors call the picture; so below."""
    max_pixels: int
    """Pictures with more are refused before they are decoded; so below."""
    copy: bytes
    """A file that takes the bytes in place of its own; empty for none."""
    excerpt: Excerpt = WHOLE
    """What of the file is the picture; so below."""


class PixelsJob(Struct, frozen=True, tag=True):
    """Decode a stored picture and resize it to a size that the parent gives for its own."""

    path: bytes
    name: str
    max_pixels: int
    sha256: str
    """Of the file's bytes; others are refused."""
    form: Literal["rgb", "url"]
    """Raw RGB, or a data URL."""
    excerpt: Excerpt = WHOLE


class DrawnMark(Struct, frozen=True):
    """A rectangle or a point to draw over a picture, in pixels of the page it is on."""

    left: int
    top: int
    right: int
    """The first column that is not in it."""
    bottom: int
    """The first row that is not in it."""
    colour: tuple[int, int, int]
    """Red, green and blue, bright."""
    label: str = ""
    number: int = 1
    """What is drawn where there is no room for the label."""
    is_thick: bool = False
    """Whether it is drawn with a thick line, above the others."""

    @property
    def is_point(self) -> bool:
        """Whether it is one pixel, which is drawn as a disc."""
        return self.right - self.left <= 1 and self.bottom - self.top <= 1


class Overlay(Struct, frozen=True):
    """What is drawn over a small copy."""

    marks: tuple[DrawnMark, ...]
    dots: tuple[int, int] = (0, 0)
    """Columns and rows of dots that the copy will be shown in, where these are few: it gets as many
    pixels, and no label, which nobody could read."""


class Fed(Struct, frozen=True):
    """What a model was given of a file: the pixels of an excerpt, brought to a size."""

    excerpt: Excerpt
    width: int
    height: int


class ThumbnailJob(Struct, frozen=True, tag=True):
    """Make a small copy to look at."""

    path: bytes
    name: str
    max_pixels: int
    pixels: int
    """Most pixels of the small copy."""
    form: Literal["rgb", "png"]
    """Raw RGB, or a PNG with a palette."""
    known: tuple[int, int] = (0, 0)
    """The file's modification time and size when it was read last; unchanged, it is not again."""
    excerpt: Excerpt = WHOLE
    fed: Fed | None = None
    """If given, that of it is copied which `excerpt` shows, each pixel a square."""
    overlay: Overlay | None = None
    """What is drawn over it, if anything."""


Job = CopyJob | PixelsJob | ThumbnailJob


class StillReading(Struct, frozen=True, tag=True):
    """Bytes of the file are coming."""


class Ready(Struct, frozen=True, tag=True):
    """The file was read and its header is sound; decoding waits for an empty line."""

    needed_bytes: int
    """Memory that decoding takes, as far as the header tells."""


class Decoded(Struct, frozen=True, tag=True):
    """The picture is decoded; the size wanted of it is waited for."""

    width: int
    """Pixels across, upright."""
    height: int


class Finished(Struct, frozen=True, tag=True):
    """The job is done; `payload_bytes` follow the line."""

    sha256: str = ""
    """Of the file's bytes."""
    size: ImageSize = ImageSize(0, 0)
    """Of the picture, upright: of the excerpt."""
    note: str = ""
    """What was done to it that the user should know, as a phrase."""
    payload_size: ImageSize = ImageSize(0, 0)
    """Of the pixels that follow."""
    payload_bytes: int = 0
    state: tuple[int, int] = (0, 0)
    """The file's modification time and size."""
    pages: int = 1
    """Pages or frames of the file."""
    look: int = NO_LOOK
    """What the excerpt looks like, as `core/look.py` tells; only of a `CopyJob`."""
    is_kept: bool = False
    """Whether the worker keeps the page, for other parts of it."""
    is_last: bool = False
    """Whether the worker ends now, to give memory back; so below."""

    def carrying(self, size: ImageSize, payload: bytes) -> "tuple[Finished, bytes]":
        """Returns it with what follows it: the pixels of a picture of this size."""
        return replace(self, payload_size=size, payload_bytes=len(payload)), payload


class Failed(Struct, frozen=True, tag=True):
    """The job can't be done."""

    sentence: str
    is_store_error: bool = False
    """Whether the copy could not be written; else the picture is to blame."""
    is_last: bool = False


Reply = StillReading | Ready | Decoded | Finished | Failed

LONGEST_LINE: Final = 2**20
"""Bytes of a line either way: a path, a name or a sentence, and little else."""


def as_path(path: bytes) -> Path:
    """Returns the path of a job."""
    return Path(os.fsdecode(path))

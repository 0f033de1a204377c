"""How much memory a picture takes while it is decoded, and how much it may take."""

import os
import resource
import signal
import sys
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import Final

from PIL import Image

_WORKING: Final = {
    **dict.fromkeys(("HEIF", "AVIF", "WEBP"), 8),
    **dict.fromkeys(("PSD", "TIFF", "PDF"), 4),
    "JPEG2000": 12,
    "VIDEO": 16,
}
"""Bytes a pixel that a format's decoder takes beside what Pillow keeps.

Source: measured by `tests/core/pictures/test_memory.py`.
"""

_COEFFICIENT: Final = 2
"""Bytes of each colour of each pixel that a progressive JPEG keeps from scan to scan."""

_RGB: Final = 4
"""Bytes a pixel as RGB, and most of any other mode. Two copies are there while it is turned."""

_GREY: Final = 5
"""What grey values of more than 8 bits pass through on their way: floating point, then 8 bits."""

_FRAME_BEFORE: Final = 8
"""What a later frame of an animation is drawn on, and what stood there before that."""
_DRAWN_ON: Final = frozenset({"GIF", "PNG"})

_BASE_BYTES: Final = 512 * 2**20
_MOST_PER_PIXEL: Final = 16
_MEMORY_SHARE: Final = 2
"""Never more than this part of the machine's memory."""

_LOOK_SECONDS: Final = 0.1
"""How often it is looked how much memory is held."""

_ADDRESSES: Final = 2**30
"""Address space of a worker that holds no picture: code, stacks and arenas of a few threads."""


def decoding_bytes(image: Image.Image, frame: int = 0) -> int:
    """Returns most memory that decoding a picture to RGB takes, judged by its header alone.

    Args:
        image: the header.
        frame: what is still to be sought.
    """
    per_pixel = 2 * _RGB + _WORKING.get(image.format or "", 0)
    if frame and image.format in _DRAWN_ON:
        per_pixel += _FRAME_BEFORE
    if image.info.get("progressive"):
        per_pixel += _COEFFICIENT * len(image.getbands())
    if image.mode[0] in "IF":
        per_pixel += _GREY
    elif image.mode != "RGBA" and image.has_transparency_data:
        per_pixel += _RGB
    return per_pixel * image.width * image.height


def memory_limit(max_pixels: int) -> int:
    """Returns most memory that decoding one picture may take."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(_BASE_BYTES + _MOST_PER_PIXEL * max_pixels, machine // _MEMORY_SHARE)


def limit_memory(limit_bytes: int) -> None:
    """Lets this process allocate so much beside itself, where the system can limit that.

    macOS does not: there the judgement by the header is all.
    """
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (_ADDRESSES + limit_bytes, most))


class MemoryGuard:
    """Ends this process when a decoder takes far more than the header let expect.

    A page of a PDF may draw for ever and keep what it draws, and macOS limits no process's memory.
    Decoders let other threads run.
    """

    def __init__(self) -> None:
        self._is_over = Event()

    def start(self, most_bytes: int) -> None:
        """Watches until `stop` that this process holds no more."""
        self._is_over = Event()
        watching = Thread(target=_watch, args=(self._is_over, most_bytes), daemon=True)
        watching.start()

    def stop(self) -> None:
        """Lets memory be."""
        self._is_over.set()


def _watch(is_over: Event, most_bytes: int) -> None:
    while not is_over.wait(_LOOK_SECONDS):
        if held_bytes() > most_bytes:
            os.kill(os.getpid(), signal.SIGKILL)


def held_bytes() -> int:
    """Returns the memory that this process holds; on macOS, the most that it ever held."""
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

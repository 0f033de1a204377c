"""The parent of a worker program, as that sees it: gives jobs, memory and sizes, takes replies."""

import resource
import select
import signal
import sys
import time
from collections.abc import Iterator
from math import ceil
from typing import BinaryIO, Final

import msgspec

from ..errors import ImageError
from ..images import ImageSize, OpenedImage
from .jobs import LONGEST_LINE, Decoded, Job, Ready, Reply
from .kept_page import KEPT_SECONDS, KeptPage
from .memory import MemoryGuard, decoding_bytes, memory_limit

SPARE_BYTES: Final = 640 * 2**20
"""What a worker may hold beside the memory that was judged by the header: itself, libraries, and
pictures within a PDF."""

LONGEST_SECONDS: Final = 300
"""After so long a worker ends itself: its parent, if there is one, would have ended it by then."""


class Parent:
    """Where jobs come from and replies go."""

    def __init__(self, lines: BinaryIO, replies: BinaryIO, decode_seconds: int) -> None:
        self._lines = lines
        self._replies = replies
        self.decode_seconds = decode_seconds
        """How long a picture may be computed at."""
        self.guard = MemoryGuard()
        """Ends this process if a decoder takes far more memory than it said."""
        self.kept = KeptPage()
        """The page of which a part was copied last."""

    def jobs(self) -> Iterator[Job]:
        """Yields jobs until there are no more."""
        while line := self._next_line():
            yield msgspec.json.decode(line, type=Job)

    def _next_line(self) -> bytes:
        """Returns the next job's line; a page that is kept is dropped if that is long in coming."""
        if self.kept.held_bytes and not select.select([self._lines], [], [], KEPT_SECONDS)[0]:
            self.kept.drop()
        return self._lines.readline(LONGEST_LINE)

    def tell(self, reply: Reply, payload: bytes = b"") -> None:
        """Sends a reply and what belongs to it."""
        self._replies.write(msgspec.json.encode(reply) + b"\n" + payload)
        self._replies.flush()

    def wait_for_memory(self, picture: OpenedImage, job: Job) -> None:
        """Returns once the picture may be decoded.

        Raises:
            ImageError: that takes more memory than may be taken.
        """
        needed, limit = decoding_bytes(picture.header, picture.frame), memory_limit(job.max_pixels)
        if needed > limit:
            raise ImageError(
                f"{job.name} needs {needed / 1e9:.1f} GB of memory and may take {limit / 1e9:.1f} "
                "GB; scale it down and attach it again."
            )
        self.kept.drop()
        signal.alarm(0)
        self.tell(Ready(needed))
        self._answer()
        self.guard.start(needed + SPARE_BYTES)
        signal.alarm(LONGEST_SECONDS)
        limit_computing(self.decode_seconds)

    def fit(self, width: int, height: int) -> tuple[int, int]:
        """Returns the size wanted of a picture of this size.

        Raises:
            ImageError: the parent has no use for it; it knows why.
        """
        self.tell(Decoded(width, height))
        size = msgspec.json.decode(self._answer(), type=ImageSize | None)
        if size is None:
            raise ImageError("It is not wanted.")
        return size

    def _answer(self) -> bytes:
        line = self._lines.readline(LONGEST_LINE)
        if not line:
            sys.exit(0)
        return line


def limit_computing(seconds: int) -> None:
    """Lets this process compute for so long from now on; SIGXCPU ends it then."""
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (ceil(time.process_time()) + seconds, most))

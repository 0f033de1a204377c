"""The program that reads pictures: `python -P -m seeshell.core.pictures.worker SECONDS`.

It does one job at a time, as `jobs.py` says, from standard input to standard output. SIGXCPU ends
it when decoding a picture takes more seconds of computing. It ends when its input ends, which it
does with its parent, however that ends. It imports neither MLX nor
Textual and stays at about 25 MB, but for a page that it keeps for the next part: after a job that
left it larger it ends.
"""

import base64
import hashlib
import io
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil, sqrt
from pathlib import Path
from typing import BinaryIO, Final

import msgspec
from PIL import Image

from ..errors import ImageError, SeeshellError, StoreError
from ..excerpt import Excerpt, Region
from ..images import ImageSize, OpenedImage, check_hash, hash_file, opened_image
from .fed_pixels import copy_fed
from .jobs import (
    LONGEST_LINE,
    CopyJob,
    Decoded,
    Failed,
    Finished,
    Job,
    PixelsJob,
    Ready,
    Reply,
    StillReading,
    ThumbnailJob,
)
from .kept_page import KEPT_SECONDS, KeptPage, Part, may_keep
from .memory import MemoryGuard, decoding_bytes, held_bytes, limit_memory, memory_limit
from .overlay import draw_overlay

_GROWN_BYTES: Final = 150 * 2**20
"""A worker that holds more after a job ends, and gives all of it back."""

SPARE_BYTES: Final = 640 * 2**20
"""What a worker may hold beside the memory that was judged by the header: itself, libraries, and
pictures within a PDF."""

_CHUNK_BYTES: Final = 2**20
_REPORT_SECONDS: Final = 1.0

_LONGEST_SECONDS: Final = 300
"""After so long a worker ends itself: its parent, if there is one, would have ended it by then."""

_LONGEST_PNG: Final = 512 * 2**10
"""Bytes of a data URL; what is larger as PNG is a photograph, and goes as JPEG."""

_REDUCING_GAP: Final = 3.0
"""Pictures for an endpoint are first reduced by whole factors, as `PIL.Image.resize` explains."""


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
        signal.alarm(_LONGEST_SECONDS)
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


def serve(parent: Parent) -> None:
    """Does every job until there are no more, or until too much memory is held."""
    for job in parent.jobs():
        limit_memory(memory_limit(job.max_pixels))
        signal.alarm(_LONGEST_SECONDS)
        payload = b""
        reply: Finished | Failed
        try:
            reply, payload = carry_out(job, parent)
        except SeeshellError as error:
            # A path need not be text.
            sentence = str(error).encode(errors="replace").decode()
            reply = Failed(sentence, isinstance(error, StoreError))
        parent.guard.stop()
        signal.alarm(0)
        is_last = held_bytes() - parent.kept.held_bytes > _GROWN_BYTES
        parent.tell(msgspec.structs.replace(reply, is_last=is_last), payload)
        if is_last:
            return


def limit_computing(seconds: int) -> None:
    """Lets this process compute for so long from now on; SIGXCPU ends it then."""
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (ceil(time.process_time()) + seconds, most))


def carry_out(job: Job, parent: Parent) -> tuple[Finished, bytes]:
    """Returns what came of the job.

    Raises:
        ImageError: the picture can't be read.
        StoreError: its copy can't be written.
    """
    match job:
        case CopyJob():
            return _copy(job, parent), b""
        case PixelsJob():
            return _resize(job, parent)
        case ThumbnailJob():
            return _shrink(job, parent)


def _copy(job: CopyJob, parent: Parent) -> Finished:
    """Copies the picture if its header is sound and there is to be a copy, then decodes that."""
    path, sha256 = _path(job), ""
    if job.copy:
        copy = Path(os.fsdecode(job.copy))
        with opened_image(path, job.max_pixels, name=job.name) as picture:
            sha256 = _copy_bytes(picture, copy, job.name, parent)
        path = copy
    with opened_image(path, job.max_pixels, name=job.name, excerpt=job.excerpt) as picture:
        parent.wait_for_memory(picture, job)
        look, size = picture.look()
        return Finished(sha256, size, picture.note, pages=picture.pages, look=look)


def _copy_bytes(picture: OpenedImage, copy: Path, name: str, parent: Parent) -> str:
    """Writes the file's bytes into the copy and returns their sha256."""
    digest = hashlib.sha256()
    told_at = time.monotonic()
    picture.file.seek(0)
    with _writing(copy, name) as file:
        while chunk := _read(picture.file, name):
            digest.update(chunk)
            file.write(chunk)
            if file.tell() > picture.most_bytes:
                raise ImageError(f"{name} grows while it is copied; attach it again.")
            if time.monotonic() - told_at > _REPORT_SECONDS:
                told_at = time.monotonic()
                parent.tell(StillReading())
        file.truncate()
    return digest.hexdigest()


def _read(file: BinaryIO, name: str) -> bytes:
    try:
        return file.read(_CHUNK_BYTES)
    except OSError as error:
        raise ImageError(f"{name} can't be read: {error.strerror}.") from error


@contextmanager
def _writing(copy: Path, name: str) -> Iterator[BinaryIO]:
    try:
        # Not made anew: the copy was given up if it is gone.
        with copy.open("r+b") as file:
            yield file
    except OSError as error:
        raise StoreError(f"{name} can't be copied into the store: {error.strerror}.") from error


def _resize(job: PixelsJob, parent: Parent) -> tuple[Finished, bytes]:
    path = _path(job)
    check_hash(path, job.sha256, job.name)
    with opened_image(path, job.max_pixels, name=job.name, excerpt=job.excerpt) as picture:
        parent.wait_for_memory(picture, job)
        gap = _REDUCING_GAP if job.form == "url" else None
        resized = picture.fitted(parent.fit, gap)
    payload = _data_url(resized) if job.form == "url" else resized.tobytes()
    return _with_pixels(Finished(), resized, payload)


def _shrink(job: ThumbnailJob, parent: Parent) -> tuple[Finished, bytes]:
    part = _part_of_kept(job, parent) or _read_part(job, parent)
    if not part.size.width:
        return part.told, b""
    small, region = _within(part.small, job.pixels), job.excerpt.region
    if job.overlay:
        origin = (max(region.x, 0), max(region.y, 0)) if region else (0, 0)
        small = draw_overlay(small, job.overlay, Region(*origin, *part.size))
    payload = _palette_png(small) if job.form == "png" else small.tobytes()
    finished = msgspec.structs.replace(
        part.told, size=part.size, is_kept=bool(parent.kept.held_bytes)
    )
    return _with_pixels(finished, small, payload)


def _part_of_kept(job: ThumbnailJob, parent: Parent) -> Part | None:
    """Returns what is wanted, if that is of the page that is kept; None where it is not."""
    region = job.excerpt.region
    if region is None or job.known != (0, 0):
        return None
    limit_computing(parent.decode_seconds)
    return parent.kept.part(job, _longest_side(job.pixels, region.width, region.height))


def _read_part(job: ThumbnailJob, parent: Parent) -> Part:
    """Returns what is wanted; nothing of a file that is as it was, which is known already."""
    path = _path(job)
    excerpt = job.fed.excerpt if job.fed else job.excerpt
    with opened_image(path, job.max_pixels, name=job.name, excerpt=excerpt) as picture:
        status = os.fstat(picture.file.fileno())
        told = Finished(state=(status.st_mtime_ns, status.st_size))
        if told.state == job.known:
            return Part(Image.new("RGB", (1, 1)), ImageSize(0, 0), told)
        parent.wait_for_memory(picture, job)
        told = msgspec.structs.replace(told, sha256=hash_file(path), pages=picture.pages)
        side = _longest_side(job.pixels, *picture.wanted_size)
        if may_keep(job, picture.header, side) and (part := _keep_page(job, told, side, parent)):
            return part
        if job.fed:
            small, size = copy_fed(picture, job.fed, job.excerpt.region, job.pixels)
        else:
            small, size = picture.thumbnail(side, side)
        return Part(small, size, msgspec.structs.replace(told, note=picture.note))


def _keep_page(job: ThumbnailJob, told: Finished, side: int, parent: Parent) -> Part | None:
    """Decodes all of a page, keeps it and returns the part; None if not all of that lies in it."""
    whole = Excerpt(job.excerpt.page)
    with opened_image(_path(job), job.max_pixels, name=job.name, excerpt=whole) as picture:
        pixels = picture.upright_rgb()
        parent.kept.keep(job, pixels, msgspec.structs.replace(told, note=picture.note))
    return parent.kept.part(job, side)


def _longest_side(pixels: int, width: int, height: int) -> int:
    """Returns how long a copy of so many pixels may be: of a strip, as long as two squares."""
    longer, shorter = max(width, height), min(width, height)
    return min(2 * round(sqrt(pixels)), ceil(sqrt(pixels * longer / shorter)))


def _with_pixels(reply: Finished, image: Image.Image, payload: bytes) -> tuple[Finished, bytes]:
    size = ImageSize(*image.size)
    return msgspec.structs.replace(reply, payload_size=size, payload_bytes=len(payload)), payload


def _within(small: Image.Image, pixels: int) -> Image.Image:
    """Returns the picture with its pixels within the budget, whatever its aspect ratio."""
    excess = small.width * small.height / pixels
    if excess <= 1:
        return small
    scale = 1 / sqrt(excess)
    size = (max(1, int(small.width * scale)), max(1, int(small.height * scale)))
    return small.resize(size, Image.Resampling.LANCZOS)


def _palette_png(small: Image.Image) -> bytes:
    """Returns 256 colours without dither: half the bytes of 24-bit colours, at 1 to 5 ms."""
    buffer = io.BytesIO()
    palette = small.quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    palette.save(buffer, "PNG", compress_level=9)
    return buffer.getvalue()


def _data_url(image: Image.Image) -> bytes:
    """Returns the picture without loss where that stays small, else as JPEG of high quality."""
    media_type, encoded = b"image/png", io.BytesIO()
    image.save(encoded, "PNG", compress_level=1)
    if encoded.tell() > _LONGEST_PNG:
        media_type, encoded = b"image/jpeg", io.BytesIO()
        image.save(encoded, "JPEG", quality=92, subsampling=0)
    return b"data:" + media_type + b";base64," + base64.b64encode(encoded.getbuffer())


def _path(job: Job) -> Path:
    return Path(os.fsdecode(job.path))


def main() -> None:
    """Serves standard input and output; the parent, not a key, ends this process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What a decoder leaves when it crashes may be gigabytes.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    serve(Parent(sys.stdin.buffer, sys.stdout.buffer, int(sys.argv[1])))


if __name__ == "__main__":
    main()

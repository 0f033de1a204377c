"""Decodes pictures in a process of its own: `python -m seeshell.tui.picture_worker png|rgb`.

Reads one JSON request a line, `{"path", "pixels", "max_pixels"}`, and answers each with one JSON
line: `{"error"}`, or a `Decoded` followed by its payload. It ends when its input ends, which it
does with the app, however the app ends. It imports no Textual and stays at about 25 MB.
"""

import io
import os
import signal
import sys
from math import sqrt
from pathlib import Path
from typing import IO

import msgspec
from msgspec import Struct
from PIL import Image

from ..core.errors import ImageError
from ..core.images import hash_file, thumbnail


class DecodeRequest(Struct, frozen=True):
    """A picture wanted."""

    path: bytes
    """Bytes, because names need not be text."""
    pixels: int
    """Most pixels of the small copy."""
    max_pixels: int
    """Pictures with more pixels are refused before they are decoded."""


class Decoded(Struct, frozen=True):
    """A small copy, whose payload of `payload_bytes` follows the line; or an error."""

    error: str = ""
    sha256: str = ""
    """Hash of the file's bytes."""
    width: int = 0
    """Pixels of the small copy across."""
    height: int = 0
    """Pixels of the small copy down."""
    source_width: int = 0
    """Pixels of the file across, upright."""
    source_height: int = 0
    """Pixels of the file down, upright."""
    payload_bytes: int = 0


def decode(request: DecodeRequest, form: str) -> tuple[Decoded, bytes]:
    """Returns the small copy as a palette PNG or as raw RGB, or the reason why there is none."""
    path = Path(os.fsdecode(request.path))
    try:
        small = _shrink(path, request)
        source_width, source_height = _source_size(path, small)
        payload = _encode(small, form)
        sha256 = hash_file(path)
    except ImageError as error:
        return Decoded(error=str(error)), b""
    decoded = Decoded(
        sha256=sha256,
        width=small.width,
        height=small.height,
        source_width=source_width,
        source_height=source_height,
        payload_bytes=len(payload),
    )
    return decoded, payload


def serve(requests: IO[bytes], replies: IO[bytes], form: str) -> None:
    """Answers every request until there are no more."""
    for line in requests:
        decoded, payload = decode(msgspec.json.decode(line, type=DecodeRequest), form)
        replies.write(msgspec.json.encode(decoded) + b"\n" + payload)
        replies.flush()


def _shrink(path: Path, request: DecodeRequest) -> Image.Image:
    """Returns the picture with its pixels within the budget, whatever its aspect ratio."""
    # A square of the budget's pixels is a first bound that never needs the size beforehand.
    side = 2 * round(sqrt(request.pixels))
    small = thumbnail(path, side, side, request.max_pixels)
    excess = small.width * small.height / request.pixels
    if excess > 1:
        scale = 1 / sqrt(excess)
        size = (max(1, int(small.width * scale)), max(1, int(small.height * scale)))
        small = small.resize(size, Image.Resampling.LANCZOS)
    return small


def _source_size(path: Path, small: Image.Image) -> tuple[int, int]:
    """Returns the file's own size; turned if the upright copy stands the other way."""
    try:
        with Image.open(path) as image:
            width, height = image.size
    except OSError:
        return small.size
    if (width > height) != (small.width > small.height) and width != height:
        return height, width
    return width, height


def _encode(small: Image.Image, form: str) -> bytes:
    """Returns the picture's bytes.

    256 colours without dither: half the bytes of 24-bit colours, at 1 to 5 ms.
    """
    if form == "rgb":
        return small.tobytes()
    buffer = io.BytesIO()
    palette = small.quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    palette.save(buffer, "PNG", compress_level=9)
    return buffer.getvalue()


def main() -> None:
    """Serves standard input and output; the app, not a key, ends this process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Image.MAX_IMAGE_PIXELS = None
    serve(sys.stdin.buffer, sys.stdout.buffer, sys.argv[1])


if __name__ == "__main__":
    main()

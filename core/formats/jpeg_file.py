"""JPEG files whose last bytes are missing: read, and judged by how much of the picture that is."""

import io
import random
import zlib
from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import BinaryIO, Final, cast

from PIL import Image

from .spliced_file import Part, Piece, SplicedFile

_END: Final = b"\xff\xd9"
_SCAN: Final = b"\xff\xda"

_LAST_COEFFICIENT: Final = 63

_BAND: Final = 8
"""Rows that are compared at a time, in a picture decoded at its full size."""

_SHARE: Final = 4
_REFINEMENT_SHARE: Final = 2
"""One part in so many may be missing: of the picture itself, or of its last refinement."""

_RANDOM: Final = bytes(random.Random(7).choices(range(255), k=4096))  # noqa: S311
_RESTARTS: Final = b"".join(
    b"\xff" + bytes([0xD0 + index % 8]) + _RANDOM[16 * index : 16 * index + 64]
    for index in range(64)
)
_FILLER: Final = b"\0" + _RANDOM + _RESTARTS
"""Stands for what is missing, to see which rows that changes.

Holds no marker at first; if a file ends within one, the zero makes a usual byte of it. A decoder
that looks for the next restart marker, as it does behind damage, finds those at the end.
"""

_BLOCK_BYTES: Final = 2**16
_MOST_ZEROS: Final = 2**28


class JpegFile:
    """A JPEG file with an end marker behind its last byte, read only if there was none before."""

    def __init__(self, file: BinaryIO, part: Part, filler: bytes = b"") -> None:
        """Prepares to read.

        Args:
            file: where the picture lies.
            part: of the file, from the picture's first byte; may hold more behind the picture.
                Zeros at its end do not count: a download that broke off may be filled up with them.
            filler: what to read between the part's end and the end marker.
        """
        self._file = file
        self._part = Part(part.start, _find_end(file, part) - part.start)
        self._filler = filler
        self._scans_start = 0
        self.is_short = False
        """Whether the file ended before the picture did, as far as it was read."""
        # Not buffered: reading ahead would come to the end of every file.
        self.view = SplicedFile(file, self._pieces())
        """What Pillow is to read."""

    def adapt(self) -> None:
        """Notes where the pixels begin: Pillow has just read the header."""
        self._scans_start = self.view.tell()

    def check_whole(self, image: Image.Image, draft_size: tuple[int, int] | None) -> None:
        """Makes sure that next to nothing is missing of a picture that was decoded from this file.

        What is missing is found by decoding once more, with other bytes in its place.

        Args:
            image: the decoded picture.
            draft_size: what `draft` was given before, if anything.

        Raises:
            EOFError: more is missing than the last rows, or than a part of the last refinement.
        """
        # Importing it registers the format, for the whole process.
        from PIL.JpegImagePlugin import JpegImageFile

        other = JpegFile(self._file, self._part, _FILLER)
        again = JpegImageFile(cast(BinaryIO, other.view))
        whole_height = again.height
        if draft_size:
            again.draft("RGB", draft_size)
        rows = max(1, _BAND * again.height // whole_height)
        same = _count_same(_checksums(image, rows), _checksums(again, rows))
        missing = max(0, again.height - rows * same)
        scans = list(self._later_scans())
        if again.info.get("progressive"):
            is_begun = _refined(scans) == {layer[0] for layer in again.layer}
            allowed = again.height / _REFINEMENT_SHARE
        else:
            is_begun = not scans or len(scans) == again.layers - 1
            block = 8 * max(max(layer[1:3]) for layer in again.layer)
            # Colours of fewer pixels than the picture reach into the rows above.
            last_rows = block * again.height / whole_height + rows
            allowed = min(last_rows, again.height / _SHARE)
        if missing > allowed or not is_begun:
            raise EOFError

    def _pieces(self) -> Iterator[Piece]:
        yield self._part
        self.is_short = True
        yield self._filler + _END

    def _later_scans(self) -> Iterator[bytes]:
        """Yields the headers of all scans but the first."""
        self._file.seek(self._part.start + self._scans_start)
        content = self._file.read()
        position = content.find(_SCAN)
        while position >= 0:
            length = int.from_bytes(content[position + 2 : position + 4])
            header = content[position + 4 : position + 2 + length]
            if len(header) == length - 2 >= 6:
                yield header
            position = content.find(_SCAN, position + 2)


def _find_end(file: BinaryIO, part: Part) -> int:
    """Returns where the zeros at the end of a part begin."""
    end = min(file.seek(0, io.SEEK_END), part.start + part.length)
    first = max(part.start, end - _MOST_ZEROS)
    while end > first:
        start = max(first, end - _BLOCK_BYTES)
        file.seek(start)
        content = file.read(end - start).rstrip(b"\0")
        if content:
            return start + len(content)
        end = start
    return end


def _refined(scans: Iterable[bytes]) -> set[int]:
    """Returns the colours whose finest details were begun in their last precision."""
    return {
        colour
        for scan in scans
        if scan[-2] == _LAST_COEFFICIENT and not scan[-1] & 15
        for colour in scan[1:-3:2]
    }


def _checksums(image: Image.Image, rows: int) -> Iterator[int]:
    for top in range(0, image.height, rows):
        band = image.crop((0, top, image.width, min(top + rows, image.height)))
        yield zlib.crc32(band.tobytes())


def _count_same(one: Iterable[int], two: Iterable[int]) -> int:
    """Returns how many values are the same before the first that is not."""
    pairs = zip(one, two, strict=True)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))

"""Camera raw files: told from their content, and read by the largest preview inside.

A raw file holds what the sensor saw, which is no picture before it is developed, and beside it JPEG
previews that the camera has developed. Pillow shows the first directory of those that are TIFF
files: often a thumbnail.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

from .spliced_file import Part
from .tiff_directories import Tags, read_directories

_MAKERS: Final = {
    b"FUJIFILMCCD-RAW ": "Fujifilm RAF",
    b"IIRO": "Olympus ORF",
    b"IIRS": "Olympus ORF",
    b"MMOR": "Olympus ORF",
    b"IIU\0": "Panasonic RW2",
    b"FOVb": "Sigma X3F",
    b"\0MRM": "Minolta MRW",
    b"II\x1a\0\0\0HEAPCCDR": "Canon CRW",
}
"""Files that begin so are raw files."""

_CANON_3: Final = b"ftypcrx "
_CANON_2: Final = b"CR\x02"
_TIFF: Final = (b"II*\0", b"MM\0*")

_WIDTH, _HEIGHT, _COMPRESSION, _PHOTOMETRIC = 256, 257, 259, 262
_ORIENTATION, _DNG_VERSION, _MAKE = 274, 50706, 271
_SENSOR: Final = frozenset({32803, 34892})
"""Photometric interpretations of raw pixels: behind colour filters, or linear."""
_JPEG: Final = frozenset({6, 7, 99})
_STRIPS, _TILES = 273, 324
_PLACES: Final = ((513, 514), (_STRIPS, 279), (_TILES, 325))
"""Tags that say where a picture lies and how long it is: JPEG, strips, tiles."""
_PANASONIC_SIZE: Final = (2, 3)

_SEARCHED_BYTES: Final = 2**22
"""From the start of a file, for previews that no directory names."""
_MOST_PREVIEWS: Final = 256
_START: Final = re.compile(rb"\xff\xd8\xff[\xc0-\xfe]")
_FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2})
"""Markers of pictures that can be decoded; others hold raw pixels."""
_NOT_BEFORE_FRAMES: Final = frozenset({*range(0xC0, 0xDB)} - {0xC4, 0xC8, 0xCC})
_MOST_SEGMENTS: Final = 100

_SMALLEST_SIDE: Final = 1600
"""The longer side of a preview that may be less than half as wide as the raw picture."""


class Preview(NamedTuple):
    """A JPEG inside a raw file."""

    part: Part
    width: int
    height: int


class CameraRaw(NamedTuple):
    """What is known of a raw file."""

    kind: str
    """As users know it, such as DNG."""
    width: int
    """Pixels of the raw picture across; 0 if that is not known; so below."""
    height: int
    orientation: int
    """As EXIF counts, for a preview that says nothing itself."""
    preview: Preview | None
    """The largest one."""

    @property
    def is_preview_large(self) -> bool:
        """Whether the preview shows what there is to see."""
        if self.preview is None:
            return False
        longest = max(self.preview.width, self.preview.height)
        is_half = bool(self.width) and 2 * longest >= max(self.width, self.height)
        return is_half or longest >= _SMALLEST_SIDE

    @property
    def note(self) -> str:
        """What the user should know of a picture that was read from the preview."""
        if self.preview is None:
            return ""
        of = f" of {self.width}x{self.height}" if self.width else ""
        size = f"{self.preview.width}x{self.preview.height}"
        return f"the preview of {size} inside the camera raw ({self.kind}){of}"

    def refuse(self, name: str) -> str:
        """Returns the sentence for a raw file whose preview is no picture of its own."""
        found = "that holds no preview that can be read"
        if self.preview is not None:
            found = (
                "that can't be developed here, and the preview in it is a thumbnail of "
                f"{self.preview.width}x{self.preview.height}"
            )
        advice = "open it in Preview or the camera's program, export it as JPEG and attach that."
        return f"{name} is a camera raw ({self.kind}) {found}; {advice}"


def read_camera_raw(file: BinaryIO) -> CameraRaw | None:
    """Returns what is known of a raw file; None if it is another kind of file."""
    file.seek(0)
    start = file.read(16)
    directories = list(read_directories(file)) if start[:2] in {b"II", b"MM"} else []
    kind = _find_kind(start, directories)
    if not kind:
        return None
    first = directories[0] if directories else {}
    width, height = max(map(_sensor_size, directories), default=(0, 0))
    found = list(_find_previews(file, directories))
    largest = max(found, key=lambda it: it.width * it.height, default=None)
    orientation = _one(first, _ORIENTATION) or _canon_orientation(file, start)
    return CameraRaw(kind, width, height, orientation, largest)


def _find_kind(start: bytes, directories: list[Tags]) -> str:
    """Returns which kind of raw file it is; empty if it is none."""
    if start[4:12] == _CANON_3:
        return "Canon CR3"
    for beginning, kind in _MAKERS.items():
        if start.startswith(beginning):
            return kind
    if not start.startswith(_TIFF):
        return ""
    if start[8:11] == _CANON_2:
        return "Canon CR2"
    if directories and _DNG_VERSION in directories[0]:
        return "DNG"
    if not any(_one(tags, _PHOTOMETRIC) in _SENSOR for tags in directories):
        return ""
    make = bytes(directories[0].get(_MAKE, ())).split(b"\0")[0].decode("ascii", "ignore")
    return make.strip().title() or "TIFF"


def _sensor_size(tags: Tags) -> tuple[int, int]:
    """Returns the size of the raw pixels in a directory; zeros if there are none."""
    if all(tag in tags for tag in _PANASONIC_SIZE) and _WIDTH not in tags:
        return _one(tags, _PANASONIC_SIZE[1]), _one(tags, _PANASONIC_SIZE[0])
    if _one(tags, _PHOTOMETRIC) in _SENSOR:
        return _one(tags, _WIDTH), _one(tags, _HEIGHT)
    return 0, 0


def _one(tags: Tags, tag: int) -> int:
    values = tags.get(tag, ())
    return values[0] if values else 0


def _find_previews(file: BinaryIO, directories: list[Tags]) -> Iterator[Preview]:
    """Yields JPEGs that directories name, then those that lie near the start.

    Raw pixels may be packed as JPEGs too; they are none.
    """
    pixels: set[int] = set()
    for tags in directories:
        if _one(tags, _PHOTOMETRIC) in _SENSOR:
            pixels |= {*tags.get(_STRIPS, ()), *tags.get(_TILES, ())}
            continue
        for offsets, lengths in _PLACES:
            places, sizes = tags.get(offsets, ()), tags.get(lengths, ())
            is_one = len(places) == len(sizes) == 1
            if is_one and (offsets == 513 or _one(tags, _COMPRESSION) in _JPEG):
                yield from _preview(file, Part(places[0], sizes[0]))
    file.seek(0)
    content = file.read(_SEARCHED_BYTES)
    for count, match in enumerate(_START.finditer(content)):
        if count == _MOST_PREVIEWS:
            return
        if match.start() not in pixels:
            yield from _preview(file, Part(match.start()))


def _preview(file: BinaryIO, part: Part) -> Iterator[Preview]:
    """Yields the preview that begins there, if there is one."""
    file.seek(part.start)
    if not _START.match(file.read(4)):
        return
    position = 2
    for _ in range(_MOST_SEGMENTS):
        file.seek(part.start + position)
        head = file.read(9)
        if len(head) < 9 or head[0] != 0xFF:
            return
        if head[1] in _FRAMES and head[4] == 8:
            height, width = int.from_bytes(head[5:7]), int.from_bytes(head[7:9])
            if width and height:
                yield Preview(part, width, height)
            return
        if head[1] in _NOT_BEFORE_FRAMES:
            return
        position += 2 + int.from_bytes(head[2:4])


def _canon_orientation(file: BinaryIO, start: bytes) -> int:
    """Returns what a CR3 file says of which way is up; 1 in other files."""
    if start[4:12] != _CANON_3:
        return 1
    file.seek(0)
    place = file.read(_SEARCHED_BYTES).find(b"CMT1")
    if place < 0:
        return 1
    first = next(read_directories(file, place + 4), {})
    return _one(first, _ORIENTATION) or 1

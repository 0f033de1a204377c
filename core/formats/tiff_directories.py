"""The directories of a TIFF file: tags and numbers, read within bounds whoever made the file."""

import struct
from collections.abc import Iterator
from typing import BinaryIO, Final

Tags = dict[int, tuple[int, ...]]
"""Values of whole numbers and bytes by tag; other kinds, and long lists, are left out."""

_SUB_DIRECTORIES: Final = 330
_EXIF: Final = 34665

_ORDERS: Final = {b"II": "<", b"MM": ">"}
_CLASSIC: Final = 42

_MOST_DIRECTORIES: Final = 64
_MOST_PAGES: Final = 4096
_MOST_TAGS: Final = 1024
_MOST_VALUES: Final = 64
_MOST_PLACES: Final = 4096
_PLACES: Final = frozenset({273, 324})
"""Tags of lists that may be longer than others: where strips and tiles lie."""

_KINDS: Final = {1: "B", 2: "B", 3: "H", 4: "L", 7: "B", 13: "L"}


def read_directories(file: BinaryIO, start: int = 0) -> Iterator[Tags]:
    """Yields the directories, the first one first, each before those that it names.

    Args:
        file: where the TIFF structure lies.
        start: of its header within the file; its offsets count from there.
    """
    file.seek(start)
    head = file.read(8)
    order = _ORDERS.get(head[:2])
    if order is None or len(head) < 8:
        return
    waiting: list[int] = [struct.unpack(f"{order}L", head[4:])[0]]
    seen: set[int] = set()
    while waiting and len(seen) < _MOST_DIRECTORIES:
        place = waiting.pop(0)
        if place in seen or not place:
            continue
        seen.add(place)
        tags, following = _read_directory(file, start, place, order)
        yield tags
        waiting += [*tags.get(_SUB_DIRECTORIES, ()), *tags.get(_EXIF, ())]
        waiting.append(following)


def read_pages(file: BinaryIO) -> Iterator[Tags]:
    """Yields the directories that follow one another from the first: the pages and what is between.

    None of a file of 64-bit offsets.
    """
    file.seek(0)
    head = file.read(8)
    order = _ORDERS.get(head[:2])
    if order is None or len(head) < 8 or struct.unpack(f"{order}H", head[2:4]) != (_CLASSIC,):
        return
    place: int = struct.unpack(f"{order}L", head[4:])[0]
    seen: set[int] = set()
    while place and place not in seen and len(seen) < _MOST_PAGES:
        seen.add(place)
        tags, place = _read_directory(file, 0, place, order)
        yield tags


def _read_directory(file: BinaryIO, start: int, place: int, order: str) -> tuple[Tags, int]:
    """Returns a directory and where the next one lies; 0 if there is none."""
    file.seek(start + place)
    count = int.from_bytes(file.read(2), "little" if order == "<" else "big")
    if count > _MOST_TAGS:
        return {}, 0
    content = file.read(12 * count)
    following = file.read(4)
    tags: Tags = {}
    for offset in range(0, len(content) - 11, 12):
        tag, kind, length = struct.unpack_from(f"{order}HHL", content, offset)
        if kind in _KINDS and length <= (_MOST_PLACES if tag in _PLACES else _MOST_VALUES):
            value = content[offset + 8 : offset + 12]
            tags[tag] = _read_values(file, start, f"{order}{length}{_KINDS[kind]}", value)
    return tags, struct.unpack(f"{order}L", following)[0] if len(following) == 4 else 0


def _read_values(file: BinaryIO, start: int, form: str, value: bytes) -> tuple[int, ...]:
    size = struct.calcsize(form)
    if size > len(value):
        file.seek(start + struct.unpack(f"{form[0]}L", value)[0])
        value = file.read(size)
    return struct.unpack(form, value[:size]) if len(value) >= size else ()

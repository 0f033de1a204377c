"""Rows read from the pages of a database file, where SQLite itself finds no way to them.

A table whose root is damaged, or a damaged list of tables, hides rows that lie on whole pages. Each
page that holds rows says so; of which table they are can be told from how they look, see
`stored_tables`.

Source: https://sqlite.org/fileformat2.html
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from .stored_tables import Value

MAGIC: Final = b"SQLite format 3\x00"
"""What a database file begins with."""

_NUMBERED: Final = 0x0D
"""The type of a page that holds numbered rows of a table."""

_UNNUMBERED: Final = {0x0A: 8, 0x02: 12}
"""Types of pages with entries of an index, or of a table whose rows have no numbers: with the size
of the page's header. Those above others hold rows too."""

_INTEGER_BYTES: Final = (0, 1, 2, 3, 4, 6, 8)
"""Of serial types 0 to 6."""

_MOST_COLUMNS: Final = 64


class RawRow(NamedTuple):
    """A row without its table."""

    number: int
    values: tuple[Value, ...]
    is_numbered: bool
    """Otherwise it lies as an index does, and its number says nothing."""


class RawPages:
    """The pages of one file that are in use."""

    def __init__(self, file: Path) -> None:
        self._bytes = file.read_bytes()
        self._size, self._usable = _page_size(self._bytes)
        self._count = len(self._bytes) // self._size
        self._free = self._find_free()

    def rows(self) -> Iterator[RawRow]:
        """Yields all that looks like a row, of tables and indexes."""
        for number in range(1, self._count + 1):
            if number not in self._free:
                yield from self._rows_of(number)

    def _page(self, number: int) -> bytes:
        start = (number - 1) * self._size
        return self._bytes[start : start + self._usable]

    def _find_free(self) -> set[int]:
        """Returns the pages that hold nothing any more: what lies there was deleted."""
        free: set[int] = set()
        is_told = self._bytes.startswith(MAGIC)
        trunk = int.from_bytes(self._bytes[32:36], "big") if is_told else 0
        while 0 < trunk <= self._count and trunk not in free:
            page = self._page(trunk)
            free.add(trunk)
            following, leaves = struct.unpack(">II", page[:8])
            if leaves > self._usable // 4:
                break
            free.update(struct.unpack(f">{leaves}I", page[8 : 8 + 4 * leaves]))
            trunk = following
        return free

    def _rows_of(self, number: int) -> Iterator[RawRow]:
        page, start = self._page(number), 100 if number == 1 else 0
        if len(page) < self._usable:
            return
        kind = page[start]
        header = 8 if kind == _NUMBERED else _UNNUMBERED.get(kind)
        cells = int.from_bytes(page[start + 3 : start + 5], "big")
        if header is None or start + header + 2 * cells > len(page):
            return
        for cell in range(cells):
            place = start + header + 2 * cell
            try:
                at = int.from_bytes(page[place : place + 2], "big")
                yield self._read_cell(page, at if header == 8 else at + 4, kind == _NUMBERED)
            except (IndexError, ValueError, struct.error):
                continue

    def _read_cell(self, page: bytes, place: int, is_numbered: bool) -> RawRow:
        """Returns the row at a place: behind the number of the page below, if it has one."""
        size, place = _varint(page, place)
        number, place = _varint(page, place) if is_numbered else (0, place)
        most = self._usable - 35 if is_numbered else (self._usable - 12) * 64 // 255 - 23
        if size <= most:
            return RawRow(number, _record(page[place : place + size]), is_numbered)
        least = (self._usable - 12) * 32 // 255 - 23
        local = least + (size - least) % (self._usable - 4)
        local = local if local <= most else least
        following = int.from_bytes(page[place + local : place + local + 4], "big")
        payload = page[place : place + local] + self._read_rest(following, size - local)
        return RawRow(number, _record(payload), is_numbered)

    def _read_rest(self, following: int, size: int) -> bytes:
        """Returns what of a row lies on pages of its own.

        Raises:
            ValueError: not all of it is there.
        """
        if size > len(self._bytes):
            raise ValueError("no row is so long")
        rest = bytearray()
        while len(rest) < size:
            if not 0 < following <= self._count:
                raise ValueError("the rest of a row is missing")
            page = self._page(following)
            following = int.from_bytes(page[:4], "big")
            rest += page[4 : 4 + size - len(rest)]
        return bytes(rest)


def _page_size(content: bytes) -> tuple[int, int]:
    """Returns the bytes of a page, and those that are used; as a new file has them if unknown."""
    size = int.from_bytes(content[16:18], "big")
    size = 65_536 if size == 1 else size
    if not content.startswith(MAGIC) or size < 512 or size & (size - 1):
        return 4096, 4096
    return size, size - content[20]


def _varint(raw: bytes, place: int) -> tuple[int, int]:
    """Returns a number and the place behind it."""
    value = 0
    for count in range(9):
        byte = raw[place + count]
        if count == 8:
            return (value << 8) | byte, place + 9
        value = (value << 7) | (byte & 0x7F)
        if byte < 0x80:
            return value, place + count + 1
    raise ValueError("no number")


def _record(raw: bytes) -> tuple[Value, ...]:
    """Returns the values of a row.

    Raises:
        ValueError, IndexError, struct.error: it is none.
    """
    end, place = _varint(raw, 0)
    types: list[int] = []
    while place < end:
        serial, place = _varint(raw, place)
        types.append(serial)
    if place != end or len(types) > _MOST_COLUMNS:
        raise ValueError("no record")
    values: list[Value] = []
    for serial in types:
        value, place = _value(raw, place, serial)
        values.append(value)
    return tuple(values)


def _value(raw: bytes, place: int, serial: int) -> tuple[Value, int]:
    """Returns a value of a serial type and the place behind it."""
    if serial == 0:
        return None, place
    if serial in (8, 9):
        return serial - 8, place
    if serial == 7:
        return struct.unpack(">d", raw[place : place + 8])[0], place + 8
    if serial < 7:
        size = _INTEGER_BYTES[serial]
        return int.from_bytes(raw[place : place + size], "big", signed=True), place + size
    size = (serial - 12) // 2
    content = raw[place : place + size]
    if serial < 12 or len(content) < size:
        raise ValueError("no value")
    text = content.decode("utf-8", "replace") if serial % 2 else content
    return text, place + size

"""What a terminal shows of a program's output."""

import re

import pyte

_GRAPHICS = re.compile(rb"\x1b[_P^].*?\x1b\\|\x1b\]1337;[^\x07]*\x07", re.DOTALL)
_OPEN_GRAPHICS = re.compile(rb"\x1b(?:[_P^][^\x1b]*\x1b?|\]1337;[^\x07]*)?\Z", re.DOTALL)


class Screen:
    """A terminal's cells; picture commands, which pyte does not know, are left out."""

    def __init__(self, columns: int, rows: int) -> None:
        self._cells = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._cells)
        self._waiting = b""

    def feed(self, output: bytes) -> list[str]:
        """Shows more output and returns the text of the rows that changed."""
        output = _GRAPHICS.sub(b"", self._waiting + output)
        incomplete = _OPEN_GRAPHICS.search(output)
        self._waiting = incomplete[0] if incomplete else b""
        self._cells.dirty.clear()
        self._stream.feed(output[: len(output) - len(self._waiting)])
        return [self._row(y) for y in sorted(self._cells.dirty) if y < self._cells.lines]

    def resize(self, columns: int, rows: int) -> None:
        self._cells.resize(rows, columns)

    @property
    def text(self) -> str:
        """All rows."""
        return "\n".join(self._row(y).rstrip() for y in range(self._cells.lines))

    def _row(self, y: int) -> str:
        row = self._cells.buffer[y]
        return "".join(row[x].data for x in range(self._cells.columns))

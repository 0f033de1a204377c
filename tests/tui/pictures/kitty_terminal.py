"""A terminal with kitty's pictures: what it was sent, and what its cells say."""

import re
from typing import NamedTuple

import pyte

from seeshell.tui.pictures.drawn import CellGrid
from seeshell.tui.pictures.kitty import MAX_CELLS
from seeshell.tui.pictures.renderables import Renderables
from seeshell.tui.terminal.replies import (
    ASK_ATTRIBUTES,
    ASK_CELL_SIZE,
    ASK_GRAPHICS,
    ASK_NAME,
)

PLACEHOLDER = "\U0010eeee"
_MESSAGE = re.compile(rb"\x1b_G([^;\x1b]*)(?:;([^\x1b]*))?\x1b\\")
_CUT_MESSAGE = re.compile(rb"\x1b(?:_(?:G[^\x1b]*\x1b?)?)?\Z")
"""The beginning of a message whose rest has not been read yet."""


class Cell(NamedTuple):
    """A placeholder cell: which part of which placement it shows."""

    image_id: int
    placement: int
    row: int
    column: int


class ColorScreen(pyte.Screen):
    """Keeps a cell's underline colour behind its foreground colour."""

    def select_graphic_rendition(self, *attributes: int, private: bool = False) -> None:
        if private:
            return
        codes, placement = list(attributes), 0
        # Our cells name the placement behind the 24-bit foreground.
        if 38 in codes and codes[codes.index(38) + 5 :][:2] == [58, 5]:
            at = codes.index(38) + 5
            placement = codes[at + 2]
            del codes[at : at + 3]
        super().select_graphic_rendition(*codes)
        if placement:
            attrs = self.cursor.attrs
            self.cursor.attrs = attrs._replace(fg=f"{attrs.fg}/{placement}")


class KittyTerminal:
    """A terminal with kitty's pictures: keeps what it was sent and what its cells say."""

    def __init__(self, columns: int, rows: int) -> None:
        self.screen = ColorScreen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.pictures: dict[int, bytes] = {}
        self.placements: dict[tuple[int, int], tuple[int, int]] = {}
        self.deleted: list[int] = []
        self.payload_bytes = 0
        self.asked_for_replies = 0
        self._open_id = 0
        self._rest = b""
        grid = CellGrid(MAX_CELLS, 1)
        (strip,) = Renderables((10, 20)).placeholder_strips(1, 1, grid)
        # Each cell is the placeholder and the marks of row, column and the id's upper byte.
        self._numbers = {strip.text[4 * number + 2]: number for number in range(MAX_CELLS)}

    def feed(self, output: bytes) -> None:
        output = self._rest + output
        cut = _CUT_MESSAGE.search(output)
        whole = cut.start() if cut else len(output)
        output, self._rest = output[:whole], output[whole:]
        for match in _MESSAGE.finditer(output):
            self._obey(match[1].decode(), match[2] or b"")
        self._stream.feed(_MESSAGE.sub(b"", output))

    def cells(self) -> dict[tuple[int, int], Cell]:
        """Returns what each placeholder cell on the screen shows, by (y, x).

        A cell whose marks have not arrived yet is left out.
        """
        found = {}
        for y in range(self.screen.lines):
            for x in range(self.screen.columns):
                char = self.screen.buffer[y][x]
                if char.data.startswith(PLACEHOLDER) and len(char.data) > 2:
                    color, _, placement = char.fg.partition("/")
                    row, column = (self._numbers[mark] for mark in char.data[1:3])
                    found[y, x] = Cell(int(color, 16), int(placement), row, column)
        return found

    def _obey(self, keys: str, payload: bytes) -> None:
        values = dict(pair.split("=") for pair in keys.split(","))
        if values.get("a") == "q":
            return
        self.asked_for_replies += values.get("q") != "2"
        if values.get("a") == "t":
            self._open_id = int(values["i"])
            self.pictures[self._open_id] = b""
        if values.get("a") == "d":
            assert values["d"] == "I"
            self.deleted.append(int(values["i"]))
        elif values.get("a") == "p":
            assert self._open_id == 0, "a placement between the chunks of a picture"
            place = int(values["i"]), int(values["p"])
            self.placements[place] = int(values["c"]), int(values["r"])
        else:
            self.payload_bytes += len(payload)
            self.pictures[self._open_id] += payload
            if values["m"] == "0":
                self._open_id = 0


KITTY_REPLIES = {
    ASK_NAME: "\x1bP>|kitty(0.41.1)\x1b\\",
    ASK_CELL_SIZE: "\x1b[6;20;10t",
    ASK_GRAPHICS: "\x1b_Gi=31;OK\x1b\\",
    ASK_ATTRIBUTES: "\x1b[?62;52;c",
}


def assert_whole(terminal: KittyTerminal) -> set[tuple[int, int]]:
    """Checks that every cell shows the right part of a placement; returns the placements seen."""
    cells = terminal.cells()
    assert len(cells) == "".join(terminal.screen.display).count(PLACEHOLDER) > 0
    for (y, x), cell in cells.items():
        columns, rows = terminal.placements[cell.image_id, cell.placement]
        assert cell.column < columns
        assert cell.row < rows
        left = cells.get((y, x - 1))
        if left is not None and left.placement == cell.placement:
            assert cell == left._replace(column=left.column + 1)
    return {(cell.image_id, cell.placement) for cell in cells.values()}

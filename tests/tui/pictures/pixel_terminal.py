"""A terminal that shows pixels over its cells: by sixels, iTerm2's protocol, or kitty's."""

import io
import re
from base64 import b64decode
from dataclasses import dataclass, field
from typing import Any

import pyte
from PIL import Image
from rich.cells import cell_len

from .sixels import decode_sixels

CELL = (10, 20)
"""Pixels of a cell, as the replies below say."""

ASK_KITTY = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
_SEQUENCE = re.compile(rb"\x1bP(.*?)\x1b\\|\x1b_G(.*?)\x1b\\|\x1b\]1337;(.*?)\x07", re.DOTALL)
_CUT = re.compile(rb"\x1b(?:[P_\]][^\x1b\x07]*\x1b?)?\Z")
"""The beginning of a sequence whose rest has not been read yet."""

Cells = dict[tuple[int, int], Image.Image]
"""What covers cells, by (y, x)."""


@dataclass
class _Placed:
    """A part of a picture of kitty's protocol on the screen."""

    x: int
    y: int
    tiles: Cells = field(repr=False)


class _Screen(pyte.Screen):
    """Text over pixels removes them; rows that are moved take them along."""

    def __init__(self, columns: int, rows: int) -> None:
        self.pixels: Cells = {}
        super().__init__(columns, rows)

    def draw(self, data: str) -> None:
        if not self.pixels:
            super().draw(data)
            return
        for char in data:
            for x in range(cell_len(char)):
                self.pixels.pop((self.cursor.y, self.cursor.x + x), None)
            super().draw(char)

    def erase_in_display(self, how: int = 0, *args: Any, **options: Any) -> None:
        self.pixels.clear()
        super().erase_in_display(how, *args, **options)

    def index(self) -> None:
        top, bottom = self.margins or (0, self.lines - 1)
        if self.cursor.y == bottom:
            self._move_pixels(top, bottom, -1)
        super().index()

    def reverse_index(self) -> None:
        top, bottom = self.margins or (0, self.lines - 1)
        if self.cursor.y == top:
            self._move_pixels(top, bottom, 1)
        super().reverse_index()

    def _move_pixels(self, top: int, bottom: int, step: int) -> None:
        region = {at: it for at, it in self.pixels.items() if top <= at[0] <= bottom}
        for at in region:
            del self.pixels[at]
        for (y, x), tile in region.items():
            if top <= y + step <= bottom:
                self.pixels[y + step, x] = tile


class PixelTerminal:
    """Keeps what it was sent, and shows it as pixels."""

    def __init__(self, columns: int = 80, rows: int = 24) -> None:
        self.screen = _Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.picture_bytes = 0
        """Of all that paints or sends pictures, placing them included."""
        self.sent: dict[int, bytes] = {}
        self.placed: dict[tuple[int, int], _Placed] = {}
        self.deleted: list[int] = []
        self.protocols: set[str] = set()
        """By which pictures came."""
        self._open_id = 0
        self._rest = b""

    def feed(self, output: bytes) -> None:
        output = self._rest + output
        cut = _CUT.search(output)
        whole = cut.start() if cut else len(output)
        output, self._rest = output[:whole], output[whole:]
        position = 0
        for found in _SEQUENCE.finditer(output):
            self._stream.feed(output[position : found.start()])
            position = found.end()
            if ASK_KITTY.encode() != found[0] and not found[0].startswith((b"\x1bP$", b"\x1bP+")):
                self.picture_bytes += len(found[0])
                self._obey(found)
        self._stream.feed(output[position:])

    def covered(self) -> Cells:
        """Returns what covers cells."""
        covered = dict(self.screen.pixels)
        for placed in self.placed.values():
            for (y, x), tile in placed.tiles.items():
                covered[placed.y + y, placed.x + x] = tile
        return covered

    def picture(self) -> Image.Image:
        """Returns the pixels of the smallest rectangle that holds all covered cells."""
        covered = self.covered()
        top, left = min(y for y, _ in covered), min(x for _, x in covered)
        rows = max(y for y, _ in covered) - top + 1
        columns = max(x for _, x in covered) - left + 1
        assert len(covered) == rows * columns, "the picture has holes"
        image = Image.new("RGB", (columns * CELL[0], rows * CELL[1]))
        for (y, x), tile in covered.items():
            image.paste(tile, ((x - left) * CELL[0], (y - top) * CELL[1]))
        return image

    def _obey(self, found: "re.Match[bytes]") -> None:
        kinds = zip(("sixel", "kitty", "iterm2"), found.groups(), strict=True)
        self.protocols |= {kind for kind, given in kinds if given is not None}
        if found[1] is not None:
            self._paint(decode_sixels("P" + found[1].decode()))
        elif found[2] is not None:
            keys, _, payload = found[2].decode().partition(";")
            self._obey_kitty(dict(pair.split("=") for pair in keys.split(",")), payload)
        else:
            self._show_file(found[3].decode())

    def _paint(self, image: Image.Image) -> None:
        cursor = self.screen.cursor
        rows = -(-image.height // CELL[1])
        assert cursor.y + rows < self.screen.lines, "sixels in the last row scroll the screen"
        for (y, x), tile in _tiles(image).items():
            self.screen.pixels[cursor.y + y, cursor.x + x] = tile

    def _show_file(self, command: str) -> None:
        keys, _, payload = command.removeprefix("File=").partition(":")
        values = dict(pair.split("=") for pair in keys.split(";"))
        file = b64decode(payload)
        assert (values["inline"], values["preserveAspectRatio"]) == ("1", "0")
        assert int(values["size"]) == len(file)
        size = int(values["width"]) * CELL[0], int(values["height"]) * CELL[1]
        self._paint(Image.open(io.BytesIO(file)).convert("RGB").resize(size))

    def _obey_kitty(self, values: dict[str, str], payload: str) -> None:
        assert values["q"] == "2"
        image_id = int(values.get("i", 0))
        place = image_id, int(values.get("p", 0))
        match values.get("a"), values.get("d"):
            case "d", "I":
                self.deleted.append(image_id)
                del self.sent[image_id]
                self.placed = {at: it for at, it in self.placed.items() if at[0] != image_id}
            case "d", "i":
                self.placed.pop(place, None)
            case "p", _:
                assert not self._open_id, "a placement between the chunks of a picture"
                self.placed[place] = self._place(values)
            case _:
                if "a" in values:
                    self.sent[image_id], self._open_id = b"", image_id
                self.sent[self._open_id] += b64decode(payload)
                if values["m"] == "0":
                    self._open_id = 0

    def _place(self, values: dict[str, str]) -> _Placed:
        x, y, width, height = (int(values[key]) for key in "xywh")
        image = Image.open(io.BytesIO(self.sent[int(values["i"])])).convert("RGB")
        assert x + width <= image.width
        assert y + height <= image.height
        size = int(values["c"]) * CELL[0], int(values["r"]) * CELL[1]
        assert values["C"] == "1"
        shown = image.resize(size, box=(x, y, x + width, y + height))
        return _Placed(self.screen.cursor.x, self.screen.cursor.y, _tiles(shown))


def _tiles(image: Image.Image) -> Cells:
    """Returns a picture cell by cell."""
    width, height = CELL
    return {
        (y // height, x // width): image.crop((x, y, x + width, y + height))
        for y in range(0, image.height, height)
        for x in range(0, image.width, width)
    }

"""A terminal with kitty's pictures at the far end of a pseudo-terminal."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import psutil
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

from ...patience import PATIENCE

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


class TerminalSession:
    """A program whose terminal is such a one."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        round_trip: float = 0.0,
    ) -> None:
        """Starts the program on 100x30 cells.

        Args:
            command: what to run.
            environment: added to this process's.
            folder: where it runs.
            round_trip: seconds until a query is answered, as over a slow line.
        """
        self.terminal = KittyTerminal(100, 30)
        self._round_trip = round_trip
        self._asked = b""
        self._far, near = pty.openpty()
        _set_size(near, 100, 30)
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in {"COLORTERM", "TEXTUAL_COLOR_SYSTEM", "TMUX", "NO_COLOR"}
        }
        self.process = subprocess.Popen(
            command,
            stdin=near,
            stdout=near,
            stderr=near,
            env=kept | {"TERM": "xterm-256color"} | dict(environment or {}),
            cwd=folder,
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        os.close(near)

    @property
    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(self.terminal.screen.display)

    def type(self, keys: str) -> None:
        os.write(self._far, keys.encode())

    def press(self, keys: str) -> None:
        """Presses keys and waits until the program has nothing more to write."""
        self.type(keys)
        self.settle()

    def resize(self, columns: int, rows: int) -> None:
        self.terminal.screen.resize(rows, columns)
        _set_size(self._far, columns, rows)
        self.settle()

    def settle(self, quiet: float = 0.3) -> None:
        """Returns once the program has written nothing for a while and has nothing to do."""
        end = time.monotonic() + PATIENCE
        while (is_writing := self._has_written(quiet)) or self._is_busy():
            assert time.monotonic() < end, "the program never stops writing"
            if is_writing and not self._read():
                return

    def until(self, condition: Callable[[], bool]) -> None:
        """Returns once the condition holds."""
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, self.text
            if self._has_written(0.2) and not self._read():
                self.process.wait(PATIENCE)
                assert condition(), self.text

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._far)

    def _has_written(self, wait: float) -> bool:
        return bool(select.select([self._far], [], [], wait)[0])

    def _is_busy(self) -> bool:
        """Whether the program, or one that it has started, would go on if it were its turn."""
        program = psutil.Process(self.process.pid)
        return any(map(_is_running, (program, *program.children(recursive=True))))

    def _read(self) -> bytes:
        try:
            output = os.read(self._far, 65536)
        except OSError:
            return b""
        self.terminal.feed(output)
        self._answer(output)
        return output

    def _answer(self, output: bytes) -> None:
        self._asked = (self._asked + output)[-4096:]
        for query, reply in KITTY_REPLIES.items():
            if query.encode() in self._asked:
                self._asked = self._asked.replace(query.encode(), b"")
                time.sleep(self._round_trip / len(KITTY_REPLIES))
                self.type(reply)


def _is_running(process: psutil.Process) -> bool:
    try:
        return bool(process.status() == psutil.STATUS_RUNNING)
    except psutil.NoSuchProcess:
        return False


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _set_size(descriptor: int, columns: int, rows: int) -> None:
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


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

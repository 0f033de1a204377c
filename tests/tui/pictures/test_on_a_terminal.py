"""What a real app writes to a terminal, read back as the terminal would read it."""

import base64
import fcntl
import io
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pyte
import pytest
from PIL import Image, ImageChops, ImageStat

from seeshell.tui.pictures.library import Library

PLACEHOLDER = "\U0010eeee"
_MESSAGE = re.compile(rb"\x1b_G([^;\x1b]*)(?:;([^\x1b]*))?\x1b\\")


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
        diacritics = Library(10, 20)._tgp._NUMBER_TO_DIACRITIC
        self._numbers = {chr(code): number for number, code in enumerate(diacritics)}

    def feed(self, output: bytes) -> None:
        output = self._rest + output
        begun = len(output) - 1 if output.endswith(b"\x1b") else output.rfind(b"\x1b_G")
        is_cut = begun >= 0 and b"\x1b\\" not in output[begun:]
        self._rest = output[begun:] if is_cut else b""
        output = output[:begun] if is_cut else output
        for match in _MESSAGE.finditer(output):
            self._obey(match[1].decode(), match[2] or b"")
        self._stream.feed(_MESSAGE.sub(b"", output))

    def cells(self) -> dict[tuple[int, int], Cell]:
        """Returns what each placeholder cell on the screen shows, by (y, x)."""
        found = {}
        for y in range(self.screen.lines):
            for x in range(self.screen.columns):
                char = self.screen.buffer[y][x]
                if char.data.startswith(PLACEHOLDER):
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


class Session:
    """An app on a pseudo-terminal with the kitty terminal at its far end."""

    def __init__(self, photo: Path) -> None:
        self.terminal = KittyTerminal(100, 30)
        self._far, near = pty.openpty()
        _set_size(near, 100, 30)
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in {"COLORTERM", "TEXTUAL_COLOR_SYSTEM", "TMUX", "NO_COLOR"}
        }
        self.process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("picture_app.py"), photo],
            stdin=near,
            stdout=near,
            stderr=near,
            env=environment | {"TERM": "xterm-256color"},
            start_new_session=True,
        )
        os.close(near)

    def press(self, key: str) -> None:
        """Presses a key and waits until the app has nothing more to write."""
        os.write(self._far, key.encode())
        self.settle()

    def resize(self, columns: int, rows: int) -> None:
        self.terminal.screen.resize(rows, columns)
        _set_size(self._far, columns, rows)
        self.settle()

    def settle(self, quiet: float = 0.3, patience: float = 20.0) -> None:
        end = time.monotonic() + patience
        while select.select([self._far], [], [], quiet)[0]:
            assert time.monotonic() < end, "the app never stops writing"
            if not self._read():
                return

    def wait_for_cells(self, count: int, patience: float = 20.0) -> None:
        end = time.monotonic() + patience
        while len(self.terminal.cells()) < count:
            assert time.monotonic() < end, self.terminal.screen.display
            if select.select([self._far], [], [], 0.5)[0] and not self._read():
                break
        self.settle()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._far)

    def _read(self) -> bytes:
        try:
            output = os.read(self._far, 65536)
        except OSError:
            return b""
        self.terminal.feed(output)
        return output


def _set_size(descriptor: int, columns: int, rows: int) -> None:
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


@pytest.fixture
def session(photo: Path) -> Iterator[Session]:
    session = Session(photo)
    yield session
    session.close()


def assert_whole(terminal: KittyTerminal) -> set[tuple[int, int]]:
    """Checks that every cell shows the right part of a placement; returns the placements seen."""
    cells = terminal.cells()
    assert cells
    for (y, x), cell in cells.items():
        columns, rows = terminal.placements[cell.image_id, cell.placement]
        assert cell.column < columns
        assert cell.row < rows
        left = cells.get((y, x - 1))
        if left is not None and left.placement == cell.placement:
            assert cell == left._replace(column=left.column + 1)
    return {(cell.image_id, cell.placement) for cell in cells.values()}


def test_a_picture_is_sent_once_and_every_cell_shows_its_part(
    session: Session, photo: Path
) -> None:
    terminal = session.terminal
    session.wait_for_cells(40 * 8 + 1)

    (image_id,) = terminal.pictures
    sent = Image.open(io.BytesIO(base64.b64decode(terminal.pictures[image_id])))
    assert sent.format == "PNG"
    assert sent.mode == "P"
    assert sent.width * sent.height <= 60_000
    assert sent.width / sent.height == pytest.approx(640 / 400, rel=0.02)
    with Image.open(photo) as original:
        small = original.convert("RGB").resize(sent.size)
    difference = ImageStat.Stat(ImageChops.difference(small, sent.convert("RGB"))).mean
    assert max(difference) < 12

    seen = assert_whole(terminal)
    assert len(seen) == 2
    assert {image for image, _ in seen} == {image_id}
    list_size, pane_size = (terminal.placements[place] for place in sorted(seen))
    assert list_size == (26, 8)
    assert pane_size[0] > 40
    assert terminal.asked_for_replies == 0
    once = terminal.payload_bytes

    for key in "jjj", "r", "m", "m", "j":
        session.press(key)
    assert_whole(terminal)
    session.resize(120, 40)
    session.resize(90, 24)
    assert_whole(terminal)
    assert terminal.payload_bytes == once

    os.write(session._far, b"q")
    session.settle()
    assert session.process.wait(10) == 0
    assert terminal.deleted == [image_id]

"""The one module that knows private names of textual-image, Rich and Textual's driver.

textual-image asks the terminal when it is imported and sends pictures beside Textual's own
output. Here it is told the answers first (trap: a late reply is typed into the prompt), and only
its cells are used. Both of its lines are supported: 0.12, which Python 3.11 gets, and 0.13 to
0.14.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from io import StringIO
from types import ModuleType
from typing import TYPE_CHECKING, Any, NoReturn

from rich.color import Color, ColorSystem, ColorType
from rich.color_triplet import ColorTriplet
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

if TYPE_CHECKING:
    from PIL.Image import Image
    from textual.app import App


class PlaceholderColor(Color):
    """A foreground colour that carries a picture's id, its underline colour that of a placement.

    It is no colour to look at, so it is never rounded to what the terminal can show. The
    placement is the `number` that other 24-bit colours leave empty, so that two placements of a
    picture are never taken for the same style.
    """

    __slots__ = ()

    @classmethod
    def of(cls, image_id: int, placement: int) -> "PlaceholderColor":
        """Returns the colour for a 24-bit image id and a placement from 1 to 255."""
        triplet = ColorTriplet(image_id >> 16 & 255, image_id >> 8 & 255, image_id & 255)
        return cls(f"picture {triplet.hex}", ColorType.TRUECOLOR, placement, triplet)

    def downgrade(  # type: ignore[override]
        self,
        system: ColorSystem,  # noqa: ARG002
    ) -> Color:
        """Returns itself: a rounded id names another picture."""
        return self

    def get_ansi_codes(  # type: ignore[override]
        self, foreground: bool = True
    ) -> tuple[str, ...]:
        """Returns the codes of the id and, as underline colour, of the placement."""
        codes = super().get_ansi_codes(foreground)
        return (*codes, "58", "5", str(self.number)) if foreground else codes


class Library:
    """textual-image's renderables, loaded without a word to the terminal."""

    def __init__(self, cell_width: int, cell_height: int) -> None:
        terminal = import_module("textual_image._terminal")
        _answer_for_terminal(terminal, cell_width, cell_height)
        with _without_numpy():
            self._tgp: Any = import_module("textual_image.renderable.tgp")
            self._halfcell: Any = import_module("textual_image.renderable.halfcell")
        self._options = Console(file=StringIO()).options

    def placeholder_strips(
        self, image_id: int, placement: int, columns: int, rows: int
    ) -> list[Strip]:
        """Returns the cells in which the terminal draws the picture."""
        renderable = self._tgp.Image(_one_pixel(), columns, rows)
        renderable.terminal_image_id = image_id
        style = Style(color=PlaceholderColor.of(image_id, placement))
        return [
            Strip([Segment(segment.text.rstrip("\n"), style)], columns)
            for segment in renderable._render_diacritics(columns, rows)
        ]

    def halfblock_strips(
        self, rgb: bytes, size: tuple[int, int], columns: int, rows: int
    ) -> Iterator[Strip]:
        """Yields rows of half blocks, two pixels a cell, of a picture given as raw RGB."""
        from PIL import Image

        image = Image.frombytes("RGB", size, rgb)
        renderable = self._halfcell.Image(image, columns, rows)
        renderable._image_data = _Pixels(image)
        row: list[Segment] = []
        for segment in renderable.__rich_console__(None, self._options):
            if segment.text == "\n":
                yield Strip(row, columns).simplify()
                row = []
            else:
                row.append(segment)


class _Pixels:
    """Stands in for textual-image's pixels, whose iteration Pillow 13 deprecates."""

    def __init__(self, image: "Image") -> None:
        self._image = image

    def scaled(self, width: int, height: int) -> "_Pixels":
        return _Pixels(self._image.resize((width, height)))

    def __iter__(self) -> Iterator[list[tuple[int, ...]]]:
        stride = self._image.width * 3
        raw = self._image.tobytes()
        for start in range(0, len(raw), stride):
            row = raw[start : start + stride]
            yield [tuple(row[index : index + 3]) for index in range(0, stride, 3)]


class DriverOutput:
    """Writes to the terminal in turn with Textual's own output."""

    def __init__(self, app: "App[Any]") -> None:
        self._app = app

    def write(self, text: str) -> None:
        """Queues the text behind what Textual has written; nothing once the app has ended."""
        driver = self._app._driver
        if driver is not None and getattr(driver, "_writer_thread", None) is not None:
            driver.write(text)

    def is_behind(self) -> bool:
        """Whether the line is slower than the output, so that more would delay the keys."""
        writer = getattr(self._app._driver, "_writer_thread", None)
        return writer is not None and not writer._queue.empty()


def _answer_for_terminal(terminal: ModuleType, cell_width: int, cell_height: int) -> None:
    """Gives textual-image what it would ask the terminal for, so that it sends nothing."""
    cell_size = terminal.CellSize(cell_width, cell_height)
    probe: Callable[[], Any] | None = getattr(terminal, "probe_terminal", None)
    if probe is not None:
        answer = terminal.TerminalCapabilities(cell_size, sixel=False, tgp=False)
        setattr(probe, "_result", answer)  # noqa: B010 - a function has no such attribute
        return
    setattr(terminal.get_cell_size, "_result", cell_size)  # noqa: B010

    def refuse(*_args: object, **_options: object) -> NoReturn:
        raise terminal.TerminalError("seeshell has asked the terminal")

    setattr(terminal, "capture_terminal_response", refuse)  # noqa: B010


@contextmanager
def _without_numpy() -> Iterator[None]:
    """Hides numpy, which only sixel would use: it costs 0.1 s and 20 MB."""
    if "numpy" in sys.modules:
        yield
        return
    sys.modules["numpy"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["numpy"]


def _one_pixel() -> "Image":
    from PIL import Image

    return Image.new("RGB", (1, 1))

"""Pixels over cells: after anything that happens to a screen they stand where they belong."""

import asyncio
import re
from collections.abc import Iterator
from random import Random

import pyte
import pytest
from rich.cells import cell_len
from rich.color_triplet import ColorTriplet
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from seeshell.tui.pictures import resting_canvas
from seeshell.tui.pictures.drawn import CellGrid
from seeshell.tui.pictures.placing_canvas import Kept, PlacingCanvas
from seeshell.tui.pictures.resting_canvas import RestingCanvas
from seeshell.tui.pictures.transmitter import Transmitter
from seeshell.tui.terminal.painter import Painter
from seeshell.tui.terminal.pixel_cells import Patch, PixelColor
from seeshell.tui.terminal.surface import Surface

from ...patience import PATIENCE

WIDTH, HEIGHT = 40, 14
GRID = CellGrid(12, 5)
CONSOLE = Console(color_system="truecolor", force_terminal=True)
TEXT = Style(color="#aabbcc", bgcolor="#112233")

Shown = dict[tuple[int, int], tuple[int, int, int]]
"""Sheet, column and row in the picture, by (y, x) on the screen."""


class NamingTerminal(pyte.Screen):
    """Remembers of each cell which part of a picture stands over it."""

    def __init__(self, *, moves_pixels: bool, keeps_pixels: bool) -> None:
        self.shown: Shown = {}
        self.placements: dict[str, Shown] = {}
        self._moves_pixels = moves_pixels
        self._keeps_pixels = keeps_pixels
        super().__init__(WIDTH, HEIGHT)
        self._stream = pyte.Stream(self)

    def feed(self, output: str) -> None:
        for part in re.split(r"(\x1b_.*?\x1b\\)", output):
            if not part.startswith("\x1b_"):
                self._stream.feed(part)
            elif part.startswith("\x1b_N"):
                self._show(tuple(map(int, part[3:-2].split(","))), self.shown)
            else:
                self._obey(dict(pair.split("=") for pair in part[3:-2].split(",")))

    def covered(self) -> Shown:
        covered = dict(self.shown)
        for shown in self.placements.values():
            covered |= shown
        return covered

    def draw(self, data: str) -> None:
        for char in data:
            for x in range(cell_len(char)):
                self.shown.pop((self.cursor.y, self.cursor.x + x), None)
            super().draw(char)

    def index(self) -> None:
        top, bottom = self.margins or (0, HEIGHT - 1)
        if self.cursor.y == bottom:
            self._move(top, bottom, -1)
        super().index()

    def reverse_index(self) -> None:
        top, bottom = self.margins or (0, HEIGHT - 1)
        if self.cursor.y == top:
            self._move(top, bottom, 1)
        super().reverse_index()

    def _obey(self, keys: dict[str, str]) -> None:
        place = f"{keys['i']}/{keys['p']}"
        if keys["a"] == "d":
            del self.placements[place]
            return
        x, y, columns, rows = (int(keys[key]) for key in "xycr")
        shown: Shown = {}
        self._show((int(keys["i"]), x // 10, y // 20, columns, rows), shown)
        self.placements[place] = shown

    def _show(self, part: tuple[int, ...], shown: Shown) -> None:
        sheet, left, top, columns, rows = part
        assert self._keeps_pixels or self.cursor.y + rows < HEIGHT
        for y in range(rows):
            for x in range(columns):
                shown[self.cursor.y + y, self.cursor.x + x] = (sheet, left + x, top + y)

    def _move(self, top: int, bottom: int, step: int) -> None:
        if not self._moves_pixels:
            return
        _shift(self.shown, top, bottom, step)
        for shown in self.placements.values():
            # As konsole does it, which moves pictures outside of the region, too.
            _shift(shown, 0, HEIGHT - 1, step)


def _shift(shown: Shown, top: int, bottom: int, step: int) -> None:
    region = {at: it for at, it in shown.items() if top <= at[0] <= bottom}
    for at in region:
        del shown[at]
    for (y, x), it in region.items():
        if top <= y + step <= bottom:
            shown[y + step, x] = it


class Page:
    """A long text with pictures in it, of which a screen shows a part, and what covers that."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.rows: list[list[Segment]] = []
        for sheet in range(1, 9):
            self.rows += [self._words() for _ in range(random.randrange(5))]
            beside = random.random() < 0.5
            for row in range(GRID.rows):
                end = self._words() if beside else []
                self.rows.append([*_cells(sheet, row), *end])
        self.top = 0
        self.cover: tuple[int, int, int, int] | None = None
        """Left, top, right and bottom of what stands over the text."""

    def change(self) -> None:
        what = self._random.randrange(6)
        if what == 0:
            left, top = self._random.randrange(20), self._random.randrange(HEIGHT - 4)
            self.cover = (left, top, left + 15, top + 3) if self.cover is None else None
        elif what == 1:
            self.rows[self._random.randrange(len(self.rows))] = self._words()
        else:
            step = self._random.choice((-7, -2, -1, 1, 1, 2, 3))
            self.top = max(0, min(len(self.rows) - HEIGHT, self.top + step))

    def strips(self) -> list[Strip]:
        strips = []
        for y, row in enumerate(self.rows[self.top : self.top + HEIGHT]):
            strip = Strip(row).adjust_cell_length(WIDTH, TEXT)
            if self.cover and self.cover[1] <= y < self.cover[3]:
                left, _, right, _ = self.cover
                over = Strip([Segment("#" * (right - left), TEXT)])
                strip = Strip.join([strip.crop(0, left), over, strip.crop(right)])
            strips.append(strip)
        return strips

    def wanted(self) -> Shown:
        wanted = {}
        for y, strip in enumerate(self.strips()):
            x = 0
            for text, style, _ in strip:
                color = style.color if style else None
                if isinstance(color, PixelColor):
                    wanted[y, x] = color.place
                x += len(text)
        return wanted

    def _words(self) -> list[Segment]:
        words = self._random.choices(["market", "stall", "of", "lemons", "é", "日本"], k=3)
        return [Segment(" " + " ".join(words), TEXT)]


def _cells(sheet: int, row: int) -> Iterator[Segment]:
    for column in range(GRID.columns):
        color = PixelColor.of(ColorTriplet(200, sheet, 3 * row), sheet, column, row)
        yield Segment("▀", Style(color=color, bgcolor=TEXT.bgcolor))


def _layout(strips: list[Strip]) -> LayoutUpdate:
    return LayoutUpdate([[strip] for strip in strips], Region(0, 0, WIDTH, HEIGHT))


def _chops(strips: list[Strip]) -> ChopsUpdate:
    spans = [(y, 0, WIDTH) for y in range(HEIGHT)]
    return ChopsUpdate([{0: strip} for strip in strips], spans, [[WIDTH]] * HEIGHT)


async def _encode(patch: Patch) -> str:
    await asyncio.sleep(0)
    return f"\x1b_N{patch.sheet},{patch.column},{patch.row},{patch.columns},{patch.rows}\x1b\\"


@pytest.mark.parametrize("moves_pixels", [True, False])
@pytest.mark.parametrize("seed", range(3))
async def test_pixels_are_painted_once_the_screen_rests_and_never_stand_elsewhere(
    monkeypatch: pytest.MonkeyPatch, seed: int, moves_pixels: bool
) -> None:
    monkeypatch.setattr(resting_canvas, "REST_SECONDS", 0.0)
    random = Random(seed)
    terminal = NamingTerminal(moves_pixels=moves_pixels, keeps_pixels=False)
    surface = Surface(terminal.feed, lambda: False, is_tmux=False)
    painter, page = Painter(), Page(random)
    painter.canvas = canvas = RestingCanvas(_encode, surface, lambda: CellGrid(100, 100))
    terminal.feed(painter.paint(_layout(page.strips())).render_segments(CONSOLE))
    for _ in range(30):
        page.change()
        make = _layout if random.random() < 0.1 else _chops
        terminal.feed(painter.paint(make(page.strips())).render_segments(CONSOLE))
        wanted = {at: it for at, it in page.wanted().items() if at[0] < HEIGHT - 1}
        assert terminal.covered().items() <= wanted.items()
        if random.random() < 0.5:
            async with asyncio.timeout(PATIENCE):
                while terminal.covered() != wanted:  # noqa: ASYNC110 - that is what is tested
                    await asyncio.sleep(0)
        assert [row.rstrip() for row in terminal.display] == [
            strip.text.rstrip() for strip in page.strips()
        ]
    await canvas.close()


@pytest.mark.parametrize("moves_pixels", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_placed_pictures_stand_right_after_every_change(seed: int, moves_pixels: bool) -> None:
    random = Random(seed)
    terminal = NamingTerminal(moves_pixels=moves_pixels, keeps_pixels=True)
    size = (10 * GRID.columns, 20 * GRID.rows)
    transmitter = Transmitter(terminal.feed, lambda: False, is_tmux=False)
    painter, page = Painter(), Page(random)
    painter.canvas = PlacingCanvas(
        lambda sheet: Kept(sheet, size, GRID), transmitter, terminal.feed
    )
    terminal.feed(painter.paint(_layout(page.strips())).render_segments(CONSOLE))
    for _ in range(30):
        page.change()
        make = _layout if random.random() < 0.1 else _chops
        terminal.feed(painter.paint(make(page.strips())).render_segments(CONSOLE))
        assert terminal.covered() == page.wanted()


async def test_what_moves_is_not_painted_before_it_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resting_canvas, "REST_SECONDS", 0.05)
    painted: list[float] = []
    loop = asyncio.get_running_loop()
    surface = Surface(lambda _: painted.append(loop.time()), lambda: False, is_tmux=False)
    canvas = RestingCanvas(_encode, surface, lambda: CellGrid(100, 100))
    begin = loop.time()
    spans = Patch(0, 1, 12, 5, 1, 0, 0).spans()
    while loop.time() < begin + 0.2:
        canvas.show({y: [span] for y, span in spans.items()}, HEIGHT)
        await asyncio.sleep(0.01)
    assert painted == []
    async with asyncio.timeout(PATIENCE):
        while not painted:  # noqa: ASYNC110 - that is what is tested
            await asyncio.sleep(0.01)
    assert painted[0] >= begin + 0.2
    await canvas.close()


async def test_a_picture_that_stands_still_is_painted_while_something_else_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(resting_canvas, "REST_SECONDS", PATIENCE)
    monkeypatch.setattr(resting_canvas, "LONGEST_SECONDS", 0.05)
    painted: list[str] = []
    surface = Surface(painted.append, lambda: False, is_tmux=False)
    canvas = RestingCanvas(_encode, surface, lambda: CellGrid(100, 100))
    spans = Patch(2, 1, 12, 5, 1, 0, 0).spans()
    async with asyncio.timeout(PATIENCE):
        while not painted:
            canvas.show({y: [span] for y, span in spans.items()}, HEIGHT)
            await asyncio.sleep(0.01)
    assert painted == ["\x1b7\x1b[2;3H\x1b_N1,0,0,12,5\x1b\\\x1b8"]
    await canvas.close()


async def test_what_was_encoded_for_another_size_of_cells_is_not_painted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(resting_canvas, "REST_SECONDS", 0.0)
    encoding, go_on = asyncio.Event(), asyncio.Event()
    names = iter(["old", "new"])

    async def encode(_: Patch) -> str:
        name = next(names)
        encoding.set()
        await go_on.wait()
        return name

    painted: list[str] = []
    surface = Surface(painted.append, lambda: False, is_tmux=False)
    canvas = RestingCanvas(encode, surface, lambda: CellGrid(100, 100))
    spans = {y: [span] for y, span in Patch(0, 0, 12, 5, 1, 0, 0).spans().items()}
    canvas.show(spans, HEIGHT)
    async with asyncio.timeout(PATIENCE):
        await encoding.wait()
        canvas.forget()
        canvas.show(spans, HEIGHT)
        go_on.set()
        while not painted:  # noqa: ASYNC110 - that is what is tested
            await asyncio.sleep(0)
    assert painted == ["\x1b7\x1b[1;1Hnew\x1b8"]
    await canvas.close()

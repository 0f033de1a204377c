"""What the painter writes makes the same screen as what Textual writes, with less."""

import unicodedata
from random import Random

import pyte
import pytest
from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from seeshell.tui.terminal.painter import Painter
from seeshell.tui.terminal.runs import SURE, Run, is_sure

WIDTH, HEIGHT = 40, 14
LOG, BAR = 0, WIDTH - 1

STYLES = [
    Style(),
    Style(color="#aabbcc", bgcolor="#112233"),
    Style(color="#ddeeff", bgcolor="#112233"),
    Style(color="#aabbcc", bgcolor="#445566", bold=True),
    Style(italic=True, reverse=True),
    Style(color="red", link="https://example.org"),
]
WORDS = ["market", "stall", "of", "lemons,", "é", "—", "│", "╌", "Ω", " ", "   "]
UNSURE = ["あ", "👩\u200d🚀", "क्षि", "e\u0301", "❤\ufe0f", "ไทย", "\u200d"]

CONSOLE = Console(color_system="truecolor", force_terminal=True)


class LyingScreen(pyte.Screen):
    """A terminal that counts the cells of some characters in another way."""

    lie = 0

    def draw(self, data: str) -> None:
        for char in data:
            super().draw(char)
            wide = char if unicodedata.category(char) in ("So", "Mc", "Cf") else ""
            if wide and self.lie > 0:
                super().draw("#" * self.lie)
            elif wide and self.lie < 0:
                self.cursor_back(1)


def strip(text: str, style: Style, width: int) -> Strip:
    """Returns a row of a widget; its text cut or padded to the width."""
    room = Strip([Segment(text, style)]).adjust_cell_length(width, STYLES[1])
    return Strip([*room], width)


def random_strip(random: Random, width: int, words: list[str]) -> Strip:
    segments = [
        Segment(" ".join(random.choices(words, k=3)), random.choice(STYLES))
        for _ in range(random.randrange(4))
    ]
    return Strip(segments).adjust_cell_length(width, STYLES[1])


def layout(rows: list[Strip], bar: list[Strip]) -> LayoutUpdate:
    region = Region(0, 0, WIDTH, HEIGHT)
    return LayoutUpdate([list(pair) for pair in zip(rows, bar, strict=True)], region)


def chops(rows: list[Strip], bar: list[Strip], spans: list[tuple[int, int, int]]) -> ChopsUpdate:
    pieces = [{LOG: row, BAR: end} for row, end in zip(rows, bar, strict=True)]
    return ChopsUpdate(pieces, spans, [[BAR, WIDTH] for _ in rows])


def cells(screen: pyte.Screen) -> list[list[object]]:
    return [[screen.buffer[y][x] for x in range(WIDTH)] for y in range(HEIGHT)]


def text_of(screen: pyte.Screen) -> list[str]:
    return ["".join(screen.buffer[y][x].data for x in range(WIDTH)) for y in range(HEIGHT)]


class Pair:
    """Two terminals: one gets what Textual writes, the other what the painter makes of it."""

    def __init__(self, lie: int = 0) -> None:
        self.painter = Painter()
        self.plain, self.painted = LyingScreen(WIDTH, HEIGHT), LyingScreen(WIDTH, HEIGHT)
        self.plain.lie = self.painted.lie = lie
        self.bytes = [0, 0]

    def show(self, update: ChopsUpdate | LayoutUpdate) -> str:
        written = (
            update.render_segments(CONSOLE),
            self.painter.paint(update).render_segments(CONSOLE),
        )
        for index, screen in enumerate((self.plain, self.painted)):
            pyte.Stream(screen).feed(
                written[index].replace("\n", "\r\n") if not index else written[index]
            )
            self.bytes[index] += len(written[index].encode())
        return written[1]


@pytest.mark.parametrize("seed", range(8))
def test_random_changes_end_in_the_same_screen(seed: int) -> None:
    random = Random(seed)
    words = WORDS + (["あ", "日本", "ひらがな"] if seed % 2 else [])
    pair = Pair()
    rows = [random_strip(random, BAR, words) for _ in range(HEIGHT)]
    bar = [strip(" ", random.choice(STYLES), 1) for _ in range(HEIGHT)]
    pair.show(layout(rows, bar))
    for _ in range(30):
        what = random.randrange(4)
        before, rows = rows, list(rows)
        if what == 0:
            top, distance = random.randrange(3), random.randrange(1, 4)
            bottom = HEIGHT - random.randrange(3)
            part = [*rows[top + distance : bottom], *before[top : top + distance]]
            rows[top:bottom] = part if random.random() < 0.5 else part[::-1]
        elif what == 1:
            top, distance = random.randrange(3), random.randrange(1, 4)
            new = [random_strip(random, BAR, words) for _ in range(distance)]
            rows[top:] = [*new, *rows[top:-distance]]
        else:
            rows[random.randrange(HEIGHT)] = random_strip(random, BAR, words)
        old_bar, bar = bar, list(bar)
        bar[random.randrange(HEIGHT)] = strip(" ", random.choice(STYLES), 1)
        spans = [
            (y, 0 if rows[y] is not before[y] else BAR, WIDTH)
            for y in range(HEIGHT)
            if rows[y] is not before[y] or bar[y] is not old_bar[y]
        ]
        if what == 3 and random.random() < 0.2:
            pair.show(layout(rows, bar))
        elif spans:
            pair.show(chops(rows, bar, spans))
        assert text_of(pair.painted) == text_of(pair.plain)
        assert cells(pair.painted) == cells(pair.plain)
    assert pair.bytes[1] < pair.bytes[0] * (1.0 if seed % 2 else 0.9)


def words_of(count: int) -> list[str]:
    return [f"line {number} of the text that streams" for number in range(count)]


def test_scrolled_rows_are_moved_by_the_terminal() -> None:
    pair = Pair()
    bar = [strip(" ", STYLES[1], 1)] * HEIGHT
    lines = [strip(text, STYLES[1], BAR) for text in words_of(2 * HEIGHT)]
    pair.show(layout(lines[:HEIGHT], bar))
    spans = [(y, 0, BAR) for y in range(HEIGHT)]
    for top in (1, 2, 5, 3, 0):
        written = pair.show(chops(lines[top : top + HEIGHT], bar, spans))
        assert cells(pair.painted) == cells(pair.plain)
        assert len(written) < 300


@pytest.mark.parametrize("is_busy", [False, True])
def test_what_stands_beside_moved_rows_stays(is_busy: bool) -> None:
    """It is written again after a move, or rows are not moved if that would take more."""
    painter, screen = Painter(), pyte.Screen(WIDTH, HEIGHT)
    stream, side = pyte.Stream(screen), 15
    beside = [strip(f"title {y}" if is_busy else "", STYLES[3], side) for y in range(HEIGHT)]
    texts = [strip(text, STYLES[1], WIDTH - side) for text in words_of(2 * HEIGHT)]
    region = Region(0, 0, WIDTH, HEIGHT)
    first = LayoutUpdate([list(pair) for pair in zip(beside, texts[:HEIGHT], strict=True)], region)
    stream.feed(painter.paint(first).render_segments(CONSOLE))
    for top in (1, 3, 0):
        rows = texts[top : top + HEIGHT]
        pieces = [{0: None, side: row} for row in rows]
        spans = [(y, side, WIDTH) for y in range(HEIGHT)]
        update = ChopsUpdate(pieces, spans, [[side, WIDTH]] * HEIGHT)
        stream.feed(painter.paint(update).render_segments(CONSOLE))
        expected = [f"{left.text}{right.text}" for left, right in zip(beside, rows, strict=True)]
        assert text_of(screen) == expected


def test_a_word_that_is_added_is_all_that_is_written() -> None:
    pair = Pair()
    bar = [strip(" ", STYLES[1], 1)] * HEIGHT
    rows = [strip("How many lemons", STYLES[1], BAR)] * HEIGHT
    pair.show(layout(rows, bar))
    rows[3] = strip("How many lemons are there?", STYLES[1], BAR)
    assert pair.show(chops(rows, bar, [(3, 0, BAR)])) == (
        "\x1b[4;17H\x1b[38;2;170;187;204;48;2;17;34;51mare there?\x1b[0m"
    )
    assert pair.show(chops(rows, bar, [(3, 0, BAR)])) == ""


@pytest.mark.parametrize("lie", [-1, 0, 1, 2])
@pytest.mark.parametrize("word", UNSURE)
def test_no_fragment_stays_where_the_terminal_counts_other_cells(word: str, lie: int) -> None:
    pair = Pair(lie)
    bar = [strip(" ", STYLES[1], 1)] * HEIGHT
    rows = [strip("before", STYLES[1], BAR)] * HEIGHT
    pair.show(layout(rows, bar))
    for text in (f"a {word} b {word * 3} c", f"{word * 30}", f"x{word}", "short", ""):
        rows[4] = strip(text, STYLES[1], BAR)
        pair.show(chops(rows, bar, [(4, 0, BAR)]))
        drawn = text_of(pair.painted)
        assert drawn[3].rstrip() == drawn[5].rstrip() == "before"
    assert text_of(pair.painted)[4].strip() == ""


def test_textual_leaves_fragments_there() -> None:
    """What the test before guards against: if this fails, Textual has learned it."""
    pair = Pair(1)
    bar = [strip(" ", STYLES[1], 1)] * HEIGHT
    rows = [strip("before", STYLES[1], BAR)] * HEIGHT
    pair.show(layout(rows, bar))
    rows[4] = strip("👩" * 19, STYLES[1], BAR)
    pair.show(chops(rows, bar, [(4, 0, BAR)]))
    rows[4] = strip("short", STYLES[1], BAR)
    pair.show(chops(rows, bar, [(4, 0, BAR)]))
    assert text_of(pair.plain)[5].rstrip() != "before"
    assert text_of(pair.painted)[5].rstrip() == "before"


@pytest.mark.parametrize("lie", [-1, 1])
def test_no_letter_is_lost_and_the_next_widget_stands_in_its_column(lie: int) -> None:
    pair = Pair(lie)
    bar = [strip("|", STYLES[1], 1)] * HEIGHT
    rows = [strip("👩\u200d🚀 pilot विकास two", STYLES[1], BAR)] * HEIGHT
    pair.show(layout(rows, bar))
    row = text_of(pair.painted)[0].replace("#", "")
    assert pair.painted.buffer[0][BAR].data == "|"
    assert "pilot" in row
    assert "two" in row


def test_sure_characters_take_one_cell_and_are_never_marks() -> None:
    for code in range(0x20, 0x30000):
        char = chr(code)
        if is_sure((Run(char, None),)):
            assert cell_len(char) == 1, hex(code)
            assert unicodedata.east_asian_width(char) not in "WF", hex(code)
            assert unicodedata.category(char)[0] not in "MC", hex(code)
    assert not is_sure((Run("a\u0301", None),))
    assert SURE


def test_other_renderables_pass() -> None:
    assert Painter().paint("text") == "text"
    assert Painter().paint(None) is None


@pytest.mark.parametrize("colors", [ColorSystem.STANDARD, ColorSystem.EIGHT_BIT])
def test_colours_are_those_of_the_terminal(colors: ColorSystem) -> None:
    rows = [strip("text", STYLES[1], BAR)] * HEIGHT
    written = Painter().render(layout(rows, [strip(" ", STYLES[1], 1)] * HEIGHT), colors)
    assert "38;2;" not in written

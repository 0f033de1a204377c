"""What stands on the screen, and the least to write that makes it what shall stand there.

Textual writes every changed row from its widget's left edge, and all of them where text scrolled.
Here rows are compared with what was written last: those that moved are moved by the terminal, and
of the others only the cells that changed are written.

Terminals differ in how wide they draw emoji sequences, combining and other characters. A row that
holds, or held, any of these is written whole, over blanks, and every piece of it where it belongs.

Pixels of pictures may stand over cells: a canvas paints them. Rows that they cover are not moved by
the terminal, and where a row had any that must go, all of it is written.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate

from .canvas import Canvas
from .moved_rows import FEWEST, Move, find_move
from .pen import Pen
from .pixel_cells import PixelSpan, spans_of
from .runs import Runs, changed_cells, cut, is_steady, is_sure, runs_of

_PICTURE_CELL: Final = "\U0010eeee"
"""What kitty draws a picture's cell for; that blanks are written there first is not needed."""

_NO_WRAP, _WRAP = "\x1b[?7l", "\x1b[?7h"
_STEP_BYTES: Final = 25
"""What it takes about to go to a piece and to set its colours."""


class Piece(NamedTuple):
    """A part of a row that one widget drew."""

    end: int
    """The column after it."""
    runs: Runs
    is_sure: bool
    pixels: tuple[PixelSpan, ...]
    """Cells of pictures, from the piece's beginning on."""


Row = dict[int, Piece]
"""Pieces by the column where they begin."""


class PaintedUpdate(CompositorUpdate):
    """An update of Textual's as the painter writes it."""

    def __init__(self, painter: "Painter", update: ChopsUpdate | LayoutUpdate) -> None:
        self._painter = painter
        self._update = update

    def render_segments(self, console: Console) -> str:
        """Returns what to write to the terminal."""
        return self._painter.render(self._update, console._color_system or ColorSystem.TRUECOLOR)


class Painter:
    """Knows what was written to the screen last."""

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._width = 0
        self.canvas: Canvas | None = None
        """Paints pixels over cells; None where pictures are cells."""

    def paint(self, update: Any) -> Any:
        """Returns an update that writes the same with less; anything else as it is."""
        if isinstance(update, ChopsUpdate | LayoutUpdate):
            return PaintedUpdate(self, update)
        return update

    def render(self, update: ChopsUpdate | LayoutUpdate, colors: ColorSystem) -> str:
        """Returns what an update writes, and takes it for written."""
        pen = Pen(colors)
        if isinstance(update, LayoutUpdate):
            wanted = self._forget(update)
            move = None
        else:
            wanted = self._complete(_changed_pieces(update))
            move = self._find_move(wanted)
        written = [self._move(move, wanted)] if move else []
        written += [self._write_row(y, row, pen) for y, row in wanted.items()]
        painted = self.canvas.show(self._pixels(), len(self._rows)) if self.canvas else ""
        return "".join([*written, pen.put_down(), painted])

    def _pixels(self) -> dict[int, list[PixelSpan]]:
        """Returns all cells of pictures."""
        return {
            y: [span.moved(x) for x, piece in row.items() for span in piece.pixels]
            for y, row in enumerate(self._rows)
            if any(piece.pixels for piece in row.values())
        }

    def _forget(self, update: LayoutUpdate) -> dict[int, Row]:
        """Returns every row of a screen of which nothing is known."""
        wanted = {}
        for y, strips in enumerate(update.strips, update.region.y):
            row: Row = {}
            x = update.region.x
            for strip in strips:
                row[x] = _piece(strip, x + strip.cell_length)
                x += strip.cell_length
            wanted[y] = row
        self._width = update.region.right
        self._rows = [{} for _ in range(update.region.bottom)]
        if self.canvas:
            self.canvas.forget()
        return wanted

    def _complete(self, changed: Mapping[int, Row]) -> dict[int, Row]:
        """Returns the rows in which something changed, with what did not."""
        wanted = {}
        for y, new in changed.items():
            while len(self._rows) <= y:
                self._rows.append({})
            row = dict(self._rows[y])
            for x, piece in new.items():
                for start in [it for it, old in row.items() if it < piece.end and old.end > x]:
                    del row[start]
                row[x] = piece
            wanted[y] = dict(sorted(row.items()))
        return wanted

    def _find_move(self, wanted: Mapping[int, Row]) -> Move | None:
        """Returns how rows have moved, if it takes less to put back what stood beside them."""
        if len(wanted) < FEWEST:
            return None
        before = {y: main for y, row in enumerate(self._rows) if (main := self._main_runs(row))}
        after = {y: main for y, row in wanted.items() if (main := self._main_runs(row))}
        move = find_move(before, after)
        if move is None:
            return None
        all_wanted = {y: wanted.get(y, self._rows[y]) for y in range(move.top, move.bottom)}
        moved = self._moved_rows(move)
        return move if _cost(moved, all_wanted) < _cost(self._rows, all_wanted) else None

    def _main_runs(self, row: Row) -> Runs:
        """Returns the runs of the piece that fills most of a row; none if there is no such."""
        for x, piece in row.items():
            if 2 * (piece.end - x) > self._width:
                return piece.runs
        return ()

    def _moved_rows(self, move: Move) -> list[Row]:
        top, bottom, distance = move
        moved = self._rows[max(top, top + distance) : min(bottom, bottom + distance)]
        blank: list[Row] = [{} for _ in range(abs(distance))]
        changed = [*moved, *blank] if distance > 0 else [*blank, *moved]
        # Terminals differ in whether pixels move along.
        for y in self._covered(range(top, bottom)):
            for place in {y, y - distance} & set(range(top, bottom)):
                changed[place - top] = {}
        return [*self._rows[:top], *changed, *self._rows[bottom:]]

    def _covered(self, rows: Iterable[int]) -> list[int]:
        return [y for y in rows if self.canvas.covers(y)] if self.canvas else []

    def _move(self, move: Move, wanted: dict[int, Row]) -> str:
        """Returns what moves the rows; adds to those wanted what must not have moved."""
        top, bottom, distance = move
        for y in range(top, bottom):
            wanted.setdefault(y, self._rows[y])
        self._rows = self._moved_rows(move)
        if self.canvas:
            self.canvas.note_move()
        edge, step = (bottom, "\n") if distance > 0 else (top + 1, "\x1bM")
        # Line feeds at the edge of a region move it on every terminal; CSI S does not.
        return f"\x1b[{top + 1};{bottom}r\x1b[{edge};1H{step * abs(distance)}\x1b[r"

    def _write_row(self, y: int, row: Row, pen: Pen) -> str:
        old, self._rows[y] = self._rows[y], row
        if all(piece.is_sure for piece in (*old.values(), *row.values())):
            spans = list(_changed_spans(old, row))
            self._erase(y, [(x + start, x + end) for x, start, end in spans])
            return "".join(_changes(y, row, spans, pen))
        if old == row:
            return ""
        self._erase(y, [(0, self._width)])
        return "".join(_whole_row(y, row, pen))

    def _erase(self, y: int, written: Sequence[tuple[int, int]]) -> None:
        if self.canvas:
            for start, end in written:
                self.canvas.erase(y, start, end)


def _changed_pieces(update: ChopsUpdate) -> dict[int, Row]:
    """Returns the pieces that an update holds; all of a widget's in a row, not a part of them."""
    changed: dict[int, Row] = {}
    for y, left, right in update.spans:
        row = changed.setdefault(y, {})
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is not None and x < right and end > left:
                row[x] = _piece(strip, end)
    return changed


def _piece(segments: Iterable[Segment], end: int) -> Piece:
    runs = runs_of(segments)
    return Piece(end, runs, is_sure(runs), spans_of(runs))


def _cost(rows: Sequence[Row], wanted: Mapping[int, Row]) -> int:
    """Returns about how many bytes it takes to turn rows into those that are wanted."""
    spans = (span for y, row in wanted.items() for span in _changed_spans(rows[y], row))
    return sum(_STEP_BYTES + end - start for _, start, end in spans)


def _changes(y: int, new: Row, spans: Iterable[tuple[int, int, int]], pen: Pen) -> Iterator[str]:
    """Yields what of a row has changed, where every character takes one cell."""
    for x, start, end in spans:
        yield _go_to(x + start, y)
        for text, style in cut(new[x].runs, start, end):
            yield pen.take(style) + text


def _changed_spans(old: Row, new: Row) -> Iterator[tuple[int, int, int]]:
    """Yields the columns where pieces begin that changed, and from and to which cell of them."""
    for x, piece in new.items():
        before = old.get(x)
        if before == piece:
            continue
        start, end = 0, piece.end - x
        if before is not None and before.end == piece.end:
            start, end = changed_cells(before.runs, piece.runs)
        if start < end:
            yield x, start, end


def _whole_row(y: int, row: Row, pen: Pen) -> Iterator[str]:
    """Yields a row whose characters may turn out wider or narrower than they count here.

    Only pieces are put in their column: within one, what came after a word that turned out wider
    would overwrite its end.
    """
    yield _NO_WRAP
    for x, piece in row.items():
        yield _go_to(x, y)
        is_picture = any(_PICTURE_CELL in run.text for run in piece.runs)
        if not is_picture and not is_steady(piece.runs):
            yield f"{pen.take(piece.runs[-1].style)}{' ' * (piece.end - x)}{_go_to(x, y)}"
        for text, style in piece.runs:
            yield pen.take(style) + text
    yield _WRAP


def _go_to(x: int, y: int) -> str:
    return f"\x1b[{y + 1};{x + 1}H"

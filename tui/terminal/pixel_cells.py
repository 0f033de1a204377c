"""Cells that pixels of a picture may cover: which part of which picture each of them shows. Pure.

A cell says so by its foreground colour, which goes through everything that Textual does to a row:
cut, moved, put over a ground. Where the colour is changed the cell is only a cell.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from rich.color import Color, ColorSystem, ColorType
from rich.color_triplet import ColorTriplet

from .runs import Runs
from .xterm_colours import nearest_of_16, nearest_of_256

_BITS: Final = 10
"""Of a column or row: as many as pictures have is far less than 1024."""
_MASK: Final = (1 << _BITS) - 1


class PixelColor(Color):
    """A foreground colour of a cell that shows a part of a picture.

    What it shows is in the `number` that other 24-bit colours leave empty, so that two such cells
    are never taken for the same.
    """

    __slots__ = ()

    @classmethod
    def of(cls, rgb: ColorTriplet, sheet: int, column: int, row: int) -> "PixelColor":
        """Returns the colour for a cell of a picture.

        Args:
            rgb: what it looks like where no pixels cover it.
            sheet: names the picture at one size in cells.
            column: of the cell in the picture; so is `row`.
            row: of the cell in the picture.
        """
        number = (sheet << _BITS | row) << _BITS | column
        return cls(f"picture {rgb.hex}", ColorType.TRUECOLOR, number, rgb)

    @property
    def place(self) -> tuple[int, int, int]:
        """Sheet, column and row."""
        number = self.number or 0
        return number >> 2 * _BITS, number & _MASK, number >> _BITS & _MASK

    def downgrade(self, system: ColorSystem) -> Color:  # type: ignore[override]
        """Returns the nearest colour that the terminal has."""
        rgb = self.triplet
        if rgb is None or system is ColorSystem.TRUECOLOR:
            return self
        nearest = nearest_of_256 if system is ColorSystem.EIGHT_BIT else nearest_of_16
        return Color.from_ansi(nearest((rgb.red, rgb.green, rgb.blue)))


class PixelSpan(NamedTuple):
    """Cells side by side that show neighbouring parts of a picture's row."""

    x: int
    width: int
    sheet: int
    column: int
    """Of the first of them in the picture."""
    row: int

    @property
    def end(self) -> int:
        """The column of the screen after it."""
        return self.x + self.width

    def part(self, start: int, end: int) -> "PixelSpan":
        """Returns its cells from one column of the screen to another."""
        start, end = max(start, self.x), min(end, self.end)
        return PixelSpan(start, end - start, self.sheet, self.column + start - self.x, self.row)

    def moved(self, distance: int) -> "PixelSpan":
        """Returns the same cells further to the right."""
        return self._replace(x=self.x + distance)


Spans = Mapping[int, Sequence[PixelSpan]]
"""Spans by the row of the screen in which they stand."""


class Patch(NamedTuple):
    """A rectangle of cells that shows a rectangle of a picture's cells."""

    x: int
    y: int
    columns: int
    rows: int
    sheet: int
    column: int
    """Of its first cell in the picture; so is `row`."""
    row: int

    def spans(self) -> dict[int, PixelSpan]:
        """Returns its rows."""
        return {
            self.y + row: PixelSpan(self.x, self.columns, self.sheet, self.column, self.row + row)
            for row in range(self.rows)
        }


def spans_of(runs: Runs) -> tuple[PixelSpan, ...]:
    """Returns where in a piece pictures are shown; columns count from its beginning."""
    found: list[PixelSpan] = []
    x = 0
    for text, style in runs:
        color = style.color if style else None
        if isinstance(color, PixelColor):
            sheet, column, row = color.place
            last = found[-1] if found else None
            if last and last.end == x and last[2:] == (sheet, column - last.width, row):
                found[-1] = last._replace(width=last.width + len(text))
            else:
                found.append(PixelSpan(x, len(text), sheet, column, row))
        x += len(text)
    return tuple(found)


def without(spans: Iterable[PixelSpan], start: int, end: int) -> list[PixelSpan]:
    """Returns what is left of spans where the columns from `start` to `end` are taken out."""
    rest = []
    for span in spans:
        if span.x < start:
            rest.append(span.part(span.x, min(start, span.end)))
        if span.end > end:
            rest.append(span.part(max(end, span.x), span.end))
    return rest


def has_span(spans: Iterable[PixelSpan], wanted: PixelSpan) -> bool:
    """Returns whether the cells of one span are among those of others, with the same in them."""
    return any(
        it.x <= wanted.x and wanted.end <= it.end and it.part(wanted.x, wanted.end) == wanted
        for it in spans
    )


def patches_of(spans: Spans, most: tuple[int, int]) -> list[Patch]:
    """Returns spans as the fewest rectangles, top down.

    Args:
        spans: where pictures are shown.
        most: columns and rows of the largest rectangle.
    """
    open_ones: dict[tuple[int, int, int, int], Patch] = {}
    done: list[Patch] = []
    for y in sorted(spans):
        going_on = {}
        for wide in spans[y]:
            for x in range(wide.x, wide.end, most[0]):
                span = wide.part(x, x + most[0])
                key = (span.x, span.width, span.sheet, span.column)
                patch = open_ones.pop(key, None)
                if patch and patch.rows < most[1] and _goes_on(patch, y, span.row):
                    going_on[key] = patch._replace(rows=patch.rows + 1)
                    continue
                done += [patch] if patch else []
                x, width, sheet, column, row = span
                going_on[key] = Patch(x, y, width, 1, sheet, column, row)
        done += open_ones.values()
        open_ones = going_on
    return sorted([*done, *open_ones.values()], key=lambda it: (it.y, it.x))


def _goes_on(patch: Patch, y: int, row: int) -> bool:
    return patch.y + patch.rows == y and patch.row + patch.rows == row

"""Tables without boxes: columns that fit the width, cells wrapped, a rule under the head.

A table with more columns than fit is written as one `name: value` line a cell instead.
"""

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import NamedTuple

from markdown_it.token import Token
from rich.segment import Segment

from .inline import Inline
from .line import BLANK, Line, cells_of, indent, wrap
from .palette import Palette

GAP = 2
"""Cells between columns."""
NARROWEST_COLUMN = 6
"""With fewer cells a column, a table is written as a list."""

Cell = list[Segment]


class Table(NamedTuple):
    """A table's cells, rendered but not yet wrapped."""

    head: list[Cell]
    rows: list[list[Cell]]
    alignments: tuple[str, ...]
    """`left`, `right` or `center` for each column."""

    @classmethod
    def read(cls, tokens: Iterable[Token], inline: Inline) -> "Table":
        """Takes the tokens of one table, its opening one already taken, up to its end."""
        head = Inline(inline.palette, inline.palette.heading)
        rows: list[list[Cell]] = []
        alignments = []
        for token in tokens:
            if token.type == "table_close":
                break
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "th_open":
                alignments.append(str(token.attrs.get("style", "")).removeprefix("text-align:"))
            elif token.type == "inline":
                segments = (inline if len(rows) > 1 else head).segments(token.children or ())
                rows[-1].append(segments)
        return cls(rows[0], rows[1:], tuple(alignments))

    def natural_widths(self) -> list[int]:
        """Returns the cells that each column takes when nothing is wrapped."""
        columns = zip_longest(self.head, *self.rows, fillvalue=())
        return [max(map(cells_of, column)) for column in columns]


def render_table(table: Table, widths: Sequence[int], width: int, palette: Palette) -> list[Line]:
    """Returns a table with its head; `widths` is what the columns would like."""
    columns = fit(widths, width)
    if not columns:
        return _as_list(table, width, palette)
    rule = ([Segment("─" * cells, palette.muted)] for cells in columns)
    lines = _row(table.head, columns, table.alignments, palette)
    lines.append(Line(_join(rule, palette)))
    return lines + render_rows(table, columns, palette)


def render_rows(table: Table, columns: Sequence[int], palette: Palette) -> list[Line]:
    """Returns a table's rows in columns of the given widths."""
    return [line for row in table.rows for line in _row(row, columns, table.alignments, palette)]


def fit(natural: Sequence[int], width: int) -> list[int]:
    """Returns column widths that fit into `width` together, or none if too many columns do not.

    Narrow columns keep what they need, wide ones share the rest evenly.
    """
    room = width - GAP * (len(natural) - 1)
    if sum(natural) <= room:
        return list(natural)
    if room < NARROWEST_COLUMN * len(natural):
        return []
    widths = [0] * len(natural)
    order = sorted(range(len(natural)), key=natural.__getitem__)
    for rank, index in enumerate(order):
        widths[index] = min(natural[index], room // (len(order) - rank))
        room -= widths[index]
    return widths


def _row(
    cells: Sequence[Cell], columns: Sequence[int], alignments: Sequence[str], palette: Palette
) -> list[Line]:
    wrapped = [wrap(cell, width) for cell, width in zip(cells, columns, strict=True)]
    lines = []
    for parts in zip_longest(*wrapped, fillvalue=BLANK):
        aligned = (
            _align(part.segments, width, alignment, palette)
            for part, width, alignment in zip(parts, columns, alignments, strict=True)
        )
        lines.append(Line(_join(aligned, palette)))
    return lines


def _align(cell: Sequence[Segment], width: int, alignment: str, palette: Palette) -> list[Segment]:
    missing = max(0, width - cells_of(cell))
    left = {"right": missing, "center": missing // 2}.get(alignment, 0)
    before, after = (Segment(" " * cells, palette.base) for cells in (left, missing - left))
    return [part for part in (before, *cell, after) if part.text]


def _join(cells: Iterable[Sequence[Segment]], palette: Palette) -> list[Segment]:
    gap = Segment(" " * GAP, palette.base)
    parts: list[Segment] = []
    for cell in cells:
        parts += [gap, *cell] if parts else cell
    return parts


def _as_list(table: Table, width: int, palette: Palette) -> list[Line]:
    """Returns one `name: value` line for each cell, an empty line between rows."""
    lines: list[Line] = []
    hanging = Segment("  ", palette.base)
    for row in table.rows:
        if lines:
            lines.append(BLANK)
        for name, cell in zip(table.head, row, strict=True):
            pair = [*name, Segment(": ", palette.heading), *cell]
            wrapped = wrap(pair, width - 2)
            lines += indent(wrapped[:1], *[Segment("", palette.base)] * 2)
            lines += indent(wrapped[1:], hanging, hanging)
    return lines

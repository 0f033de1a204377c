"""Conversations and places in them as lines: fit to a terminal, or whole with tabs for a pipe."""

from collections.abc import Sequence
from shutil import get_terminal_size
from typing import Final

from rich.cells import cell_len, set_cell_size

from ....core.kept import Hit, LibraryRow
from ...export.words import date_of
from ...shortened import fit_middle
from ...visible import visible_line

_HEAD: Final = ("id", "changed", "turns", "model", "tags", "title")
_MOST_MODEL: Final = 24
_MOST_TAGS: Final = 24
_LEAST_TITLE: Final = 16
_GAP: Final = "  "
_PINNED: Final = "* "
_PRIVATE: Final = "(private) "


def row_lines(rows: Sequence[LibraryRow], *, is_terminal: bool) -> list[str]:
    """Returns a line for each conversation, below a heading on a terminal.

    Args:
        rows: to list.
        is_terminal: whether a person reads them there.
    """
    cells = [_cells(row) for row in rows]
    if not is_terminal:
        return ["\t".join(it) for it in cells]
    if not cells:
        return []
    columns = get_terminal_size().columns
    widths = _widths([_HEAD, *cells], columns)
    return [_joined(it, widths, columns) for it in (_HEAD, *cells)]


def hit_lines(hits: Sequence[Hit], *, is_terminal: bool) -> list[str]:
    """Returns a line for each place: of which conversation, where in it, and what stands around."""
    lines = []
    width = max((len(str(it.conversation)) for it in hits), default=0)
    for it in hits:
        place = "" if it.place == "text" else it.place
        snippet, title = visible_line(it.snippet), visible_line(it.title)
        if not is_terminal:
            message = "" if it.message is None else str(it.message)
            whole = (
                str(it.conversation),
                message,
                date_of(it.created_at),
                it.place,
                title,
                snippet,
            )
            lines.append("\t".join(whole))
            continue
        head = f"{it.conversation:>{width}}  {date_of(it.created_at)[:10]}  {place:8}  "
        room = get_terminal_size().columns - cell_len(head)
        lines.append((head + set_cell_size(snippet, min(room, cell_len(snippet)))).rstrip())
    return lines


def _cells(row: LibraryRow) -> tuple[str, ...]:
    summary = row.summary
    title = visible_line(summary.title) or "Untitled"
    return (
        str(summary.id),
        date_of(summary.updated_at),
        str(row.turns),
        visible_line(row.model),
        ",".join(map(visible_line, summary.tags)),
        f"{_PINNED if summary.is_pinned else ''}{_PRIVATE if summary.is_private else ''}{title}",
    )


def _widths(rows: Sequence[Sequence[str]], columns: int) -> list[int]:
    """Returns how wide each column is; a column without words is left out."""
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for index, most in ((3, _MOST_MODEL), (4, _MOST_TAGS)):
        is_empty = not any(row[index] for row in rows[1:])
        widths[index] = 0 if is_empty else min(widths[index], most)
    # Where there is little room the title needs it most, then when it changed.
    for index in (3, 4, 2, 1):
        if columns - _taken(widths) < _LEAST_TITLE:
            widths[index] = 0
    widths[-1] = max(1, columns - _taken(widths))
    return widths


def _taken(widths: Sequence[int]) -> int:
    """Returns the cells before the title."""
    return sum(width + len(_GAP) for width in widths[:-1] if width)


def _joined(cells: Sequence[str], widths: Sequence[int], columns: int) -> str:
    pairs = zip(cells, widths, strict=True)
    shown = [fit_middle(cell, width) for cell, width in pairs if width]
    return set_cell_size(_GAP.join(shown), columns).rstrip()

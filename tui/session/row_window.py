"""The rows of a long list that lie near the view, and changes put into their places. Pure."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple

from ...core.folding import fold
from ...core.kept import LibraryOrder, LibraryRow

PAGE: Final = 100
"""Rows that are asked for at a time."""
_MOST: Final = 400
"""Rows that are held."""
_AHEAD: Final = 30
"""Rows beyond the view that are asked for before they come into it."""

_KEYS: Final[dict[LibraryOrder, Callable[[LibraryRow], Any]]] = {
    "updated": lambda row: (-row.summary.updated_at, -row.summary.id),
    "created": lambda row: (-row.summary.created_at, -row.summary.id),
    "title": lambda row: (fold(row.summary.title), row.summary.id),
    "messages": lambda row: (-row.summary.message_count, -row.summary.id),
}
"""By what rows are sorted in each order, as the core does."""


class Stretch(NamedTuple):
    """Rows to ask for."""

    skip: int
    limit: int


class RowWindow:
    """One stretch of a list: of rows beyond it only their number is known.

    What was deleted here keeps its place in it, though the core lists it no longer.
    """

    def __init__(self, order: LibraryOrder = "updated") -> None:
        """Knows no row yet.

        Args:
            order: of the list.
        """
        self._order: LibraryOrder = order
        self.start = 0
        """Rows before the stretch."""
        self.rows: list[LibraryRow] = []
        self.total = 0
        """Of the whole list."""
        self._unlisted: set[int] = set()
        """Ids of rows that the core lists no longer."""

    def row(self, index: int) -> LibraryRow | None:
        """Returns the row at a place of the list; None where it is not held."""
        place = index - self.start
        return self.rows[place] if 0 <= place < len(self.rows) else None

    def index_of(self, conversation: int) -> int | None:
        """Returns the place of a conversation in the list, if it is held."""
        place = self._place_of(conversation)
        return None if place is None else self.start + place

    def missing(self, first: int, last: int) -> Stretch | None:
        """Returns what to ask for so that rows can be shown; None if they are all held.

        Args:
            first: place of the first row in view.
            last: place behind the last one.
        """
        first, last = max(first - _AHEAD, 0), min(last + _AHEAD, self.total)
        end = self.start + len(self.rows)
        if self.start <= first and last <= end:
            return None
        if self.start <= first <= end < last:
            return Stretch(end - len(self._unlisted), PAGE)
        if first < self.start <= last <= end:
            skip = max(self.start - PAGE, 0)
            return Stretch(skip, self.start - skip)
        skip = max(min(first, self.total - PAGE), 0)
        return Stretch(skip, max(last - skip, PAGE))

    def take(self, skip: int, rows: Sequence[LibraryRow], total: int) -> None:
        """Takes in rows that were asked for; what does not join them is let go.

        Args:
            skip: rows before them, as the core counts.
            rows: in their order.
            total: rows of the whole list, as the core counts.
        """
        new, held = {it.summary.id for it in rows}, len(self.rows) - len(self._unlisted)
        is_known = any(it.summary.id in new for it in self.rows)
        if is_known or skip not in (self.start + held, self.start - len(rows)):
            self.start, self.rows = skip, list(rows)
        elif skip < self.start:
            self.start, self.rows = skip, [*rows, *self.rows][:_MOST]
        else:
            self.rows += rows
            dropped = max(len(self.rows) - _MOST, 0)
            gone = [it for it in self.rows[:dropped] if it.summary.id in self._unlisted]
            self.start += dropped - len(gone)
            del self.rows[:dropped]
        self._unlisted &= {it.summary.id for it in self.rows}
        self.total = total + len(self._unlisted)

    def keep(self, rows: Iterable[LibraryRow]) -> None:
        """Puts rows that the core lists no longer where they were, if that is in the stretch."""
        for row in rows:
            if self._place_of(row.summary.id) is None and self._holds(self._place_for(row)):
                self._unlisted.add(row.summary.id)
                self.rows.insert(self._place_for(row), row)
                self.total += 1

    def replace(self, row: LibraryRow, *, is_listed: bool = True) -> None:
        """Shows a row as it is now, in the place where it stands.

        Args:
            row: of a conversation that is held.
            is_listed: whether the core lists it.
        """
        place = self._place_of(row.summary.id)
        if place is not None:
            self.rows[place] = row
            self._unlisted.discard(row.summary.id)
            if not is_listed:
                self._unlisted.add(row.summary.id)

    def put(self, row: LibraryRow) -> bool:
        """Puts a row that was added or changed where it belongs.

        Returns:
            whether that is certain; else what is in view is to be asked for again.
        """
        is_whole = len(self.rows) == self.total
        is_held = self.remove(row.summary.id)
        if not (is_held or is_whole):
            return False
        self.total += 1
        place = self._place_for(row)
        if place == 0 and self.start:
            self.start += 1
        elif self._holds(place):
            self.rows.insert(place, row)
        return True

    def remove(self, conversation: int) -> bool:
        """Lets a conversation go from the list; returns whether it was held."""
        place = self._place_of(conversation)
        if place is None:
            return False
        del self.rows[place]
        self._unlisted.discard(conversation)
        self.total -= 1
        return True

    def _place_of(self, conversation: int) -> int | None:
        for place, row in enumerate(self.rows):
            if row.summary.id == conversation:
                return place
        return None

    def _place_for(self, row: LibraryRow) -> int:
        """Returns where in the stretch a row belongs."""
        return bisect_left(self.rows, self._key(row), key=self._key)

    def _holds(self, place: int) -> bool:
        """Whether a row that belongs there belongs to the stretch, and not before or behind it."""
        if place == 0 and self.start:
            return False
        return place < len(self.rows) or self.start + len(self.rows) >= self.total - 1

    def _key(self, row: LibraryRow) -> Any:
        return (not row.summary.is_pinned, _KEYS[self._order](row))

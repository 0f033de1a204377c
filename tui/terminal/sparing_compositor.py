"""Draws the widgets of which something will be seen, and no others.

Textual draws every widget within the rectangle around all changes: also containers that their
children cover, and what lies between two changes far apart. While text streams into the log that
is the whole screen.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import cast

from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.strip import Strip


class SparingCompositor(Compositor):
    """A screen's compositor; the pieces of a row are those between its cuts."""

    def __init__(self) -> None:
        super().__init__()
        self._wanted: dict[int, set[int]] | None = None
        """Rows of an update with the columns where the pieces begin that it writes; None for all
        there are."""

    def render_partial_update(self) -> ChopsUpdate | None:
        """Returns what has changed; None for nothing."""
        self._wanted = self._find_changed()
        try:
            return super().render_partial_update()
        finally:
            self._wanted = None

    def _find_changed(self) -> dict[int, set[int]]:
        changed: dict[int, set[int]] = {}
        for y, left, right in self._regions_to_spans(self._dirty_regions.copy()):
            inside = {x for x, end in pairwise(self.cuts[y]) if x < right and end > left}
            changed.setdefault(y, set()).update(inside)
        return changed

    def _render_chops(
        self, _crop: Region, _is_rendered_line: Callable[[int], bool]
    ) -> Sequence[Mapping[int, Strip]]:
        """Returns the wanted pieces of every row by their columns, each of the foremost widget."""
        rows: list[dict[int, Strip | None]] = [dict.fromkeys(cuts[:-1]) for cuts in self.cuts]
        wanted = self._wanted
        if wanted is None:
            wanted = {y: set(row) for y, row in enumerate(rows)}
        for widget, (region, clip) in self.visible_widgets.items():
            seen = region.intersection(clip)
            within = {y for y in seen.line_range if _are_within(seen, wanted.get(y, ()))}
            if not within:
                continue
            strips = widget.render_lines(seen.translate(-region.offset))
            for y, strip in zip(seen.line_range, strips, strict=False):
                if y in within:
                    _take(self._divide(strip, y, seen), wanted[y], rows[y])
        return cast("Sequence[Mapping[int, Strip]]", rows)

    def _divide(self, strip: Strip, y: int, seen: Region) -> Iterator[tuple[int, Strip]]:
        """Yields the pieces of what a widget shows in a row, with their columns."""
        cuts = [x for x in self.cuts[y] if seen.x <= x <= seen.right]
        return zip(cuts, strip.divide([x - seen.x for x in cuts[1:]]), strict=False)


def _are_within(seen: Region, columns: Iterable[int]) -> bool:
    return any(seen.x <= x < seen.right for x in columns)


def _take(
    pieces: Iterable[tuple[int, Strip]], wanted: set[int], row: dict[int, Strip | None]
) -> None:
    """Puts into a row what of a widget's pieces is still wanted there."""
    for x, piece in pieces:
        if x in wanted:
            wanted.remove(x)
            row[x] = piece

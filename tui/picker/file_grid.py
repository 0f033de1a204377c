"""The picker's grid: what the list shows as thumbnails, drawn as they come into view."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from rich.segment import Segment
from textual import work
from textual.binding import BindingType
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.strip import Strip

from ..keys.bindings import bindings_of
from ..pictures import DrawnPicture, Pictures, laid_on
from ..shortened import fit_middle
from ..visible import visible_line
from .file_list import FileList
from .folder import Entry
from .picked import Picked

_COLUMNS: Final = 19
_ROWS: Final = 8
"""Cells of a tile, the picture, its name and a gap: four fit beside each other in 80 columns."""

_PICTURE_COLUMNS: Final = 17
_PICTURE_ROWS: Final = 6

_AT_ONCE: Final = 2
"""Thumbnails that are made at a time; a preview never waits behind a screenful of them."""

_SETTLE_SECONDS: Final = 0.06
"""How long nothing must have scrolled before thumbnails are drawn."""


class FileGrid(FileList):
    """Shows entries as tiles with a cursor and marks; typing goes to the filter."""

    # Where a key is the list's too, it is the grid's here.
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("grid")

    @dataclass
    class Drawn(Message):
        """A thumbnail was drawn."""

    def __init__(self, pictures: Pictures) -> None:
        """Makes an empty grid.

        Args:
            pictures: draws the thumbnails.
        """
        super().__init__("picker-grid")
        self._pictures = pictures
        self._thumbnails: dict[Picked, DrawnPicture] = {}

    def pages_of(self, path: Path) -> int:
        """Returns how many pages a file has whose thumbnail was drawn; 1 until then."""
        drawn = self._thumbnails.get(Picked(path))
        return drawn.pages if drawn is not None else 1

    def render_line(self, y: int) -> Strip:
        """Returns one row of a row of tiles."""
        if not self._entries:
            return super().render_line(y)
        row, line = divmod(y + self.scroll_offset.y, _ROWS)
        first, across = row * self._tiles_across, self._tiles_across
        tiles = [self._tile_line(index, line) for index in range(first, first + across)]
        width = self.scrollable_content_region.width
        return Strip.join(tiles).adjust_cell_length(width, self.rich_style)

    def watch_scroll_y(self, old: float, new: float) -> None:
        """Draws what came into view."""
        super().watch_scroll_y(old, new)
        self._draw_visible()

    def action_move_row(self, rows: int) -> None:
        """Moves the cursor up or down, where there is a row."""
        across, last = self._tiles_across, len(self._entries) - 1
        if 0 <= self._cursor // across + rows <= last // across:
            self.action_move(rows * across)

    def action_move_page(self, direction: int) -> None:
        """Moves the cursor by a screenful."""
        rows = max(self.scrollable_content_region.height // _ROWS, 1)
        self.action_move(direction * rows * self._tiles_across)

    @property
    def _tiles_across(self) -> int:
        return max(self.scrollable_content_region.width // _COLUMNS, 1)

    def _lay_out(self) -> None:
        rows = -(-len(self._entries) // self._tiles_across)
        self.virtual_size = Size(0, rows * _ROWS)
        self._draw_visible()

    def _place_of(self, index: int) -> Region:
        row, column = divmod(index, self._tiles_across)
        return Region(column * _COLUMNS, row * _ROWS, _COLUMNS, _ROWS)

    def _index_at(self, place: Offset) -> int:
        column = place.x // _COLUMNS
        if column >= self._tiles_across:
            return len(self._entries)
        return place.y // _ROWS * self._tiles_across + column

    def _tile_line(self, index: int, line: int) -> Strip:
        if index >= len(self._entries) or line > _PICTURE_ROWS:
            return Strip.blank(_COLUMNS, self.rich_style)
        entry = self._entries[index]
        if line == _PICTURE_ROWS:
            return self._name_line(entry, is_cursor=index == self._cursor)
        drawn = self._thumbnails.get(self._listing.picture_of(entry))
        at = line - (_PICTURE_ROWS - drawn.rows) if drawn is not None else -1
        if drawn is None or at < 0:
            return Strip.blank(_COLUMNS, self.rich_style)
        margin = (_COLUMNS - drawn.columns) // 2
        cells = Strip([Segment(" " * margin), *drawn.strips[at]], margin + drawn.columns)
        return laid_on(cells.adjust_cell_length(_COLUMNS), self.rich_style)

    def _name_line(self, entry: Entry, *, is_cursor: bool) -> Strip:
        ground = self._style("file-list--cursor") if is_cursor else self.rich_style
        is_marked = self._listing.picture_of(entry) in self._marked
        mark = Segment("▎" if is_marked else " ", ground + self._foreground("file-list--mark"))
        name = visible_line(entry.name) + ("/" if entry.is_folder else "")
        style = ground + self._foreground("file-list--folder") if entry.is_folder else ground
        text = fit_middle(name, _PICTURE_COLUMNS)
        return Strip([mark, Segment(text, style)]).adjust_cell_length(_COLUMNS, self.rich_style)

    @work(exclusive=True, group="thumbnails")
    async def _draw_visible(self) -> None:
        await asyncio.sleep(_SETTLE_SECONDS)
        places = self._visible_places()
        shown = [self._listing.picture_of(self._entries[place]) for place in places]
        # The others are let go, here and in the terminal.
        self._thumbnails = {it: kept for it in shown if (kept := self._thumbnails.get(it))}
        waiting = iter([it for it in zip(places, shown, strict=True) if self._is_wanted(*it)])

        async def draw_one_by_one() -> None:
            for place, picture in waiting:
                bounds = _PICTURE_COLUMNS, _PICTURE_ROWS
                drawn = await self._pictures.draw(picture.path, *bounds, picture.excerpt)
                self._thumbnails[picture] = drawn
                self._refresh_entry(place)
                self.post_message(self.Drawn())

        await asyncio.gather(*(draw_one_by_one() for _ in range(_AT_ONCE)))

    def _visible_places(self) -> Sequence[int]:
        """Returns the places of the entries in view."""
        if not self.display:
            return range(0)
        first = self.scroll_offset.y // _ROWS
        last = (self.scroll_offset.y + self.scrollable_content_region.height) // _ROWS + 1
        across = self._tiles_across
        return range(
            min(first * across, len(self._entries)), min(last * across, len(self._entries))
        )

    def _is_wanted(self, place: int, picture: Picked) -> bool:
        drawn = self._thumbnails.get(picture)
        is_missing = drawn is None or drawn.may_retry
        return is_missing and not self._entries[place].is_folder

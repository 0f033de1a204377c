"""The picker's list: one Line API widget, so that 5,000 files cost as much as fifty."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.events import Click, Key, Resize
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ..keys.bindings import Keyed, bindings_of
from ..shortened import fit_middle
from ..sizes import in_bytes
from ..visible import visible_line
from ..wrapped import wrap_cells
from .folder import Entry
from .listing import Listing
from .picked import Picked

_NOTE_MARGIN: Final = 4
"""Columns beside the note, left and right."""

_SIZE_COLUMNS: Final = 8

_READING_SECONDS: Final = 1.0
"""Longest that a key waits for a folder; a network disk may take for ever."""


class FileList(Keyed, ScrollView, can_focus=True, inherit_bindings=False):
    """Shows entries with a cursor and marks; typing goes to the filter."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "file-list--cursor",
        "file-list--folder",
        "file-list--mark",
        "file-list--note",
    }
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("picker")

    @dataclass
    class Highlighted(Message):
        """The cursor stands on another entry, or on none."""

        picture: Picked | None
        """The picture there; None for a folder or nothing."""
        is_folder: bool

    @dataclass
    class Typed(Message):
        """A character for the filter."""

        character: str

    @dataclass
    class Chosen(Message):
        """An entry was clicked twice."""

    def __init__(self, id: str = "picker-list") -> None:  # noqa: A002
        super().__init__(id=id)
        self._entries: Sequence[Entry] = ()
        self._listing = Listing(Path())
        self._marked: frozenset[Picked] = frozenset()
        self._note = ""
        self._cursor = 0
        self._is_read = asyncio.Event()

    @property
    def highlighted(self) -> Entry | None:
        """The entry under the cursor."""
        return self._entries[self._cursor] if self._entries else None

    def show(self, listing: Listing, *, cursor_name: str = "", note: str = "") -> None:
        """Replaces the entries.

        Args:
            listing: what to show.
            cursor_name: entry to put the cursor on; the first one if it is not there.
            note: shown where there are no entries.
        """
        self._listing = listing
        entries = self._entries = listing.shown
        self._note = note
        names = (index for index, entry in enumerate(entries) if entry.name == cursor_name)
        self._cursor = next(names, 0)
        self._lay_out()
        self.refresh()
        self._reveal()
        self._is_read.set()
        self._report_cursor()

    def show_reading(self, folder: Path) -> None:
        """Shows that a folder is being read; keys typed meanwhile wait for it."""
        self.show(Listing(folder), note="Reading the folder…")
        self._is_read.clear()

    def show_marks(self, marked: frozenset[Picked]) -> None:
        """Shows these pictures as marked."""
        self._marked = marked
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Returns one row: mark, name and size."""
        width = self.scrollable_content_region.width
        index = y + self.scroll_offset.y
        if index < len(self._entries):
            return self._row(self._entries[index], width, is_cursor=index == self._cursor)
        text, style = "", self.rich_style
        note = [] if self._entries else wrap_cells(self._note, max(width - _NOTE_MARGIN, 1))
        if y < len(note):
            text, style = f"  {note[y]}", self._style("file-list--note")
        return Strip([Segment(set_cell_size(text, width), style)], width)

    async def on_key(self, event: Key) -> None:
        """Runs keys in the order they were typed, even if a slow line delivers many at once."""
        bindings = self.keys_of(event.key)
        if all(binding.id != "picker.back" for binding in bindings):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._is_read.wait(), _READING_SECONDS)
        if bindings:
            event.prevent_default()
            event.stop()
        for binding in bindings:
            # Of several actions of a key, that of the entry under the cursor is possible.
            if await self.app.run_action(binding.action, self):
                return
        if not bindings and event.is_printable and event.character:
            event.prevent_default()
            event.stop()
            self.post_message(self.Typed(event.character))

    def on_click(self, event: Click) -> None:
        """Moves the cursor to the row; a second click chooses it."""
        index = self._index_at(event.get_content_offset_capture(self) + self.scroll_offset)
        if index < len(self._entries):
            self.action_move(index - self._cursor)
            if event.chain == 2:
                self.post_message(self.Chosen())

    def on_resize(self, _event: Resize) -> None:
        """Keeps the cursor in view."""
        self._lay_out()
        self._reveal()

    def action_move(self, rows: int) -> None:
        """Moves the cursor, at most to either end."""
        if not self._entries:
            return
        before = self._cursor
        self._cursor = min(max(before + rows, 0), len(self._entries) - 1)
        if self._cursor != before:
            self._refresh_entry(before)
            self._refresh_entry(self._cursor)
            self._reveal()
            self._report_cursor()

    def action_move_page(self, direction: int) -> None:
        """Moves the cursor by a screenful."""
        self.action_move(direction * max(self.scrollable_content_region.height - 1, 1))

    def _row(self, entry: Entry, width: int, *, is_cursor: bool) -> Strip:
        ground = self._style("file-list--cursor") if is_cursor else self.rich_style
        is_marked = self._listing.picture_of(entry) in self._marked
        mark = Segment("▎ " if is_marked else "  ", ground + self._foreground("file-list--mark"))
        size = "" if entry.is_folder or entry.page else in_bytes(entry.size_bytes)
        has_size = width >= 4 * _SIZE_COLUMNS
        room = max(width - 2 - (_SIZE_COLUMNS + 1 if has_size else 0), 0)
        name = visible_line(entry.name) + ("/" if entry.is_folder else "")
        style = self._foreground("file-list--folder") if entry.is_folder else Style()
        segments = [mark, Segment(fit_middle(name, room), ground + style)]
        if has_size:
            note = ground + self._foreground("file-list--note")
            segments.append(Segment(f"{size:>{_SIZE_COLUMNS}} ", note))
        return Strip(segments).adjust_cell_length(width, ground)

    def _report_cursor(self) -> None:
        entry = self.highlighted
        is_folder = entry is not None and entry.is_folder
        shown = None if entry is None or is_folder else self._listing.picture_of(entry)
        self.post_message(self.Highlighted(shown, is_folder))

    def _refresh_entry(self, index: int) -> None:
        self.refresh(self._place_of(index).translate(-self.scroll_offset))

    def _reveal(self) -> None:
        # Without rows, as before it is shown, it would scroll to where the cursor is at the top.
        if self.size.height:
            self.scroll_to_region(self._place_of(self._cursor), animate=False, force=True)

    def _lay_out(self) -> None:
        """Takes the room that the entries need."""
        self.virtual_size = Size(0, len(self._entries))

    def _place_of(self, index: int) -> Region:
        """Returns where an entry stands, whatever of that is scrolled into view."""
        return Region(0, index, self.scrollable_content_region.width, 1)

    def _index_at(self, place: Offset) -> int:
        """Returns which entry stands there; one that is not if none does."""
        return place.y

    def _style(self, component: str) -> Style:
        return self.get_component_rich_style(component)

    def _foreground(self, component: str) -> Style:
        return Style(color=self._style(component).color)

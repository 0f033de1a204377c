"""The picker's folders: places to go by a digit, above the tree around the folder shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.events import Click, Key
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ..keys.bindings import Keyed, bindings_of
from ..shortened import fit_middle
from ..visible import visible_line
from .file_list import FileList
from .places import MOST_PLACES, Place, in_home
from .tree import TreeRow

_INDENT: Final = 2

_KEY_COLUMNS: Final = 3
"""A margin, a digit and a gap; the tree begins below the places' names."""


@dataclass(frozen=True)
class _Row:
    """A folder to go to, or an empty row."""

    folder: Path | None = None
    key: str = ""
    name: str = ""
    margin: int = 0


class FolderPane(Keyed, ScrollView, can_focus=True, inherit_bindings=False):
    """Shows places and the tree; Enter or a digit goes there."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "folder-pane--cursor",
        "folder-pane--here",
        "folder-pane--key",
    }
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("places")

    @dataclass
    class Chosen(Message):
        """The user wants to see a folder."""

        folder: Path
        stays: bool
        """Whether the focus stays in the pane."""

    def __init__(self) -> None:
        super().__init__(id="picker-folders")
        self._places: Sequence[Place] = ()
        self._tree: list[_Row] = []
        self._rows: list[_Row] = []
        self._here = Path()
        self._cursor = 0

    def show_places(self, places: Sequence[Place]) -> None:
        """Shows these places, each with its digit."""
        self._places = places
        self._arrange()

    def show_tree(self, here: Path, rows: Sequence[TreeRow]) -> None:
        """Shows the tree around a folder, with the cursor on it."""
        self._here = here
        self._tree = [_tree_row(row) for row in rows]
        self._arrange()

    def render_line(self, y: int) -> Strip:
        """Returns one row: a place behind its digit, a folder of the tree, or nothing."""
        width = self.scrollable_content_region.width
        index = y + self.scroll_offset.y
        row = self._rows[index] if index < len(self._rows) else _Row()
        is_cursor = self.has_focus and index == self._cursor and row.folder is not None
        ground = self._style("folder-pane--cursor") if is_cursor else self.rich_style
        name = ground
        if row.folder == self._here and not row.key:
            name += Style(color=self._style("folder-pane--here").color, bold=True)
        key = ground + Style(color=self._style("folder-pane--key").color)
        room = max(width - _KEY_COLUMNS - row.margin - 1, 0)
        margin = Segment(f" {row.key:<{_KEY_COLUMNS - 1}}" + " " * row.margin, key)
        segments = [margin, Segment(fit_middle(visible_line(row.name), room), name)]
        return Strip(segments).adjust_cell_length(width, ground)

    def on_key(self, event: Key) -> None:
        """Goes to the place of a digit; what else is typed goes to the list's filter."""
        if event.character is None or not event.is_printable:
            return
        event.prevent_default()
        event.stop()
        place = next((row for row in self._rows if row.key == event.character), None)
        if place is not None and place.folder is not None:
            self.post_message(self.Chosen(place.folder, stays=False))
        elif not event.character.isdecimal():
            self.post_message(FileList.Typed(event.character))

    def on_click(self, event: Click) -> None:
        """Goes to the folder that was clicked."""
        index = event.get_content_offset_capture(self).y + self.scroll_offset.y
        if index < len(self._rows):
            self._cursor = index
            self.action_go()

    def on_focus(self) -> None:
        """Shows the cursor."""
        self.refresh()

    def on_blur(self) -> None:
        """Hides the cursor."""
        self.refresh()

    def action_go(self) -> None:
        """Goes to the folder under the cursor and leaves the pane."""
        self._choose(stays=False)

    def action_look(self) -> None:
        """Goes to the folder under the cursor and stays here."""
        self._choose(stays=True)

    def action_move(self, rows: int) -> None:
        """Moves the cursor, past empty rows, at most to either end."""
        folders = [index for index, row in enumerate(self._rows) if row.folder is not None]
        if folders:
            at = folders.index(self._cursor) if self._cursor in folders else 0
            self._cursor = folders[min(max(at + rows, 0), len(folders) - 1)]
            self._reveal()

    def _choose(self, *, stays: bool) -> None:
        folder = self._rows[self._cursor].folder if self._rows else None
        if folder is not None:
            self.post_message(self.Chosen(folder, stays))

    def _arrange(self) -> None:
        """Lays the rows out anew, with the cursor on the folder shown."""
        keys = [*map(str, range(1, MOST_PLACES + 1)), *[""] * len(self._places)]
        places = [
            _Row(it.folder, key, it.name) for key, it in zip(keys, self._places, strict=False)
        ]
        self._rows = [*places, *([_Row()] if places and self._tree else []), *self._tree]
        here = (len(self._rows) - len(self._tree), len(self._rows))
        rows = (index for index in range(*here) if self._rows[index].folder == self._here)
        self._cursor = next(rows, 0)
        self.virtual_size = Size(0, len(self._rows))
        self._reveal()

    def _reveal(self) -> None:
        self.refresh()
        self.scroll_to_region(Region(0, self._cursor, 1, 1), animate=False, force=True)

    def _style(self, component: str) -> Style:
        return self.get_component_rich_style(component)


def _tree_row(row: TreeRow) -> _Row:
    name = row.folder.name if row.depth else in_home(row.folder)
    return _Row(row.folder, "", name, row.depth * _INDENT)

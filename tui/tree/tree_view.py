"""The rows of a tree on screen, with a cursor that keys move along it."""

import time
from typing import ClassVar, Final

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.events import Click, Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ..keys.bindings import Keyed, bindings_of
from .layout import Tree, TreeRow
from .row_words import words_of

_ROLE_CELLS: Final = 7
_LEAST_TEXT: Final = 24
"""Cells of a message's words before which facts are left out."""
_LEAD_SHARE: Final = 3
"""The lines of branches take at most one part in so many of a row."""
_BETWEEN: Final = " · "


class TreeView(Keyed, ScrollView, can_focus=True, inherit_bindings=False):
    """Draws one line a message; those of the branch on screen have a bar and full colour."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "tree-view--cursor",
        "tree-view--bar",
        "tree-view--lead",
        "tree-view--marked",
        "tree-view--muted",
    }
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("tree")

    shows_times: var[bool] = var(False)
    """Whether each row tells when its message was sent."""
    marked: var[int | None] = var(None)
    """Id of the message to compare another one with; None for none."""

    class Moved(Message):
        """The cursor stands on another message, or other messages are shown."""

    class Chosen(Message):
        """A message was clicked twice."""

    def __init__(self) -> None:
        super().__init__(id="tree-view")
        self.tree_shown: Tree | None = None
        self._cursor = 0

    @property
    def row(self) -> TreeRow | None:
        """The message at the cursor."""
        rows = self.tree_shown.rows if self.tree_shown else []
        return rows[self._cursor] if rows else None

    def show(self, tree: Tree, message: int | None = None) -> None:
        """Shows a tree; the cursor goes to a message, else stays on its own or near it.

        Args:
            tree: to show.
            message: id of the message to go to.
        """
        before, self.tree_shown = self.row, tree
        wanted = message if message is not None else (before.id if before else tree.head)
        place = tree.place_of(wanted)
        self._cursor = min(self._cursor if place is None else place, max(len(tree.rows) - 1, 0))
        if tree.place_of(self.marked) is None:
            self.marked = None
        self._measure()
        self.post_message(self.Moved())

    def go_to(self, message: int | None) -> None:
        """Moves the cursor to a message; None leaves it."""
        place = self.tree_shown.place_of(message) if self.tree_shown else None
        if place is not None and place != self._cursor:
            self._cursor = place
            self.refresh()
            self._reveal()
            self.post_message(self.Moved())

    def render_line(self, y: int) -> Strip:
        """Returns the line of a message."""
        width, place = self.scrollable_content_region.width, y + self.scroll_offset.y
        rows = self.tree_shown.rows if self.tree_shown else []
        if place >= len(rows):
            return Strip.blank(width, self.rich_style)
        return self._line(rows[place], width, is_cursor=place == self._cursor)

    def on_resize(self, _event: Resize) -> None:
        """Keeps the cursor in view."""
        self._measure()

    def watch_shows_times(self) -> None:
        """Draws the rows with or without times."""
        self.refresh()

    def watch_marked(self) -> None:
        """Draws the row that is marked."""
        self.refresh()

    def on_click(self, event: Click) -> None:
        """Moves the cursor to the message; a second click chooses it."""
        place = event.get_content_offset_capture(self).y + self.scroll_offset.y
        if self.tree_shown and place < len(self.tree_shown.rows):
            self.go_to(self.tree_shown.rows[place].id)
            if event.chain == 2:
                self.post_message(self.Chosen())

    def action_move(self, rows: int) -> None:
        """Moves the cursor by rows, at most to either end."""
        if self.tree_shown and self.tree_shown.rows:
            last = len(self.tree_shown.rows) - 1
            self.go_to(self.tree_shown.rows[max(0, min(self._cursor + rows, last))].id)

    def action_move_page(self, direction: int) -> None:
        """Moves the cursor by a screenful."""
        self.action_move(direction * max(self.scrollable_content_region.height - 1, 1))

    def action_move_up(self) -> None:
        """Moves the cursor to the message before."""
        if self.tree_shown and self.row:
            self.go_to(self.tree_shown.parent_of(self.row.id))

    def action_move_on(self) -> None:
        """Moves the cursor to what follows: on screen, else last."""
        if self.tree_shown and self.row:
            self.go_to(self.tree_shown.child_shown(self.row.id))

    def action_move_version(self, distance: int) -> None:
        """Moves the cursor to another version of the message."""
        row = self.row
        if row and 0 < row.version + distance <= len(row.siblings):
            self.go_to(row.siblings[row.version - 1 + distance])

    def _measure(self) -> None:
        count = len(self.tree_shown.rows) if self.tree_shown else 0
        self.virtual_size = Size(0, count)
        self.refresh()
        self._reveal()

    def _reveal(self) -> None:
        region = Region(0, self._cursor, 1, 1)
        self.scroll_to_region(region, animate=False, force=True)

    def _line(self, row: TreeRow, width: int, *, is_cursor: bool) -> Strip:
        ground = self._style("cursor") if is_cursor else self.rich_style
        words = words_of(row, time.time() if self.shows_times else 0)
        lead = _cut_lead(row.lead, width // _LEAD_SHARE)
        room = width - 2 - cell_len(lead) - _ROLE_CELLS
        facts = _fit(words.facts, room - _LEAST_TEXT - 1)
        room -= cell_len(facts)
        text = set_cell_size(_shorten(words.text, room - 1), room)
        muted = self._ink("muted")
        role = muted if row.is_shown or is_cursor else muted + Style(italic=True)
        mark = "▎" if row.is_shown else " "
        is_marked = row.id == self.marked
        segments = [
            Segment(mark, ground + self._ink("bar")),
            Segment("●" if is_marked else " ", ground + self._ink("marked")),
            Segment(lead, ground + self._ink("lead")),
            Segment(set_cell_size(words.role, _ROLE_CELLS), ground + role),
            Segment(text, ground + (Style() if row.is_shown else muted)),
            Segment(facts, ground + muted),
        ]
        return Strip(segments).adjust_cell_length(width, ground)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"tree-view--{name}")

    def _ink(self, name: str) -> Style:
        return Style(color=self._style(name).color)


def _cut_lead(lead: str, most: int) -> str:
    """Returns the innermost lines of branches, as far as there is room for them."""
    return lead if len(lead) <= most else f"…{lead[len(lead) - most + 1 :]}"


def _fit(facts: tuple[str, ...], room: int) -> str:
    """Returns as many facts as fit, the most important last and kept for longest."""
    kept = list(facts)
    while kept and cell_len(_BETWEEN.join(kept)) > room:
        kept.pop(0)
    return _BETWEEN.join(kept)


def _shorten(text: str, room: int) -> str:
    if cell_len(text) <= room:
        return text
    return set_cell_size(text, max(room - 1, 0)).rstrip() + "…"

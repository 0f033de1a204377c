"""A list of conversations or hits as one Line API widget: ten thousand cost as much as fifty."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from rich.segment import Segment
from textual.events import Click
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.worker import Worker

from ...core.kept import Hit
from ..session.found_hits import Heading
from ..session.library_view import LibraryView
from ..session.listed_conversations import ListedConversation
from ..size_watcher import watch_size
from .row_lines import (
    COMPONENTS,
    Flags,
    Palette,
    facts_line,
    heading_line,
    hit_line,
    read_palette,
    title_line,
)
from .thumbnails import COLUMNS, Thumbnails

if TYPE_CHECKING:
    from ..pictures import Pictures

Form = Literal["small", "full"]
"""One line a conversation, or several with its facts and a thumbnail."""

_TALL: Final = 36
"""Lines from which on a row has room for a larger thumbnail."""


class LibraryRows(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows what a view lists, with a cursor on a conversation or a hit."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = set(COMPONENTS)

    class Moved(Message):
        """The cursor stands elsewhere, or on another conversation."""

    class Chosen(Message):
        """What the cursor stands on was clicked, in the full form twice."""

    def __init__(
        self, view: LibraryView, form: Form, pictures: "Callable[[], Pictures] | None" = None
    ) -> None:
        """Shows a list.

        Args:
            view: what is listed.
            form: how much of each conversation is told.
            pictures: returns what draws thumbnails; None for none.
        """
        super().__init__()
        self._view = view
        self._form: Form = form
        self._thumbnails = Thumbnails(self, pictures, self._keys_in_sight) if pictures else None
        self._cursor = 0
        self._cursor_id: int | None = None
        """The conversation at the cursor, which that follows."""
        self._query = view.query
        self._asking: Worker[None] | None = None
        self.shown: int | None = None
        """The conversation on screen."""
        self.marked: dict[int, str] = {}
        """Titles of those to be acted upon, by id."""

    def on_mount(self) -> None:
        """Draws for every size."""
        watch_size(self, self._settle)
        self.show(self.shown)

    @property
    def row(self) -> ListedConversation | None:
        """The conversation at the cursor, of a hit the one that it is in; None for none."""
        if self.hit is not None:
            return self._view.find(self.hit.conversation, self.hit.title)
        return self._view.row(self._cursor)

    @property
    def hit(self) -> Hit | None:
        """The hit at the cursor."""
        hits = self._view.hits
        return hits[self._cursor] if hits and self._cursor < len(hits) else None

    @property
    def conversation(self) -> int | None:
        """Id of the conversation that the cursor stands on, or in."""
        row = self.row
        return None if row is None else row.summary.id

    @property
    def chosen(self) -> list[ListedConversation]:
        """The conversations to act upon as they are now: those marked, else that at the cursor."""
        if self.marked:
            return [self._view.find(it, title) for it, title in self.marked.items()]
        return [self.row] if self.row else []

    def show(self, shown: int | None) -> None:
        """Shows the list as it is now; the cursor stays on its conversation, else in its place.

        Args:
            shown: the conversation on screen, where the cursor stands first.
        """
        self.shown = shown
        is_other = self._query is not self._view.query
        self._query = self._view.query
        wanted = shown if is_other or self._cursor_id is None else self._cursor_id
        place = self._view.rows.index_of(wanted) if wanted is not None else None
        before = self._cursor
        if self._view.hits is not None:
            self._cursor = 0 if is_other else before
        elif place is not None:
            self._cursor = place
        elif is_other:
            self._cursor = 0
        self._cursor = max(min(self._cursor, len(self._view) - 1), 0)
        self._follow(0 if is_other else self._cursor - before)

    def point_at(self, conversation: int | None) -> None:
        """Moves the cursor to a conversation, if that is near."""
        place = None if conversation is None else self._view.rows.index_of(conversation)
        if place is not None:
            self.move_to(place)

    def move_to(self, index: int) -> None:
        """Moves the cursor, at most to either end."""
        self._cursor = max(min(index, len(self._view) - 1), 0)
        self._settle()
        self.post_message(self.Moved())

    def move(self, rows: int) -> None:
        """Moves the cursor by rows or hits."""
        self.move_to(self._cursor + rows)

    def move_page(self, direction: int) -> None:
        """Moves the cursor by a screenful."""
        self.move(direction * max(self._height // self._row_lines - 1, 1))

    def turn_mark(self) -> None:
        """Marks the conversation at the cursor, or not any more, and goes on to the next."""
        row = self.row
        if row is not None:
            if self.marked.pop(row.summary.id, None) is None:
                self.marked[row.summary.id] = row.summary.title
            self.move(1)

    def render_line(self, y: int) -> Strip:
        """Returns one line."""
        width, line = self.scrollable_content_region.width, y + self.scroll_offset.y
        hits = self._view.hits
        base = self.rich_style
        palette = read_palette(self.get_component_rich_style, base)
        if hits is None:
            segments = self._row_line(*divmod(line, self._row_lines), width, palette)
        elif line < len(hits.lines):
            segments = self._hit_line(line, width, palette)
        else:
            segments = []
        return Strip(segments).adjust_cell_length(width, base)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Asks for what comes into view."""
        super().watch_scroll_y(old_value, new_value)
        self._fill_view()

    def on_focus(self) -> None:
        """Tells where the cursor is, now that keys act there."""
        self.post_message(self.Moved())

    def on_click(self, event: Click) -> None:
        """Moves the cursor; opens what it stands on, in the full form with the second click."""
        line = event.get_content_offset_capture(self).y + self.scroll_offset.y
        hits = self._view.hits
        index = line // self._row_lines if hits is None else hits.near(line)
        if index < len(self._view):
            self.move_to(index)
            if event.chain == (1 if self._form == "small" else 2):
                self.post_message(self.Chosen())

    @property
    def _height(self) -> int:
        return self.scrollable_content_region.height

    @property
    def _row_lines(self) -> int:
        if self._view.hits is not None or self._form == "small":
            return 1
        return self._thumbnail_rows + 1 if self._thumbnails else 2

    @property
    def _thumbnail_rows(self) -> int:
        return 3 if self.app.size.height >= _TALL else 2

    def _settle(self) -> None:
        self._follow(0)

    def _follow(self, rows: int) -> None:
        """Measures the list; rows that came above the view, or went there, move nothing in it."""
        hits = self._view.hits
        lines = len(self._view) * self._row_lines if hits is None else len(hits.lines)
        self.virtual_size = Size(0, lines)
        if rows and self.scroll_offset.y:
            self.scroll_to(y=self.scroll_y + rows * self._row_lines, animate=False, force=True)
        self._reveal()
        self.refresh()
        self._fill_view()
        if self.conversation != self._cursor_id:
            self._cursor_id = self.conversation
            self.post_message(self.Moved())

    def _reveal(self) -> None:
        lines, hits = self._row_lines, self._view.hits
        top = self._cursor * lines
        if hits is not None:
            top = hits.places[self._cursor] if len(hits) else 0
            if top and isinstance(hits.lines[top - 1], Heading):
                top, lines = top - 1, 2
        self.scroll_to_region(Region(0, top, 1, lines), animate=False, force=True)

    def _fill_view(self) -> None:
        """Has the list asked for what is in view and not there, and thumbnails drawn."""
        if not self.is_attached:
            return
        first = self.scroll_offset.y // self._row_lines
        self._view.look_at(first, first + self._height // self._row_lines + 2)
        is_asking = self._asking is not None and not self._asking.is_finished
        if self._view.has_gap and not is_asking:
            self._asking = self.run_worker(self._view.fill)
        if self._thumbnails is not None and self._view.hits is None:
            self._thumbnails.draw(self._thumbnail_rows)

    def _keys_in_sight(self) -> Iterator[str]:
        first = self.scroll_offset.y // self._row_lines
        for index in range(first, first + self._height // self._row_lines + 2):
            if row := self._view.rows.row(index):
                yield row.picture

    def _row_line(self, index: int, part: int, width: int, palette: Palette) -> list[Segment]:
        row = self._view.row(index)
        if row is None or width < 1:
            return []
        thumbnail: list[Segment] = []
        if self._thumbnails is not None:
            thumbnail = self._thumbnails.cells(row.row.picture, part, palette.ground)
            width -= COLUMNS + 1
            thumbnail.append(Segment(" ", palette.ground))
        if part > 1:
            return thumbnail
        lit = self._lit(palette, is_cursor=index == self._cursor)
        conversation = row.summary.id
        flags = Flags(conversation == self.shown, conversation in self.marked)
        is_title = part == 0
        line = title_line(row, width, flags, lit) if is_title else facts_line(row, width, lit)
        return [*thumbnail, *line]

    def _hit_line(self, line: int, width: int, palette: Palette) -> list[Segment]:
        hits = self._view.hits
        assert hits is not None  # noqa: S101 - it is called for hits alone
        what = hits.lines[line]
        if isinstance(what, Heading):
            state = self._view.find(what.conversation, what.title)
            flags = Flags(what.conversation == self.shown, what.conversation in self.marked)
            return heading_line(state, width, flags, palette)
        is_cursor = bool(len(hits)) and hits.places[self._cursor] == line
        return hit_line(what, width, self._lit(palette, is_cursor=is_cursor))

    def _lit(self, palette: Palette, *, is_cursor: bool) -> Palette:
        """Returns the styles of a line, which may be the cursor's."""
        if not is_cursor:
            return palette
        return palette.over(self.get_component_rich_style("library--cursor"))

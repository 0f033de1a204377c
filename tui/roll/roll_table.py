"""The rows of a roll as a table: one Line API widget, so that 20,000 rows cost as much as fifty."""

from typing import ClassVar, Final

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.events import Click, Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.worker import Worker

from ...core.conversation import Attachment
from ...core.roll import RollRow
from ..keys.bindings import Keyed, bindings_of
from ..pictures import DrawnPicture, Pictures
from ..session.shown_roll import ShownRoll
from ..shortened import fit_middle
from ..visible import visible_line
from ..wrapped import wrap_cells

_THUMBNAILS_FROM_COLUMNS: Final = 100
"""Narrower terminals show a row in one line, without its picture."""

_THUMBNAIL_COLUMNS: Final = 10
_THUMBNAIL_ROWS: Final = 4
"""Lines of a row with a thumbnail, the one between it and the next included."""

_NAME_COLUMNS: Final = 28
_SECONDS_COLUMNS: Final = 8
_MARKS: Final = {"waiting": "· ", "running": "▸ ", "done": "  ", "failed": "✗ "}


class RollTable(Keyed, ScrollView, can_focus=True, inherit_bindings=False):
    """Shows rows with a cursor: thumbnail where there is room, name, answer, seconds."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "roll-table--cursor",
        "roll-table--failed",
        "roll-table--note",
    }
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("roll")

    class Moved(Message):
        """The cursor stands on another row, or on none."""

    class Chosen(Message):
        """A row was clicked twice."""

    def __init__(self, pictures: Pictures | None) -> None:
        """Shows nothing yet.

        Args:
            pictures: draws thumbnails; None for none.
        """
        super().__init__(id="roll-table")
        self._pictures = pictures
        self._roll: ShownRoll | None = None
        self._positions: list[int] = []
        self._cursor = 0
        self._thumbnails: dict[str, DrawnPicture] = {}
        """Of those on screen, by the key of the picture."""
        self._drawing: Worker[None] | None = None

    @property
    def marked(self) -> RollRow | None:
        """The row at the cursor."""
        if self._roll is None or not self._positions:
            return None
        return self._roll.rows[self._positions[self._cursor]]

    def show(self, roll: ShownRoll, positions: list[int]) -> None:
        """Shows rows of a roll; the cursor stays on its row, else keeps its place.

        Args:
            roll: whose rows.
            positions: of those to show, in their order.
        """
        marked = self.marked
        self._roll, self._positions = roll, positions
        if marked is not None and marked.position in positions:
            self._cursor = positions.index(marked.position)
        self._cursor = min(self._cursor, max(len(positions) - 1, 0))
        self._measure()
        self._draw_thumbnails()
        self.post_message(self.Moved())

    def render_line(self, y: int) -> Strip:
        """Returns one line of a row."""
        width, line = self.scrollable_content_region.width, y + self.scroll_offset.y
        index, part = divmod(line, self._row_lines)
        if self._roll is None or index >= len(self._positions):
            return Strip.blank(width, self.rich_style)
        row = self._roll.rows[self._positions[index]]
        return self._line(row, part, width, is_cursor=index == self._cursor)

    def on_resize(self, _event: Resize) -> None:
        """Keeps the cursor in view."""
        self._measure()
        self._draw_thumbnails()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Draws the thumbnails that come into view."""
        super().watch_scroll_y(old_value, new_value)
        self._draw_thumbnails()

    def on_click(self, event: Click) -> None:
        """Moves the cursor to the row; a second click opens it."""
        line = event.get_content_offset_capture(self).y + self.scroll_offset.y
        index = line // self._row_lines
        if index < len(self._positions):
            self.action_move(index - self._cursor)
            if event.chain == 2:
                self.post_message(self.Chosen())

    def action_move(self, rows: int) -> None:
        """Moves the cursor, at most to either end."""
        last = len(self._positions) - 1
        before, self._cursor = self._cursor, max(min(self._cursor + rows, last), 0)
        if self._cursor != before:
            self.refresh()
            self._reveal()
            self.post_message(self.Moved())

    def action_move_page(self, direction: int) -> None:
        """Moves the cursor by a screenful."""
        lines = self.scrollable_content_region.height
        self.action_move(direction * max(lines // self._row_lines - 1, 1))

    @property
    def _has_thumbnails(self) -> bool:
        return self._pictures is not None and self.size.width >= _THUMBNAILS_FROM_COLUMNS

    @property
    def _row_lines(self) -> int:
        return _THUMBNAIL_ROWS if self._has_thumbnails else 1

    def _measure(self) -> None:
        self.virtual_size = Size(0, len(self._positions) * self._row_lines)
        self.refresh()
        self._reveal()

    def _reveal(self) -> None:
        lines = self._row_lines
        region = Region(0, self._cursor * lines, 1, lines)
        self.scroll_to_region(region, animate=False, force=True)

    def _line(self, row: RollRow, part: int, width: int, *, is_cursor: bool) -> Strip:
        ground = self._style("roll-table--cursor") if is_cursor else self.rich_style
        failed = Style(color=self._style("roll-table--failed").color)
        note = Style(color=self._style("roll-table--note").color)
        thumbnail = self._thumbnail(row, part) if self._has_thumbnails else []
        left = sum(it.cell_length for it in thumbnail)
        room = max(width - left - 2 - _NAME_COLUMNS - 1 - _SECONDS_COLUMNS, 8)
        lines = wrap_cells(_words_of(row), room - 1) or [""]
        text = lines[part] if part < min(len(lines), max(self._row_lines - 1, 1)) else ""
        if part == max(self._row_lines - 2, 0) and len(lines) > part + 1:
            text = set_cell_size(text, room - 2) + "…"
        is_first = part == 0
        name = fit_middle(visible_line(row.name), _NAME_COLUMNS) if is_first else ""
        seconds = f"{row.answer.seconds:.1f} s" if is_first and row.answer else ""
        mark = _MARKS[row.state] if is_first else "  "
        style = failed if row.state == "failed" else Style()
        segments = [
            *thumbnail,
            Segment(mark, ground + (failed if row.state == "failed" else note)),
            Segment(set_cell_size(name, _NAME_COLUMNS + 1), ground),
            Segment(set_cell_size(text, room), ground + style),
            Segment(f"{seconds:>{_SECONDS_COLUMNS}}", ground + note),
        ]
        return Strip(segments).adjust_cell_length(width, ground)

    def _thumbnail(self, row: RollRow, part: int) -> list[Segment]:
        """Returns the thumbnail's cells of a line, or nothing but room for them."""
        picture = self._thumbnails.get(row.picture.key) if row.picture else None
        strips = picture.strips if picture is not None and not picture.error else []
        if part >= len(strips) or picture is None:
            return [Segment(" " * (_THUMBNAIL_COLUMNS + 1), self.rich_style)]
        rest = Segment(" " * (_THUMBNAIL_COLUMNS + 1 - picture.columns), self.rich_style)
        return [*strips[part], rest]

    def _draw_thumbnails(self) -> None:
        """Has the thumbnails in view drawn; drawing that is under way takes them up too."""
        is_drawing = self._drawing is not None and not self._drawing.is_finished
        if self._has_thumbnails and self.is_attached and not is_drawing:
            self._drawing = self.run_worker(self._draw_in_view)

    async def _draw_in_view(self) -> None:
        while self._pictures is not None and (picture := self._next_undrawn()) is not None:
            self._thumbnails[picture.key] = await self._pictures.draw(
                picture, _THUMBNAIL_COLUMNS, _THUMBNAIL_ROWS - 1
            )
            self.refresh()

    def _next_undrawn(self) -> Attachment | None:
        """Returns a picture in view that has no thumbnail; those of others are forgotten."""
        wanted = {it.key: it for it in self._pictures_in_view()}
        self._thumbnails = {key: it for key, it in self._thumbnails.items() if key in wanted}
        return next((it for key, it in wanted.items() if key not in self._thumbnails), None)

    def _pictures_in_view(self) -> list[Attachment]:
        first = self.scroll_offset.y // self._row_lines
        count = self.scrollable_content_region.height // self._row_lines + 2
        positions = self._positions[first : first + count]
        rows = [self._roll.rows[it] for it in positions] if self._roll else []
        return [row.picture for row in rows if row.picture is not None]

    def _style(self, component: str) -> Style:
        return self.get_component_rich_style(component)


def _words_of(row: RollRow) -> str:
    """Returns what a row says, as one line."""
    if row.answer is None:
        return "…" if row.state == "running" else ""
    return visible_line(row.answer.text or row.answer.error)

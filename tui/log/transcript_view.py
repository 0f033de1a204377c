"""A transcript in a window: scrolling by lines that stand still, and drawing only what changed."""

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.geometry import Offset, Region, Size
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from ..keys.bindings import keymap_of
from ..line_profile import line_of
from ..size_watcher import watch_size
from .lexers import LEXERS
from .line import Target, pad
from .look import Look
from .palette import COMPONENTS, Palette, read_palette
from .picture_lines import most_picture_rows
from .row_strip import MARGIN, Shown, add_offsets, draw_row
from .selection import offset_of, selected_text, span_of
from .transcript import START, Position, Row, Transcript

if TYPE_CHECKING:
    from .found_lines import FoundSpan

JUMP_PAGES = 3
"""Scrolling further than this at once goes by estimated heights, else by rendered lines."""


class TranscriptView(ScrollView, can_focus=True):
    """Draws a transcript and scrolls it; its lines are rendered when they come into view.

    Where the view stands is a line of a message, not a distance from the top: that is an estimate
    and is set right without anything moving.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = COMPONENTS

    show_receipts = var(True)
    """Whether each answer ends with what it cost."""
    has_whole_receipts = var(False)
    """Whether that is told in full."""
    shows_thoughts = var(False)
    """Whether thoughts are shown above their answers, or folded into a line."""
    draws_pictures = var(True)
    """Whether pictures are drawn, or only named."""
    following = var(True)
    """Whether the view stays at the end as text comes; only the user's scrolling clears it."""

    def __init__(self, cell_size: tuple[int, int], id: str | None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.auto_links = False
        self.transcript = Transcript()
        self.top = START
        """The line that stands first in the view."""
        self.rows: list[Row] = []
        """What is in view."""
        self._shown: list[Shown] = []
        self._cell_size = cell_size
        self._palette: Palette | None = None
        self._y = 0
        self._drawn_thumb = (0, 0)
        self._is_painting = False

    @property
    def page_height(self) -> int:
        """Lines in view; of a hidden log those that were, which its next layout sets right."""
        return self.size.height

    @property
    def look(self) -> Look:
        """What messages are rendered for."""
        if self._palette is None:
            self._palette = read_palette(self)
        width = max(1, self.size.width - self.scrollbar_gutter.width - 2 * MARGIN)
        most_rows = most_picture_rows(self.app.size.height) if self.draws_pictures else 0
        most_rows = min(most_rows, line_of(self.app).picture_rows)
        rows = min(most_rows, max(0, self.page_height - 2))
        shown = self.show_receipts, self.has_whole_receipts, self.shows_thoughts
        return Look(
            width, self._palette, *shown, rows, self._cell_size, LEXERS.late, keymap_of(self.app)
        )

    def on_mount(self) -> None:
        """Renders for every size that the view gets."""
        watch_size(self, self.settle)

    def settle(self) -> None:
        """Brings view, scroll bar and screen in line with the transcript."""
        height = self.page_height
        if not height or not self.is_mounted:
            return
        look = self.look
        if self.following:
            self.top = self.transcript.last_page(height, look)
        self.rows = self.transcript.page(self.top, height, look)
        if len(self.rows) < height and not self.following:
            self.top = self.transcript.last_page(height, look)
            self.rows = self.transcript.page(self.top, height, look)
        self._place(look)
        self._refresh_changes()
        self.rows_settled(look)
        self.transcript.release(self.rows)
        if LEXERS.is_loading:
            self._colour_late()

    def rows_settled(self, look: Look) -> None:
        """Called when `rows` may have changed."""

    def marked_message(self) -> int | None:
        """Returns the message to draw as marked."""
        return None

    def marked_target(self) -> Target | None:
        """Returns what of that message to draw as the one that would be opened."""
        return None

    def found_in(self, _position: Position) -> "tuple[FoundSpan, ...]":
        """Returns what of a line to draw as found."""
        return ()

    def scroll_lines(self, distance: int) -> None:
        """Moves the view by so many lines, as the user asked."""
        look, height = self.look, self.page_height
        if abs(distance) > JUMP_PAGES * height:
            self.top = self.transcript.find(self._y + distance, look)
        else:
            self.top = self.transcript.walk(self.top, distance, look)
        self.following = distance > 0 and self.top >= self.transcript.last_page(height, look)
        self.settle()

    def bring_into_view(self, start: Position, end: Position) -> None:
        """Moves the view as little as shows these lines: all of them, or the first."""
        look, height = self.look, self.page_height
        self.top = self.transcript.top_showing(start, end, self.top, height, look)
        self.following = self.top >= self.transcript.last_page(height, look)
        self.settle()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Returns rows for the screen."""
        self._is_painting = True
        try:
            return super().render_lines(crop)
        finally:
            self._is_painting = False

    def render_line(self, y: int) -> Strip:
        """Returns a row of the view over its whole width.

        Only where the mouse asks do its characters carry coordinates: these make every style a
        new one, which is most of the work of painting.
        """
        look = self.look
        width = look.width + 2 * MARGIN
        if y >= len(self._shown):
            return Strip.blank(width, look.palette.base)
        # Only the part that the theme says: its foreground, where it leaves that out, is no colour.
        selected = self.screen.get_component_rich_style("screen--selection", partial=True)
        segments = pad(draw_row(self._shown[y], look.palette, selected), width, look.palette.base)
        if not self._is_painting:
            segments = add_offsets(segments, offset_of(self.rows[y].position))
        return Strip(segments, width)

    def get_selection(self, selection: Selection) -> tuple[str, str]:
        """Returns the text that the mouse selected."""
        return selected_text(self._bounded(selection), self.transcript, self.look), "\n"

    def selection_updated(self, _selection: Selection | None) -> None:
        """Draws the rows in which the selection changed."""
        self._refresh_changes()

    def scroll_to(self, x: float | None = None, y: float | None = None, **_options: object) -> None:
        """Scrolls at once: frames between are only bytes on the line."""
        del x
        if y is not None:
            self.scroll_lines(round(y) - self._y)

    def validate_scroll_y(self, value: float) -> float:
        """Keeps every value: a view that has grown by a row must not be taken for scrolled."""
        return value

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Moves the view where the user scrolled: by wheel or scroll bar, or while selecting."""
        del old_value
        distance = round(new_value) - self._y
        if distance:
            self.scroll_lines(distance)
            # Selecting scrolls by fractions of a line, which have to add up.
            fraction = new_value - round(new_value)
            self.set_reactive(ScrollView.scroll_y, self._y + fraction)

    def notify_style_update(self) -> None:
        """Takes over the colours of a new theme."""
        super().notify_style_update()
        self._palette = None
        if self.is_mounted:
            self.call_next(self.settle)

    def watch_show_receipts(self) -> None:
        """Renders with or without receipts."""
        self.settle()

    def watch_has_whole_receipts(self) -> None:
        """Renders short or whole receipts."""
        self.settle()

    def watch_shows_thoughts(self) -> None:
        """Renders with or without thoughts."""
        self.settle()

    def watch_draws_pictures(self) -> None:
        """Renders with or without pictures."""
        self.settle()

    def go(self, distance: int) -> None:
        """Goes by so many lines, as a key says."""
        self.scroll_lines(distance)

    def action_scroll_up(self) -> None:
        """Goes up a line."""
        self.go(-1)

    def action_scroll_down(self) -> None:
        """Goes down a line."""
        self.go(1)

    def action_page_up(self) -> None:
        """Goes up a page, keeping a line in view."""
        self.go(1 - self.page_height)

    def action_page_down(self) -> None:
        """Goes down a page, keeping a line in view."""
        self.go(self.page_height - 1)

    def action_scroll_home(self) -> None:
        """Goes to the first message."""
        self.following = False
        self.top = START
        self.settle()

    def action_scroll_end(self) -> None:
        """Goes to the end and follows it again."""
        self.following = True
        self.settle()

    @work(exclusive=True, group="lexers")
    async def _colour_late(self) -> None:
        """Draws code again that was drawn before its lexer was loaded."""
        await LEXERS.wait()
        self.settle()

    def _place(self, look: Look) -> None:
        """Sets size and position of the scrolled area without scrolling."""
        tops = self.transcript.tops(look)
        self._y = tops[self.top.message] + self.top.line
        size = Size(look.width + 2 * MARGIN, max(tops[-1], 1))
        self.set_reactive(ScrollView.scroll_y, self._y)
        self.set_reactive(ScrollView.scroll_target_y, self._y)
        self.set_reactive(ScrollView.virtual_size, size)
        thumb = self._thumb(size.height)
        if thumb != self._drawn_thumb:
            self._drawn_thumb = thumb
            self._scroll_update(size)
            if self.show_vertical_scrollbar:
                self.vertical_scrollbar.position = self._y

    def _thumb(self, total: int) -> tuple[int, int]:
        """Returns the ends of the scroll bar's thumb, in the eighths of a cell that it draws."""
        eighths = 8 * self.page_height
        return self._y * eighths // total, (self._y + self.page_height) * eighths // total

    def _refresh_changes(self) -> None:
        """Asks for the rows to be drawn that look different from what is on screen."""
        before, self._shown = self._shown, self._show_rows()
        for y in range(max(len(before), len(self._shown))):
            old = before[y] if y < len(before) else None
            new = self._shown[y] if y < len(self._shown) else None
            if old != new:
                cells = max(shown.cells for shown in (old, new) if shown)
                self.refresh(Region(0, y, cells, 1))

    def _show_rows(self) -> list[Shown]:
        marked = self.marked_message()
        target = None if marked is None else self.marked_target()
        selection = self._bounded(self.text_selection) if self.text_selection else None
        shown = []
        for position, line in self.rows:
            span = span_of(selection, position)
            is_marked = position.message == marked
            marked_target = target if is_marked else None
            found = self.found_in(position)
            shown.append(Shown(line, is_marked, marked_target, span, found))
        return shown

    def _bounded(self, selection: Selection) -> Selection:
        """Returns a selection that was dragged out of the view as ending where the view ends."""
        start, end = selection
        if not self.rows or (start is None and end is None):
            return selection
        return Selection(
            start or Offset(0, offset_of(self.rows[0].position)),
            end or Offset(1 << 20, offset_of(self.rows[-1].position)),
        )

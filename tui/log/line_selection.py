"""Lines selected with the keyboard alone, for a terminal that sends no mouse."""

from textual.reactive import var
from textual.selection import Selection

from ..clipboard.copying_app import copy_text
from .held_line import HeldLine
from .line import NO_PICTURE
from .look import Look
from .selection import selection_of_lines
from .times_view import TimesView
from .transcript import START, Position

SELECTING_ACTIONS = frozenset(
    {"scroll_up", "scroll_down", "page_up", "page_down", "scroll_home", "scroll_end"}
    | {"move_cursor", "select_lines", "to_other_end", "copy", "copy_lines"}
)
"""All that keys of the log do while lines are selected."""


class LineSelectingView(TimesView):
    """A transcript in which keys select lines, drawn and copied like a mouse selection.

    One end of the selection stays where it began, the other one goes where the view would go by
    the same key. The view goes with that end and does not follow new text.
    """

    is_selecting = var(False, bindings=True)
    """Whether keys move the end of a selection."""

    def __init__(self, cell_size: tuple[int, int], id: str | None) -> None:  # noqa: A002
        super().__init__(cell_size, id)
        self._ends: tuple[HeldLine, HeldLine] | None = None
        """The line where the selection stays, and the one that keys move."""
        self._selected: Selection | None = None
        self._selected_for: Look | None = None

    def validate_following(self, following: bool) -> bool:
        """Keeps the view where it is while lines are selected."""
        return following and not self.is_selecting

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Returns whether a key does anything now: each of them has one meaning at a time."""
        if self.is_selecting:
            return action in SELECTING_ACTIONS
        if action in ("to_other_end", "copy_lines"):
            return False
        return super().check_action(action, parameters)

    def settle(self) -> None:
        """Keeps the selection on its text before it draws both."""
        if self.is_selecting and self.page_height:
            self._follow_text()
        super().settle()

    def go(self, distance: int) -> None:
        """Moves the view, or the end of the selection, by `distance` lines."""
        if self._ends is None:
            super().go(distance)
        else:
            end = self._ends[1].position
            self._move_end(self.transcript.walk(end, distance, self.look))

    def action_scroll_home(self) -> None:
        """Goes to the first line."""
        if self.is_selecting:
            self._move_end(START)
        else:
            super().action_scroll_home()

    def action_scroll_end(self) -> None:
        """Goes to the last line; the view alone follows it again."""
        if self.is_selecting:
            self._move_end(self.transcript.end(self.look))
        else:
            super().action_scroll_end()

    def action_select_lines(self) -> None:
        """Selects the first line in view of the marked message's text; again it stops that."""
        if self.is_selecting:
            self.action_leave_lines()
            return
        if not self.rows:
            return
        self.focus()
        # What the mouse has begun would come back when the view scrolls.
        self.screen.clear_selection()
        marked = self.marked_message()
        message = self.rows[-1].position.message if marked is None else marked
        begin = HeldLine.hold(self._first_text(message), self.transcript, self.look)
        self._ends = begin, begin
        self.is_selecting = True
        self.following = False
        self._move_end(begin.position)

    def action_to_other_end(self) -> None:
        """Swaps the end that keys move with the one that stays."""
        if self._ends is not None:
            fixed, moving = self._ends
            self._ends = moving, fixed
            self.bring_into_view(fixed.position, fixed.position)

    def action_copy_lines(self) -> None:
        """Copies the selected lines and ends the selection."""
        self.copy_selection()
        self.action_leave_lines()

    def action_leave_lines(self) -> None:
        """Ends the selection."""
        self._stop_selecting()
        self.screen.clear_selection()

    def copy_selection(self) -> None:
        """Copies what keys or the mouse have selected."""
        if self.text_selection:
            copy_text(self.app, self.get_selection(self.text_selection)[0], "Selection")

    def selection_updated(self, selection: Selection | None) -> None:
        """Ends the selection by keys once the mouse selects something else.

        Without one they are selected again: a text field takes every selection away when its
        cursor moves, and when it is made.
        """
        if self.is_selecting and self.text_selection is None:
            self.settle()
        elif self.is_selecting and self.text_selection != self._selected:
            self._stop_selecting()
        super().selection_updated(selection)

    def on_mouse_down(self) -> None:
        """Ends the selection by keys; the mouse takes over."""
        if self.is_selecting:
            self._stop_selecting()

    def on_blur(self) -> None:
        """Ends the selection when keys go elsewhere in the app; another window may have them."""
        if self.is_selecting and self.app.app_focus:
            self.action_leave_lines()

    def _first_text(self, message: int) -> Position:
        """Returns the first line of a message's text that is in view, or the first of all."""
        lines = self.transcript.lines(message, self.look)
        text = [
            Position(message, number)
            for number, line in enumerate(lines)
            if number and line.picture == NO_PICTURE
        ]
        in_view = {row.position for row in self.rows}
        return next((position for position in text if position in in_view), text[0])

    def _move_end(self, position: Position) -> None:
        if self._ends is not None:
            moving = HeldLine.hold(position, self.transcript, self.look)
            self._ends = self._ends[0], moving
            self.bring_into_view(position, position)

    def _follow_text(self) -> None:
        """Finds both ends again after changes; in another look scrolls to the moving one."""
        if self._ends is None:
            return
        look = self.look
        fixed, moving = self._ends
        goes_down = fixed.place <= moving.place
        fixed_now = fixed.find(self.transcript, look, is_last=not goes_down)
        moving_now = moving.find(self.transcript, look, is_last=goes_down)
        if fixed_now is None or moving_now is None:
            self.action_leave_lines()
            return
        self._ends = fixed_now, moving_now
        if look != self._selected_for:
            end, self._selected_for = moving_now.position, look
            self.top = self.transcript.top_showing(end, end, self.top, self.page_height, look)
        first, last = sorted((fixed_now.position, moving_now.position))
        self._selected = selection_of_lines(first, last)
        self.screen.selections = {self: self._selected}

    def _stop_selecting(self) -> None:
        """Lets keys scroll again; at the end the view follows new text again."""
        self._ends = self._selected = self._selected_for = None
        self.is_selecting = False
        self.following = self.top >= self.transcript.last_page(self.page_height, self.look)

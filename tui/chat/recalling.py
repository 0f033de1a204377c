"""A text area that brings back what was sent before, and whose text others may change."""

from textual.geometry import Offset
from textual.strip import Strip
from textual.widgets import TextArea
from textual.widgets.text_area import EditHistory

from .recall import Recall


class RecallingArea(TextArea):
    """Up from its first row walks to what was sent, down from the last one back again."""

    def __init__(self, id: str, placeholder: str) -> None:  # noqa: A002
        self._recall = Recall()
        super().__init__(
            id=id,
            compact=True,
            highlight_cursor_line=False,
            placeholder=placeholder,
        )

    def remember(self, texts: list[str]) -> None:
        """Replaces what `up` brings back by the user's messages of a conversation, oldest first."""
        self._recall.remember(texts)

    def remember_also(self, text: str) -> None:
        """Adds a message that was sent to what `up` brings back."""
        self._recall.add(text)

    def change_text(self, text: str) -> None:
        """Replaces the text as if it had been typed: that can be undone."""
        self.history.checkpoint()
        self.replace(text, (0, 0), self.document.end, maintain_selection_offset=False)

    def fill_in(self, before: str, after: str) -> None:
        """Puts a text where the cursor is, which is between its two parts then; can be undone."""
        self.history.checkpoint()
        row, column = min(self.selection)
        self.replace(before + after, *self.selection, maintain_selection_offset=False)
        *lines, last = before.split("\n")
        self.move_cursor((row + len(lines), len(last) + (0 if lines else column)))

    def action_cursor_up(self, select: bool = False) -> None:
        """Moves up; from the first row it brings back what was sent before."""
        is_leaving = not select and self.cursor_at_first_row
        older = self._recall.older(self.text) if is_leaving else None
        if older is None:
            super().action_cursor_up(select)
        else:
            self._replace_text(older)

    def action_cursor_down(self, select: bool = False) -> None:
        """Moves down; from the last row of a recalled text it goes on to the next one."""
        if not select and self._recall.is_under_way and self.cursor_at_last_row:
            self._replace_text(self._recall.newer(self.text))
        else:
            super().action_cursor_down(select)

    def scroll_cursor_visible(self, center: bool = False, animate: bool = False) -> Offset:
        """Brings the cursor into view, where it stands in the text.

        Textual undoes what was typed before it moves the cursor, and asks for this in between if
        the scroll bar comes or goes.
        """
        if self.cursor_location[0] >= self.document.line_count:
            return Offset()
        return super().scroll_cursor_visible(center, animate)

    def render_line(self, y: int) -> Strip:
        """Draws a row; where the terminal leaves it no cell, none, which Textual could not."""
        return super().render_line(y) if self.content_size.width else Strip.blank(self.size.width)

    @property
    def cursor_at_first_row(self) -> bool:
        """Whether the cursor is on the first row on screen, wrapped rows counted."""
        return self._cursor_offset[1] == 0

    @property
    def cursor_at_last_row(self) -> bool:
        """Whether the cursor is on the last row on screen, wrapped rows counted."""
        return self._cursor_offset[1] == self.wrapped_document.height - 1

    def _new_history(self) -> EditHistory:
        before = self.history
        return EditHistory(
            before.max_checkpoints, before.checkpoint_timer, before.checkpoint_max_characters
        )

    def _replace_text(self, text: str) -> None:
        # Setting the text empties the history, which may yet be wanted.
        self.history = self._new_history()
        self.text = text
        self.move_cursor(self.document.end)

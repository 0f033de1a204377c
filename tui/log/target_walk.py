"""A log in which keys walk what can be opened or copied on its own, and open or copy it."""

from typing import TYPE_CHECKING

from textual import events
from textual.message import Message as WidgetMessage
from textual.reactive import var

from ...core.conversation import Attachment
from ..clipboard.copying_app import copy_text
from .copied import copied_text
from .line import NO_PICTURE, TARGET, CodeTarget, TableTarget, Target
from .row_strip import MARGIN
from .targets import code_of, lines_of
from .transcript import Position
from .word_walk import WordWalkingView
from .words import select_word

if TYPE_CHECKING:
    from .copied_table import TableForm

_TARGETS = {
    "open_target": int | str,
    "copy_code": CodeTarget,
    "copy_table": TableTarget,
    "move_target": Target,
}
"""Of what marked thing each action does something."""

CLICKS_FOR_WORD = 2


class TargetWalkingView(WordWalkingView):
    """Opens or copies the pictures, links, tables and blocks of code of the marked message."""

    target: var[int] = var(0)
    """Which picture, link or block of code of that message Enter opens or copies."""

    class LinkOpened(WidgetMessage):
        """The user opened a link."""

        def __init__(self, href: str) -> None:
            super().__init__()
            self.href = href

    class PictureOpened(WidgetMessage):
        """The user opened a picture."""

        def __init__(self, attachment: Attachment) -> None:
            super().__init__()
            self.attachment = attachment

    def marked_target(self) -> Target | None:
        """Returns what Enter would open or copy."""
        if self.cursor is None:
            return None
        targets = self.transcript.views[self.cursor].targets(self.look)
        return targets[self.target % len(targets)] if targets else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Returns whether a key does anything now, for the footer."""
        if action in _TARGETS:
            target = self.marked_target() if self.chosen is None else None
            if target is None or not isinstance(target, _TARGETS[action]):
                return False
        return super().check_action(action, parameters)

    def action_move_target(self, distance: int) -> None:
        """Moves to another picture, link or block of code of the message at the cursor."""
        self.target += distance
        target = self.marked_target()
        if self.cursor is not None and target is not None:
            first, last = lines_of(target, self.transcript.lines(self.cursor, self.look))
            self.bring_into_view(Position(self.cursor, first), Position(self.cursor, last))
        self.refresh_bindings()

    def action_copy_table(self, form: "TableForm") -> None:
        """Copies the marked table: `tsv` for a spreadsheet, or as Markdown."""
        from .copied_table import copied_table

        target = self.marked_target()
        if self.cursor is not None and isinstance(target, TableTarget):
            text = copied_table(self.transcript.views[self.cursor].text, target.number, form)
            if not text:
                lines = self.transcript.lines(self.cursor, self.look)
                text = copied_text((it, 0, -1) for it in lines if it.table == target.number)
            copy_text(self.app, text, "Table")

    def action_open_target(self) -> None:
        """Opens the marked picture or link."""
        target = self.marked_target()
        if self.cursor is not None and isinstance(target, int | str):
            self._open(self.cursor, target)

    def action_copy_code(self) -> None:
        """Copies the marked block of code."""
        target = self.marked_target()
        if self.cursor is not None and isinstance(target, CodeTarget):
            lines = self.transcript.lines(self.cursor, self.look)
            copy_text(self.app, code_of(target, lines), "Code")

    def on_click(self, event: events.Click) -> None:
        """Opens the picture or link that was clicked; a double click selects a word."""
        # The base class would select the whole conversation on a double click.
        event.prevent_default()
        if self.is_on_badge(event.offset):
            self.action_scroll_end()
            return
        if self.text_selection or not 0 <= event.y < len(self.rows):
            return
        position, line = self.rows[event.y]
        if event.chain == CLICKS_FOR_WORD:
            word = select_word(self.transcript, self.look, position, event.x - MARGIN)
            self.screen.selections = {self: word} if word else {}
            return
        href = event.style.meta.get(TARGET)
        if line.picture != NO_PICTURE:
            self._open(position.message, line.picture)
        elif href:
            self._open(position.message, str(href))

    def _open(self, message: int, target: int | str) -> None:
        if isinstance(target, str):
            self.post_message(self.LinkOpened(target))
        else:
            attachment = self.transcript.views[message].message.attachments[target]
            self.post_message(self.PictureOpened(attachment))

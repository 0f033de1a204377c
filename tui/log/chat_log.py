"""The chat log: every message of a conversation in one widget that draws single lines."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import BindingType
from textual.message import Message as WidgetMessage
from textual.reactive import var
from textual.timer import Timer

from ...core.conversation import Attachment, Message
from ..keys.bindings import Keyed, bindings_of
from ..scarcity import Scarcity, scarcity_named
from .line import NO_PICTURE, TARGET, CodeTarget, Target
from .look import Look
from .message_view import MessageView
from .more_below import TellingView
from .picture_lines import NotBegun, picture_bounds
from .row_strip import MARGIN
from .targets import code_of, lines_of
from .transcript import START, Position, Transcript
from .words import select_word

if TYPE_CHECKING:
    from ..pictures import DrawnPicture

DrawPicture = Callable[[Attachment, int, int], Awaitable["DrawnPicture"]]
"""Draws an attachment within the given columns and rows."""

_Request = tuple[MessageView, int, tuple[int, int]]

CLICKS_FOR_WORD = 2
DRAW_INTERVAL = 1 / 20
"""Least seconds between two drawings of streamed text."""
RETRY_SECONDS = 5.0
"""How long nothing is done for a picture whose drawing could not even begin."""
DRAW_SHARE = 1 / 6
"""Most of its time that the interface renders streamed text; above it, drawings get rarer."""


class ChatLog(Keyed, TellingView):
    """The messages of a conversation; follows the end until the user scrolls away."""

    DEFAULT_CSS = Path(__file__).with_suffix(".tcss").read_text("utf-8")
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("log")

    cursor: var[int | None] = var(None, bindings=True)
    """Index of the message that keys act on."""
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

    def __init__(
        self,
        draw_picture: DrawPicture | None = None,
        *,
        cell_size: tuple[int, int] = (10, 20),
        id: str | None = None,  # noqa: A002
    ) -> None:
        """Makes an empty log.

        Args:
            draw_picture: draws attachments; without it they are only named.
            cell_size: pixels of the terminal's cells, across and down.
            id: the widget's id.
        """
        super().__init__(cell_size, id)
        self._draw_picture = draw_picture
        self._drawing: set[_Request] = set()
        self._timer: Timer | None = None
        self._next_draw = 0.0
        if draw_picture is None:
            self.set_reactive(ChatLog.draws_pictures, False)

    def show_messages(self, messages: Sequence[Message]) -> None:
        """Replaces all messages and scrolls to the end."""
        if self.is_selecting:
            self.action_leave_lines()
        self.transcript = Transcript(MessageView(message) for message in messages)
        self.top = START
        self.cursor = None
        self.following = True
        self.settle()

    def add_message(self, message: Message) -> None:
        """Adds a message, or replaces the one with the same id.

        An empty answer is open for `append_text`. The user's own message brings the end into view.
        """
        self.transcript.put(MessageView(message))
        if message.role == "user":
            self.following = True
        self.settle()
        self.note_text()

    def start_turn(self, question: Message, answer: Message) -> None:
        """Shows a question and its open answer in place of all that stood below its parent.

        A question that is there already stays, pictures and all.
        """
        is_shown = self.transcript.index_of(question.id) is not None
        self.transcript.cut_below(question.id if is_shown else question.parent_id)
        cursor, self.cursor = self.cursor, None
        self.following = True
        if not is_shown:
            self.add_message(question)
        self.add_message(answer)
        if cursor is not None:
            self.cursor = min(cursor, len(self.transcript.views) - 1)
            self.settle()

    def mark_left_out(self, messages: Sequence[Message]) -> bool:
        """Shows in place what of the messages is left out; returns whether they are on screen."""
        is_shown = self.transcript.mark(messages)
        if is_shown:
            self.settle()
        return is_shown

    def mark_message(self, message_id: int) -> None:
        """Moves the cursor to a message, if that is shown, and brings it into view."""
        index = self.transcript.index_of(message_id)
        if index is not None:
            self.cursor = index
            self.target = 0
            self._show_message(index)

    def append_text(self, message_id: int, text: str) -> None:
        """Adds streamed text, drawn within `DRAW_INTERVAL`; ignored for messages not shown."""
        index = self.transcript.index_of(message_id)
        if index is not None:
            self.transcript.views[index].append(text)
            self._draw_soon()

    def append_thoughts(self, message_id: int, text: str) -> None:
        """Adds streamed thoughts, as `append_text` does text."""
        index = self.transcript.index_of(message_id)
        if index is not None:
            self.transcript.views[index].append_thoughts(text)
            self._draw_soon()

    def _draw_soon(self) -> None:
        if self._timer is None:
            delay = max(0.001, self._next_draw - monotonic())
            self._timer = self.set_timer(delay, self._drain)

    def show_waiting(self, message_id: int, reason: str) -> None:
        """Shows below an open answer what it is waiting for; an empty reason clears that."""
        index = self.transcript.index_of(message_id)
        if index is not None:
            self.transcript.views[index].wait_for(reason)
            self.settle()

    def end_message(self, message: Message) -> None:
        """Shows a message's final text and receipt."""
        index = self.transcript.index_of(message.id)
        if index is not None:
            self.transcript.views[index].end(message)
            self.settle()
            self.note_text()

    def settle(self) -> None:
        """Draws, with a mark in view whenever keys come here: letters act on that message."""
        super().settle()
        if self.has_focus and self.rows and not self.is_selecting:
            first, last = self.rows[0].position.message, self.rows[-1].position.message
            marked = last if self.cursor is None else min(max(self.cursor, first), last)
            if marked != self.cursor:
                self.cursor = marked
                self.target = 0
                super().settle()

    def marked_message(self) -> int | None:
        """Returns the message at the cursor while keys come here."""
        return self.cursor if self.has_focus else None

    def marked_target(self) -> Target | None:
        """Returns what Enter would open or copy."""
        if self.cursor is None:
            return None
        targets = self.transcript.views[self.cursor].targets(self.look)
        return targets[self.target % len(targets)] if targets else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Returns whether a key does anything now, for the footer."""
        if action in ("open_target", "copy_code", "move_target"):
            target = self.marked_target()
            is_other = action in ("open_target", "copy_code")
            is_other &= isinstance(target, CodeTarget) != (action == "copy_code")
            if target is None or is_other:
                return False
        return super().check_action(action, parameters)

    def rows_settled(self, look: Look) -> None:
        """Starts drawing the pictures that came into view."""
        if self._draw_picture is None or not look.max_picture_rows:
            return
        for message in {row.position.message for row in self.rows}:
            view = self.transcript.views[message]
            for index, attachment in view.undrawn(look):
                request = (view, index, picture_bounds(look))
                if request not in self._drawing:
                    self._drawing.add(request)
                    draw = self._draw(self._draw_picture, request, attachment)
                    self.run_worker(draw, group="pictures")

    def action_move_cursor(self, distance: int) -> None:
        """Moves the cursor to another message and brings it into view; a line while selecting."""
        if self.is_selecting:
            self.go(distance)
            return
        last = len(self.transcript.views) - 1
        if last < 0:
            return
        if self.cursor is None:
            self.cursor = self.rows[-1].position.message
        else:
            self.cursor = max(0, min(self.cursor + distance, last))
        self.target = 0
        self._show_message(self.cursor)

    def action_move_target(self, distance: int) -> None:
        """Moves to another picture, link or block of code of the message at the cursor."""
        self.target += distance
        target = self.marked_target()
        if self.cursor is not None and target is not None:
            first, last = lines_of(target, self.transcript.lines(self.cursor, self.look))
            self.bring_into_view(Position(self.cursor, first), Position(self.cursor, last))
        self.refresh_bindings()

    def action_copy(self) -> None:
        """Copies what was selected, or the message at the cursor, or the last one."""
        if self.is_selecting:
            self.action_copy_lines()
        elif self.text_selection:
            self.copy_selection()
        elif self.transcript.views:
            view = self.transcript.views[-1 if self.cursor is None else self.cursor]
            self.app.copy_to_clipboard(view.text)
            self.notify("Message copied", timeout=2)

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
            self.app.copy_to_clipboard(code_of(target, lines))
            self.notify("Code copied", timeout=2)

    def on_focus(self) -> None:
        """Shows the cursor."""
        self.settle()

    def on_blur(self) -> None:
        """Hides the cursor."""
        self.settle()

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

    def _drain(self) -> None:
        self._timer = None
        start = monotonic()
        self.settle()
        self.note_text()
        pause = (monotonic() - start) / DRAW_SHARE
        self._next_draw = start + max(DRAW_INTERVAL, pause)

    def _open(self, message: int, target: int | str) -> None:
        if isinstance(target, str):
            self.post_message(self.LinkOpened(target))
        else:
            attachment = self.transcript.views[message].message.attachments[target]
            self.post_message(self.PictureOpened(attachment))

    def _show_message(self, message: int) -> None:
        """Brings a message into view: all of it, or its start."""
        lines = len(self.transcript.lines(message, self.look))
        self.bring_into_view(Position(message, 0), Position(message, lines - 1))

    async def _draw(self, draw: DrawPicture, request: _Request, attachment: Attachment) -> None:
        view, index, bounds = request
        try:
            with scarcity_named():
                view.put_picture(index, await draw(attachment, *bounds), bounds)
        except Scarcity as error:
            sentence = f"{attachment.name} can't be drawn now: {error}"
            view.put_picture(index, NotBegun.because(sentence, bounds[0]), bounds)
            self.settle()
            await asyncio.sleep(RETRY_SECONDS)
        finally:
            self._drawing.discard(request)
        self.settle()

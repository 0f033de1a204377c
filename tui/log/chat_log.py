"""The chat log: every message of a conversation in one widget that draws single lines."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.timer import Timer

from ...core.conversation import Message
from ..clipboard.copying_app import copy_text
from ..keys.bindings import Keyed, bindings_of
from ..line_profile import line_of
from ..scarcity import Scarcity, scarcity_named
from .drawn_pictures import PictureOrder
from .look import Look
from .message_view import MessageView
from .picture_lines import NotBegun
from .target_walk import TargetWalkingView
from .transcript import START, Position, Transcript

if TYPE_CHECKING:
    from ..pictures import DrawnPicture

DrawPicture = Callable[[PictureOrder], Awaitable["DrawnPicture"]]

_Request = tuple[MessageView, PictureOrder]

RETRY_SECONDS = 5.0
"""How long nothing is done for a picture whose drawing could not even begin."""
DRAW_SHARE = 1 / 6
"""Most of its time that the interface renders streamed text; above it, drawings get rarer."""


class ChatLog(Keyed, TargetWalkingView):
    """The messages of a conversation; follows the end until the user scrolls away."""

    DEFAULT_CSS = Path(__file__).with_suffix(".tcss").read_text("utf-8")
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("log")

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
        self.leave_marks()
        self.forget_hit()
        self.transcript = Transcript(
            map(MessageView, messages), boxes_in_pixels=self.transcript.boxes_in_pixels
        )
        self.top = START
        self.cursor = None
        self.following = True
        self.settle()
        self.post_message(self.MarksChanged())

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
        self.leave_marks()
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
            self.leave_marks()
            self.cursor = index
            self.target = 0
            self._show_message(index)

    def append_text(self, message_id: int, text: str) -> None:
        """Adds streamed text, drawn a few times a second; ignored for messages not shown."""
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
            self.check_walk(index)
            self.settle()
            self.note_text()
            self.post_message(self.MarksChanged())

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

    def rows_settled(self, look: Look) -> None:
        """Starts drawing the pictures that came into view."""
        if self._draw_picture is None or not look.max_picture_rows:
            return
        for message in {row.position.message for row in self.rows}:
            view = self.transcript.views[message]
            if not view.message.attachments:
                continue
            for order in view.undrawn(look, self.marks_on):
                request = (view, order)
                if request not in self._drawing:
                    self._drawing.add(request)
                    draw = self._draw(self._draw_picture, request)
                    self.run_worker(draw, group="pictures")

    def action_move_cursor(self, distance: int) -> None:
        """Moves the cursor to another message and brings it into view; a line while selecting."""
        if self.is_selecting:
            self.go(distance)
            return
        last = len(self.transcript.views) - 1
        if last < 0:
            return
        self.leave_marks()
        if self.cursor is None:
            self.cursor = self.rows[-1].position.message
        else:
            self.cursor = max(0, min(self.cursor + distance, last))
        self.target = 0
        self._show_message(self.cursor)

    def action_copy(self) -> None:
        """Copies what was selected, or the message at the cursor, or the last one."""
        if self.is_selecting:
            self.action_copy_lines()
        elif self.text_selection:
            self.copy_selection()
        elif self.transcript.views:
            view = self.transcript.views[-1 if self.cursor is None else self.cursor]
            copy_text(self.app, view.text, "Message")

    def on_focus(self) -> None:
        """Shows the cursor."""
        self.settle()

    def on_blur(self) -> None:
        """Hides the cursor."""
        self.leave_marks()
        self.settle()

    def _drain(self) -> None:
        self._timer = None
        start = monotonic()
        self.settle()
        self.note_text()
        self.tell_open_marks()
        pause = (monotonic() - start) / DRAW_SHARE
        self._next_draw = start + max(line_of(self.app).draw_seconds, pause)

    def _show_message(self, message: int) -> None:
        """Brings a message into view: all of it, or its start."""
        lines = len(self.transcript.lines(message, self.look))
        self.bring_into_view(Position(message, 0), Position(message, lines - 1))

    async def _draw(self, draw: DrawPicture, request: _Request) -> None:
        view, order = request
        try:
            with scarcity_named():
                view.put_picture(order, await draw(order))
        except Scarcity as error:
            sentence = f"{order.attachment.label} can't be drawn now: {error}"
            view.put_picture(order, NotBegun.because(sentence, order.bounds[0]))
            self.settle()
            await asyncio.sleep(RETRY_SECONDS)
        finally:
            self._drawing.discard(request)
        self.settle()

"""All messages as one column of lines, of which only what is looked at is rendered."""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from ...core.conversation import Attachment, Message
from .heading import model_of
from .line import Line
from .look import Look
from .message_view import MessageView
from .open_marks import OpenMarks

if TYPE_CHECKING:
    from ...core.boxes import PlacedMark

KEPT_LINES = 1500
"""Rendered lines kept in memory, those on screen and of an open answer not counted."""


class Position(NamedTuple):
    """A line of a message; stays true when lines above it turn out to be more or fewer."""

    message: int
    """Index of the message."""
    line: int


class Row(NamedTuple):
    """A line and where it stands."""

    position: Position
    line: Line


START = Position(0, 0)


class Transcript:
    """Finds and renders lines by position; heights are estimates until a message is rendered."""

    def __init__(self, views: Iterable[MessageView] = (), *, boxes_in_pixels: bool = False) -> None:
        """Shows messages.

        Args:
            views: of the messages, oldest first.
            boxes_in_pixels: whether the model that answers counts pixels, not thousandths.
        """
        self.views: list[MessageView] = []
        for view in views:
            self._add(view)
        self._kept: OrderedDict[MessageView, None] = OrderedDict()
        self._open: OpenMarks | None = None
        """Of the open answer, once it was looked at."""
        self.boxes_in_pixels = boxes_in_pixels
        """Whether the model that answers counts pixels of pictures, not thousandths."""

    def index_of(self, message_id: int) -> int | None:
        """Returns the index of the message with that id; None if it is not here."""
        # From the end, where the answer stands that text streams into.
        for index in reversed(range(len(self.views))):
            if self.views[index].message.id == message_id:
                return index
        return None

    def put(self, view: MessageView) -> None:
        """Adds a view at the end, or in the place of the same message's view."""
        index = self.index_of(view.message.id)
        if index is None:
            self._add(view)
        else:
            self._kept.pop(self.views[index], None)
            view.model_before = self.views[index].model_before
            view.is_last = self.views[index].is_last
            self.views[index] = view

    def _add(self, view: MessageView) -> None:
        """Adds a view at the end, which is told what gave the answer before it."""
        if self.views:
            last = self.views[-1]
            view.model_before = model_of(last.message) or last.model_before
            last.place(is_last=False)
        view.is_last = True
        self.views.append(view)

    def mark(self, messages: Sequence[Message]) -> bool:
        """Shows what of the messages is left out; returns whether these are the ones shown."""
        if [_unmarked(view.message) for view in self.views] != [_unmarked(it) for it in messages]:
            return False
        for view, message in zip(self.views, messages, strict=True):
            view.mark(message)
        return True

    def cut_below(self, message_id: int | None) -> None:
        """Drops all that stands below a message: everything for None, nothing if it is not here."""
        last = -1 if message_id is None else self.index_of(message_id)
        if last is None:
            return
        for view in self.views[last + 1 :]:
            self._kept.pop(view, None)
        del self.views[last + 1 :]
        if self.views:
            self.views[-1].place(is_last=True)

    def lines(self, message: int, look: Look) -> Sequence[Line]:
        """Returns the lines of a message."""
        view = self.views[message]
        self.marks_of(message)
        self._kept[view] = None
        self._kept.move_to_end(view)
        return view.lines(look)

    def marks_of(self, message: int) -> "tuple[PlacedMark, ...]":
        """Returns what an answer marks in pictures; of an open one what has ended in it."""
        view = self.views[message]
        if view.message.role == "user":
            return ()
        if view.is_open:
            self._read_open(message).read()
            return view.marks or ()
        if view.marks is None:
            # Its patterns take a while to compile: not before there is an answer.
            from ...core.boxes import find_marks, may_mark

            found: tuple[PlacedMark, ...] = ()
            if may_mark(view.message.text):
                found = find_marks(view.message, [it.message for it in self.views[:message]])
            view.put_marks(found)
            return found
        return view.marks

    def marks_laid(self, message: int, pause: float) -> "tuple[PlacedMark, ...]":
        """Returns which of an answer's marks lie over its pictures.

        Args:
            message: index of the answer.
            pause: least seconds until an open answer's next ones join them.
        """
        marks = self.marks_of(message)
        if not self.views[message].is_open:
            return marks
        return marks[: self._read_open(message).count_laid(pause)]

    def count_laid(self, pause: float) -> int:
        """Returns how many marks of the open answer lie over pictures; as in `marks_laid`."""
        return self._open.count_laid(pause) if self._open else 0

    def _read_open(self, message: int) -> OpenMarks:
        view = self.views[message]
        if self._open is None or self._open.view is not view:
            before = [it.message for it in self.views[:message]]
            self._open = OpenMarks(view, before, counts_pixels=self.boxes_in_pixels)
        return self._open

    def marks_in(self, message: int, picture: Attachment) -> bool:
        """Returns whether an answer marks something in a picture."""
        return any(it.picture.key == picture.key for it in self.marks_of(message))

    def newest_marking(self, picture: Attachment) -> int | None:
        """Returns the index of the newest answer that marks something in a picture, if any."""
        answers = reversed(range(len(self.views)))
        return next((it for it in answers if self.marks_in(it, picture)), None)

    def find_picture(self, picture: Attachment, before: int) -> tuple[int, int] | None:
        """Returns message and index of a picture: where it stands last before a message."""
        for message in reversed(range(before)):
            keys = [it.key for it in self.views[message].message.attachments]
            if picture.key in keys:
                return message, keys.index(picture.key)
        return None

    def walk(self, start: Position, distance: int, look: Look) -> Position:
        """Returns the position so many lines below, or above if negative, within the text."""
        if not self.views:
            return START
        message = min(start.message, len(self.views) - 1)
        line = start.line + distance
        while line < 0 and message > 0:
            message -= 1
            line += len(self.lines(message, look))
        while message < len(self.views) - 1 and line >= (height := len(self.lines(message, look))):
            line -= height
            message += 1
        return Position(message, max(0, min(line, len(self.lines(message, look)) - 1)))

    def page(self, start: Position, count: int, look: Look) -> list[Row]:
        """Returns up to `count` rows from a position on."""
        rows: list[Row] = []
        message, first = start
        while message < len(self.views) and len(rows) < count:
            lines = self.lines(message, look)[first : first + count - len(rows)]
            rows += (Row(Position(message, first + i), line) for i, line in enumerate(lines))
            message, first = message + 1, 0
        return rows

    def end(self, look: Look) -> Position:
        """Returns the last line."""
        if not self.views:
            return START
        last = len(self.views) - 1
        return Position(last, len(self.lines(last, look)) - 1)

    def last_page(self, count: int, look: Look) -> Position:
        """Returns where a page begins that ends with the last line."""
        return self.walk(self.end(look), 1 - count, look)

    def top_showing(
        self, start: Position, end: Position, top: Position, count: int, look: Look
    ) -> Position:
        """Returns the first line of the page nearest to `top` that shows some lines.

        Args:
            start: the first of the lines, which is shown in any case.
            end: the last of them.
            top: where the page begins so far.
            count: lines of a page.
            look: what messages are rendered for.
        """
        lowest = self.walk(end, 1 - count, look)
        return min(start, max(top, lowest))

    def tops(self, look: Look) -> list[int]:
        """Returns how many lines stand above each message, and above the end, as far as known."""
        return list(accumulate((view.height(look) for view in self.views), initial=0))

    def find(self, y: int, look: Look) -> Position:
        """Returns the position that has about `y` lines above it."""
        tops = self.tops(look)
        message = min(bisect_right(tops, y) - 1, len(self.views) - 1)
        return self.walk(Position(message, y - tops[message]), 0, look) if self.views else START

    def release(self, shown: Iterable[Row]) -> None:
        """Forgets the lines that were not looked at for longest, beyond those that are kept."""
        in_use = {self.views[message] for message in {row.position.message for row in shown}}
        budget = KEPT_LINES
        for view in reversed(list(self._kept)):
            if view in in_use or view.is_open:
                continue
            budget -= view.kept_lines
            if budget < 0:
                view.release()
                del self._kept[view]


def _unmarked(message: Message) -> Message:
    """Returns a message as it is with nothing left out."""
    parts = (
        replace(part, is_left_out=False) if isinstance(part, Attachment) else part
        for part in message.parts
    )
    return replace(message, parts=tuple(parts), is_left_out=False)

"""All messages as one column of lines, of which only what is looked at is rendered."""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

from msgspec.structs import replace

from ...core.conversation import Attachment, Message
from .line import Line
from .look import Look
from .message_view import MessageView, model_of

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

    def __init__(self, views: Iterable[MessageView] = ()) -> None:
        self.views: list[MessageView] = []
        for view in views:
            self._add(view)
        self._kept: OrderedDict[MessageView, None] = OrderedDict()

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
            self.views[index] = view

    def _add(self, view: MessageView) -> None:
        """Adds a view at the end, which is told what gave the answer before it."""
        models = (model_of(it.message) for it in reversed(self.views))
        view.model_before = next((it for it in models if it), "")
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

    def lines(self, message: int, look: Look) -> Sequence[Line]:
        """Returns the lines of a message."""
        view = self.views[message]
        self._kept[view] = None
        self._kept.move_to_end(view)
        return view.lines(look)

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

"""One of two messages that stand beside each other, with the words marked that differ."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from textual.binding import BindingType

from ...core.conversation import Message
from ..keys.bindings import bindings_of
from ..log import ChatLog
from ..log.found_lines import DrawnText, FoundSpan
from ..log.line import Line
from ..log.transcript import START, Position

_ANY_OTHER = "?"


class ComparedLog(ChatLog, inherit_bindings=False):
    """Draws a message as the log does; its scrolling is the screen's, which moves both."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_of("compared")

    def __init__(self, scroll: Callable[[int], object], id: str) -> None:  # noqa: A002
        """Shows nothing yet.

        Args:
            scroll: called with how many lines to scroll by.
            id: the widget's id.
        """
        super().__init__(id=id)
        self._scroll = scroll
        self.text = DrawnText((), ())
        """Of the message, as it was drawn when it was marked."""
        self._spans: dict[int, list[FoundSpan]] = {}
        self._marked_lines: Sequence[Line] = ()
        self.set_reactive(ChatLog.shows_times, True)
        self.set_reactive(ChatLog.following, False)

    @property
    def message(self) -> Message:
        """What is shown."""
        return self.transcript.views[0].message

    @property
    def last_line(self) -> int:
        """The line that stands first in the view when the end is in it."""
        return max(len(self.transcript.lines(0, self.look)) - self.page_height, 0)

    def show_one(self, message: Message) -> None:
        """Shows a message from its start, with the model named that gave it."""
        self.show_messages([message])
        self.transcript.views[0].model_before = _ANY_OTHER
        self.show_line(0)

    def show_line(self, line: int) -> None:
        """Has a line stand first in the view, or the last page shown."""
        self.following = False
        self.top = self.transcript.walk(START, min(line, self.last_line), self.look)
        self.settle()

    def read_text(self) -> DrawnText:
        """Returns the text of the message as it is drawn."""
        view = self.transcript.views[0]
        self._marked_lines = self.transcript.lines(0, self.look)
        drawn = zip(view.parts, view.part_lines, strict=True)
        numbers = [line for part, lines in drawn if part.place == "text" for line in lines]
        return DrawnText(self._marked_lines, numbers)

    def mark(self, text: DrawnText, spans: Iterable[tuple[int, int]]) -> None:
        """Marks characters of the text that was read."""
        marked: dict[int, list[FoundSpan]] = defaultdict(list)
        for start, end in spans:
            for number, first, last in text.pieces(start, end):
                marked[number].append(FoundSpan(first, last, is_current=False))
        self._spans, self.text = dict(marked), text
        self.settle()

    def found_in(self, position: Position) -> tuple[FoundSpan, ...]:
        """Returns what differs in a line; nothing of lines that were wrapped anew since."""
        if self.transcript.lines(position.message, self.look) is not self._marked_lines:
            return ()
        return tuple(self._spans.get(position.line, ()))

    def validate_following(self, _following: bool) -> bool:
        """Stays where it is: no text comes."""
        return False

    def scroll_lines(self, distance: int) -> None:
        """Has both scrolled."""
        self._scroll(distance)

    def action_scroll_home(self) -> None:
        """Has both scrolled to their start."""
        self._scroll(-len(self._all_lines))

    def action_scroll_end(self) -> None:
        """Has both scrolled to the end of the longer one."""
        self._scroll(1 << 20)

    @property
    def _all_lines(self) -> Sequence[Line]:
        return self.transcript.lines(0, self.look)

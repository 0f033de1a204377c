"""A log in which words are searched for: all places are marked, and keys walk them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from textual.message import Message as WidgetMessage
from textual.reactive import var

from .line import Line
from .mark_walk import MarkWalkingView
from .transcript import Position

if TYPE_CHECKING:
    from ...core.folding import Words
    from ...core.kept import HitPlace
    from .found_lines import FoundSpan, Piece
    from .found_words import Found, FoundWords

_AROUND = 2
"""Lines above and below a place that come into view with it."""


class _Drawn(NamedTuple):
    """The places in a message as it is drawn."""

    lines: Sequence[Line]
    parts: "list[list[list[Piece]]]"
    """Of each part the places, each of them in pieces."""


class WordWalkingView(MarkWalkingView):
    """Searches the text of all messages; only what is in view is searched as it is drawn."""

    found: "var[FoundWords | None]" = var(None, bindings=True)
    """What is searched for and where it was found; None while nothing is."""
    hit: "var[Found | None]" = var(None)
    """The place that keys have walked to."""

    class SearchMoved(WidgetMessage):
        """Other places were found, or the keys have walked to another one."""

    def __init__(self, cell_size: tuple[int, int], id: str | None) -> None:  # noqa: A002
        super().__init__(cell_size, id)
        self._drawn_words: dict[int, _Drawn] = {}

    @property
    def hit_number(self) -> int | None:
        """Which of the places the keys have walked to, from 0."""
        return self.found.number(self.hit) if self.found and self.hit else None

    def search(self, words: "Words", message: int, place: "HitPlace | None" = None) -> None:
        """Marks words wherever they are and brings a place into view.

        Args:
            words: what to search for.
            message: index of the message from which on the first place is shown.
            place: what of that message holds the place; None for anything.
        """
        # What folds text is loaded with the first search.
        from .found_words import FoundWords

        found = FoundWords(words)
        found.read(self.transcript.views)
        self.forget_hit()
        self.found = found
        if found.total:
            first = found.first_in(message, self._part_of(message, place))
            self._go_to(first % found.total)
        else:
            self.settle()
        self.post_message(self.SearchMoved())

    def leave_search(self) -> None:
        """Marks nothing any more."""
        self.found = None
        self.forget_hit()
        self.settle()
        self.post_message(self.SearchMoved())

    def forget_hit(self) -> None:
        """Has walked to no place: other messages are to be shown."""
        self.hit = None
        self._drawn_words.clear()

    def settle(self) -> None:
        """Searches what has come since."""
        if self.found is not None:
            before = self.found.total, self.hit_number
            self.found.read(self.transcript.views)
            if before != (self.found.total, self.hit_number):
                self.post_message(self.SearchMoved())
        super().settle()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Returns whether a key does anything now: while words are marked, `n` walks them."""
        if self.is_selecting:
            return super().check_action(action, parameters)
        if action == "move_hit":
            return self.found is not None and bool(self.found.total)
        if action == "move_mark" and self.found is not None:
            return False
        return super().check_action(action, parameters)

    def action_move_hit(self, distance: int) -> None:
        """Walks to another place; behind the last one comes the first."""
        if self.found is None or not self.found.total:
            return
        number = self.hit_number
        if number is None:
            first = self.found.first_in(self.top.message)
            number = first - (distance > 0)
        self._go_to((number + distance) % self.found.total)
        self.post_message(self.SearchMoved())

    def found_in(self, position: Position) -> "tuple[FoundSpan, ...]":
        """Returns what was found in a line."""
        if self.found is None:
            return ()
        from .found_lines import FoundSpan

        message, number = position
        spans: list[FoundSpan] = []
        for part, places in enumerate(self._draw_words(message).parts):
            current = self._current(message, part, len(places))
            for index, pieces in enumerate(places):
                spans += (
                    FoundSpan(start, end, index == current)
                    for line, start, end in pieces
                    if line == number
                )
        return tuple(sorted(spans))

    def _current(self, message: int, part: int, count: int) -> int | None:
        """Returns which of the drawn places of a part the keys have walked to."""
        if self.hit is None or (self.hit.message, self.hit.part) != (message, part):
            return None
        # What Markdown draws may be less than what was written.
        return min(self.hit.number, count - 1)

    def _part_of(self, message: int, place: "HitPlace | None") -> int:
        """Returns the first part of a message that is in such a place and holds the words."""
        if self.found is None or place is None or message >= len(self.transcript.views):
            return 0
        for part, it in enumerate(self.transcript.views[message].parts):
            if it.place == place and self.found.count(message, part):
                return part
        return 0

    def _go_to(self, number: int) -> None:
        if self.found is None:
            return
        self.leave_marks()
        hit = self.hit = self.found.place(number)
        self.cursor = hit.message
        view = self.transcript.views[hit.message]
        if view.has_folded_thoughts and view.parts[hit.part].place == "thoughts":
            self.shows_thoughts = True
        places = self._draw_words(hit.message).parts[hit.part]
        current = self._current(hit.message, hit.part, len(places))
        if places and current is not None:
            line = places[current][0][0]
        else:
            line = next(iter(view.part_lines[hit.part]), 0)
        around = [
            self.transcript.walk(Position(hit.message, line), it, self.look)
            for it in (-_AROUND, _AROUND)
        ]
        self.bring_into_view(*around)

    def _draw_words(self, message: int) -> _Drawn:
        lines = self.transcript.lines(message, self.look)
        drawn = self._drawn_words.get(message)
        if drawn is None or drawn.lines is not lines:
            drawn = self._drawn_words[message] = _Drawn(lines, self._find_drawn(message, lines))
        return drawn

    def _find_drawn(self, message: int, lines: Sequence[Line]) -> "list[list[list[Piece]]]":
        if self.found is None:
            return []
        from .found_lines import find_pieces

        view, found = self.transcript.views[message], []
        for part, drawn in enumerate(view.part_lines):
            count = self.found.count(message, part)
            places = find_pieces(lines, drawn, self.found.words) if count else []
            # Behind a picture's name its caption tells other things.
            is_picture = view.message.role == "user" and lines[drawn.start].picture >= 0
            found.append(places[:count] if is_picture else places)
        return found

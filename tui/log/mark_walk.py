"""A log in which keys walk the boxes and points of an answer, which lie over its pictures."""

from typing import TYPE_CHECKING

from textual.message import Message as WidgetMessage
from textual.reactive import var

from ...core.conversation import Attachment
from ..line_profile import line_of
from .more_below import TellingView
from .transcript import Position

if TYPE_CHECKING:
    from ...core.boxes import PlacedMark
    from ...core.excerpt import Region
    from ...core.pictures.jobs import DrawnMark


class MarkWalkingView(TellingView):
    """Has over each picture what the answer at the cursor marks in it, else what the newest does.

    One mark at a time can be highlighted: it is drawn thick, and named beside its picture.
    """

    cursor: var[int | None] = var(None, bindings=True)
    """Index of the message that keys act on."""
    chosen: var[int | None] = var(None, bindings=True)
    """Which mark of the walked answer is highlighted, from 0."""
    shows_marks: var[bool] = var(True)
    """Whether marks are drawn over pictures."""

    class MarksChanged(WidgetMessage):
        """Other marks may lie over pictures than before."""

    class CropWanted(WidgetMessage):
        """The user wants a part of a picture attached."""

        def __init__(self, attachment: Attachment, region: "Region") -> None:
            super().__init__()
            self.attachment = attachment
            self.region = region

    def __init__(self, cell_size: tuple[int, int], id: str | None) -> None:  # noqa: A002
        super().__init__(cell_size, id)
        self._walked: int | None = None
        """Index of the answer of which a mark is highlighted."""
        self._told = 0
        """How many marks of an open answer were told of."""

    @property
    def chosen_mark(self) -> "PlacedMark | None":
        """What is highlighted."""
        if self._walked is None or self.chosen is None:
            return None
        return self.transcript.marks_of(self._walked)[self.chosen]

    def marks_over(self, picture: Attachment) -> "tuple[PlacedMark, ...]":
        """Returns what the answer marks that is shown over a picture, in this and in others."""
        answer = self._answer_over(picture)
        return () if answer is None else self.transcript.marks_of(answer)

    def marks_on(self, picture: Attachment) -> "tuple[DrawnMark, ...]":
        """Returns what is drawn over a picture."""
        answer = self._answer_over(picture) if self.shows_marks else None
        if answer is None:
            return ()
        # Pillow comes with it: not before there is a picture.
        from ..marks import drawn_marks

        chosen = self.chosen if answer == self._walked else None
        laid = self.transcript.marks_laid(answer, line_of(self.app).mark_seconds)
        return drawn_marks(laid, picture, chosen)

    def leave_marks(self) -> None:
        """Highlights none any more."""
        if self._walked is not None:
            self.transcript.views[self._walked].highlight(None)
        self._walked = self.chosen = None

    def tell_open_marks(self) -> None:
        """Tells those who show the pictures too when an open answer lays more over them."""
        laid = self.transcript.count_laid(line_of(self.app).mark_seconds)
        if laid != self._told:
            self._told = laid
            self.post_message(self.MarksChanged())

    def check_walk(self, answer: int) -> None:
        """Highlights none any more if an answer that has ended marks it no longer."""
        chosen = self.chosen if answer == self._walked else None
        if chosen is not None and chosen >= len(self.transcript.marks_of(answer)):
            self.leave_marks()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Returns whether a key does anything now."""
        if self.is_selecting:
            return super().check_action(action, parameters)
        if action == "move_mark":
            answer = self._answer_at_cursor()
            return answer is not None and bool(self.transcript.marks_of(answer))
        if action == "toggle_marks":
            return any(self.transcript.marks_of(at) for at in range(len(self.transcript.views)))
        if action == "crop_mark":
            return self.chosen_mark is not None
        return super().check_action(action, parameters)

    def watch_chosen(self) -> None:
        """Tells those who show the pictures too."""
        self.post_message(self.MarksChanged())

    def watch_shows_marks(self) -> None:
        """Draws pictures with or without marks."""
        self.settle()
        self.post_message(self.MarksChanged())

    def watch_cursor(self) -> None:
        """Tells those who show the pictures too."""
        self.post_message(self.MarksChanged())

    def action_move_mark(self, distance: int) -> None:
        """Highlights another mark of the answer, or none behind the last one."""
        answer = self._answer_at_cursor()
        if answer is None:
            return
        self.shows_marks = True
        count = len(self.transcript.marks_of(answer))
        # One place more than there are marks: none of them.
        place = (count if self.chosen is None else self.chosen) + distance
        place %= count + 1
        if place == count:
            self.leave_marks()
        else:
            self._walked, self.chosen = answer, place
            self.transcript.views[answer].highlight(place)
        self._show_walk(answer)

    def action_toggle_marks(self) -> None:
        """Hides what lies over the pictures, or shows it again."""
        self.leave_marks()
        self.shows_marks = not self.shows_marks

    def action_crop_mark(self) -> None:
        """Has attached what the highlighted mark shows."""
        mark = self.chosen_mark
        if mark is not None:
            self.leave_marks()
            self.settle()
            self.post_message(self.CropWanted(mark.picture, mark.region))

    def action_leave_marks(self) -> None:
        """Highlights none any more, at once."""
        self.leave_marks()
        self.settle()

    def _answer_at_cursor(self) -> int | None:
        """Returns the answer that is walked, else that at the cursor or to the question there."""
        if self._walked is not None:
            return self._walked
        if self.cursor is None:
            return None
        views = self.transcript.views
        answer = self.cursor + (views[self.cursor].message.role == "user")
        return answer if answer < len(views) else None

    def _answer_over(self, picture: Attachment) -> int | None:
        """Returns the answer of which the marks lie over a picture."""
        answer = self._answer_at_cursor()
        if answer is not None and self.transcript.marks_in(answer, picture):
            return answer
        return self.transcript.newest_marking(picture)

    def _show_walk(self, answer: int) -> None:
        """Brings the picture of what is highlighted into view, and the answer as far as it fits."""
        mark, look = self.chosen_mark, self.look
        found = self.transcript.find_picture(mark.picture, answer) if mark else None
        if found is None:
            self.settle()
            return
        message, index = found
        lines = self.transcript.lines(message, look)
        first = next(at for at, line in enumerate(lines) if line.picture == index)
        last = len(self.transcript.lines(answer, look)) - 1
        self.bring_into_view(Position(message, first), Position(answer, last))

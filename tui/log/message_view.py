"""The lines of one message: heading, pictures, text, receipt; rendered when first asked for."""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from ...core.conversation import Attachment, Message, has_words
from ..visible import VisibleStream, visible, visible_line
from .drawn_pictures import DrawnPictures, MarksOn, PictureOrder
from .foot import foot
from .head import Head
from .heading import has_other_model, heading
from .line import BLANK, TEXT_WIDTH, Line, Target, without_tabs
from .look import Look
from .notes import estimate_thoughts, last_thoughts
from .picture_lines import NotBegun, picture_grid
from .receipt import receipt
from .targets import targets_in

if TYPE_CHECKING:
    from ...core.boxes import PlacedMark
    from ..pictures import DrawnPicture
    from .answer_text import AnswerText
    from .searched_parts import SearchedPart


class MessageView:
    """One message as lines; of an answer that still streams only the open end is done again."""

    def __init__(self, message: Message) -> None:
        self.message = message
        self.model_before = ""
        """What gave the answer before this one; empty for none. A change is named."""
        self.is_last = False
        """Whether nothing stands below it."""
        self.marks: tuple[PlacedMark, ...] | None = None
        """What it marks in pictures; None while nobody has read that."""
        self._chosen: int | None = None
        self._drawn = DrawnPictures()
        self._text = message.text
        self._unread = ""
        self._has_new_foot = False
        """Whether other lines stand below its text than are rendered."""
        self._thoughts = message.thoughts
        self._awaited = ""
        self._answer: AnswerText | None = None
        self._shown = VisibleStream()
        self._look: Look | None = None
        self._head = Head()
        self._lines: list[Line] = []
        self._height = (0, 0)
        self._folded: list[str] | None = None
        self.part_lines: list[range] = []
        """Which of the lines that were rendered last each part has; none of what is folded away."""

    @property
    def is_open(self) -> bool:
        """Whether more text may come."""
        return self.message.is_open

    @property
    def kept_lines(self) -> int:
        """How many lines are kept in memory."""
        return len(self._lines)

    @property
    def text(self) -> str:
        """The message as it was written, for copying; without words its thoughts."""
        return visible(self._text or self._thoughts)

    @property
    def streamed(self) -> str:
        """The words as they came so far, whatever characters are in them."""
        return self._text

    @property
    def parts(self) -> "list[SearchedPart]":
        """What is searched, in the order in which it is shown."""
        # What folds text is loaded with the first search.
        from .searched_parts import searched_parts

        return searched_parts(self.message, self._text, self._thoughts)

    @property
    def folded(self) -> list[str]:
        """The parts as searches compare them: another list once they have changed."""
        if self._folded is None:
            self._folded = [part.folded for part in self.parts]
        return self._folded

    @property
    def has_folded_thoughts(self) -> bool:
        """Whether there are thoughts above a text, to show or to fold."""
        return bool(self._thoughts) and has_words(self._text)

    def height(self, look: Look) -> int:
        """Returns the number of lines: exact if they were rendered at this width, or estimated."""
        width, height = self._height
        if width != look.width:
            height = self._estimate(look)
            self._height = (look.width, height)
        return height

    def lines(self, look: Look) -> list[Line]:
        """Returns all lines; what did not change since the last time is the same object."""
        if look != self._look:
            self._start(look)
        elif self._unread or self._has_new_foot:
            self._read(look)
        self._height = (look.width, len(self._lines))
        return self._lines

    def append(self, text: str) -> None:
        """Adds streamed text; it is rendered when lines are next asked for."""
        self._awaited = ""
        self._folded = None
        had_folded = self.has_folded_thoughts
        self._text += text
        self._unread += text
        if self.has_folded_thoughts != had_folded:
            self._look = None

    def append_thoughts(self, text: str) -> None:
        """Adds streamed thoughts; their last lines are shown until the answer's text begins."""
        self._awaited = ""
        self._folded = None
        self._thoughts += text
        self._look = None

    def end(self, message: Message) -> None:
        """Replaces the message by its final state."""
        self._awaited = ""
        self._folded = self.marks = None
        has_grown = message.thoughts != self._thoughts
        self.message, self._thoughts = message, message.thoughts
        is_as_shown = message.text == self._text and not (has_grown or message.thoughts)
        is_same_model = not has_other_model(message, self.model_before)
        if is_as_shown and self._look and self._answer and is_same_model:
            self._read(self._look)
        else:
            self._text = message.text
            self._look = None

    def place(self, *, is_last: bool) -> None:
        """Says whether it is the last one."""
        if is_last != self.is_last:
            self.is_last = is_last
            self._look = None

    def mark(self, message: Message) -> None:
        """Takes over what is left out of the message; pictures that are drawn stay so."""
        if message != self.message:
            self.message = message
            self._look = None

    def wait_for(self, reason: str) -> None:
        """Sets what the open answer is waiting for; an empty reason clears that."""
        self._awaited = reason
        self._look = None

    def put_picture(self, order: PictureOrder, drawn: "DrawnPicture | NotBegun") -> None:
        """Shows a picture that was drawn as ordered in its reserved place."""
        if self._drawn.put(order, drawn):
            self._look = None

    def undrawn(self, look: Look, marks_on: MarksOn) -> list[PictureOrder]:
        """Returns what is to be drawn for a look.

        Args:
            look: of the log.
            marks_on: returns what is to lie over a picture.
        """
        return self._drawn.missing(self._attachments, look, marks_on)

    def put_marks(self, marks: "tuple[PlacedMark, ...]") -> None:
        """Names below an answer what it marks in pictures."""
        self.marks = marks
        if self.is_open:
            self._has_new_foot = True
        elif marks:
            self._look = None

    def highlight(self, mark: int | None) -> None:
        """Highlights the name of one of its marks, from 0; None for none."""
        if mark != self._chosen:
            self._chosen = mark
            self._look = None

    def targets(self, look: Look) -> list[Target]:
        """Returns what can be opened or copied: attachments, then links and code in order."""
        pictures: list[Target] = list(range(len(self.message.attachments)))
        return pictures + list(dict.fromkeys(targets_in(self.lines(look))))

    def release(self) -> None:
        """Forgets lines and drawn pictures, but not how many lines they were."""
        self._look = self._answer = None
        self._lines = []
        self._head = Head()
        self._drawn.clear()

    def _start(self, look: Look) -> None:
        """Renders heading and parts, and leaves the text of an answer to be read."""
        self._look = look
        look = self._shaded(look)
        self._head = Head(heading(self.message, self.model_before, look))
        self._head.add_parts(self.message, self._attachments, self._drawn, look)
        if self.has_folded_thoughts:
            self._head.add_thoughts(self._thoughts, self.message.stats, look)
        self._shown = VisibleStream()
        self._answer = None
        if self.message.role == "assistant":
            # The Markdown parser takes as long to import as all else here: not before it is needed.
            from .answer_text import AnswerText

            self._answer = AnswerText(look.width, look.palette)
        self._unread = self._text
        self._read(look)

    def _read(self, look: Look) -> None:
        """Renders the text that came, and all that may still change."""
        look = self._shaded(look)
        text = self._shown.feed(without_tabs(self._unread))
        if not self.is_open:
            text += self._shown.end()
        self._unread = ""
        self._has_new_foot = False
        lines = list(self._head.lines)
        if self._answer is not None:
            lines += self._answer.read(text, is_complete=not self.is_open)
        if not self.is_open:
            self._answer = None
        text_lines = range(len(self._head.lines), len(lines))
        self.part_lines = list(self._head.parts)
        if self._thoughts and not self.has_folded_thoughts:
            lines += last_thoughts(self._thoughts, look)
            self.part_lines.append(range(text_lines.stop, len(lines)))
        if self.message.role == "assistant":
            self.part_lines.append(text_lines)
        self._lines = lines + self._foot(look)

    def _foot(self, look: Look) -> list[Line]:
        """Returns the lines below what was said, the gap to the next message included."""
        marks: list[Line] = []
        if self.marks:
            from .mark_lines import mark_lines

            marks = mark_lines(self.marks, self._chosen, look)
        is_silent = self.is_open and (self._awaited or not (self._text or self._thoughts))
        waits_for = (visible_line(self._awaited) or "…") if is_silent else ""
        return [*foot(self.message, look, marks, waits_for, is_last=self.is_last), BLANK]

    @property
    def _attachments(self) -> list[Attachment]:
        """The pictures; all of a message that is left out are so too."""
        if not self.message.is_left_out:
            return list(self.message.attachments)
        return [replace(it, is_left_out=True) for it in self.message.attachments]

    def _shaded(self, look: Look) -> Look:
        """Returns how a message looks that may be left out."""
        return look._replace(palette=look.palette.greyed()) if self.message.is_left_out else look

    def _estimate(self, look: Look) -> int:
        pictures = sum(picture_grid(one, look)[1] + 1 for one in self._attachments)
        text, width = self._text, min(look.width, TEXT_WIDTH)
        receipt_lines = 0
        if self.message.stats and look.shows_receipts:
            receipt_lines = len(receipt(self.message.stats, is_whole=look.has_whole_receipts))
        thoughts = estimate_thoughts(self._thoughts, look, has_text=has_words(text))
        return 3 + pictures + text.count("\n") + len(text) // width + receipt_lines + thoughts

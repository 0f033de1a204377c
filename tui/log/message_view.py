"""The lines of one message: heading, pictures, text, receipt; rendered when first asked for."""

from typing import TYPE_CHECKING

from msgspec.structs import replace
from rich.segment import Segment

from ...core.conversation import Attachment, Message, TextPart, has_words
from ..status_words import named_with
from ..visible import VisibleStream, visible, visible_line
from .line import BLANK, TEXT_WIDTH, Line, Target, without_tabs, wrap
from .look import Look
from .notes import estimate_thoughts, last_thoughts, muted, thoughts_above
from .picture_lines import NotBegun, picture_bounds, picture_grid, picture_lines
from .receipt import receipt
from .targets import targets_in

if TYPE_CHECKING:
    from ..pictures import DrawnPicture
    from .answer_text import AnswerText

_ENDINGS = {"cancelled": "stopped", "length": "cut off at the token limit", "failed": "failed"}
"""What stands below an answer that did not end by itself."""

_NOT_REPEATED = "not part of the context: e edits and asks again, r asks again"
"""What stands below an answer whose question no later prompt repeats."""


class MessageView:
    """One message as lines; of an answer that still streams only the open end is done again."""

    def __init__(self, message: Message) -> None:
        self.message = message
        self.model_before = ""
        """What gave the answer before this one; empty for none. A change is named."""
        self._drawn: dict[int, DrawnPicture | NotBegun] = {}
        self._drawn_within = (0, 0)
        self._text = message.text
        self._unread = ""
        self._thoughts = message.thoughts
        self._awaited = ""
        self._answer: AnswerText | None = None
        self._shown = VisibleStream()
        self._look: Look | None = None
        self._head: list[Line] = []
        self._lines: list[Line] = []
        self._height = (0, 0)

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
        elif self._unread:
            self._read(look)
        self._height = (look.width, len(self._lines))
        return self._lines

    def append(self, text: str) -> None:
        """Adds streamed text; it is rendered when lines are next asked for."""
        self._awaited = ""
        had_folded = self.has_folded_thoughts
        self._text += text
        self._unread += text
        if self.has_folded_thoughts != had_folded:
            self._look = None

    def append_thoughts(self, text: str) -> None:
        """Adds streamed thoughts; their last lines are shown until the answer's text begins."""
        self._awaited = ""
        self._thoughts += text
        self._look = None

    def end(self, message: Message) -> None:
        """Replaces the message by its final state."""
        self._awaited = ""
        has_grown = message.thoughts != self._thoughts
        self.message, self._thoughts = message, message.thoughts
        is_as_shown = message.text == self._text and not (has_grown or message.thoughts)
        if is_as_shown and self._look and self._answer and not self._changed_model:
            self._read(self._look)
        else:
            self._text = message.text
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

    def put_picture(
        self, index: int, drawn: "DrawnPicture | NotBegun", bounds: tuple[int, int]
    ) -> None:
        """Shows a picture that was drawn within `bounds` in its reserved place."""
        if self._drawn_within == bounds:
            self._drawn[index] = drawn
            self._look = None

    def undrawn(self, look: Look) -> list[tuple[int, Attachment]]:
        """Returns the attachments to draw for a look, with their indices."""
        if self._drawn_within != picture_bounds(look):
            self._drawn_within = picture_bounds(look)
            self._drawn.clear()
        drawn, attachments = self._drawn, enumerate(self._attachments)
        wanted = ((at, it) for at, it in attachments if not it.is_left_out)
        return [(at, it) for at, it in wanted if at not in drawn or drawn[at].may_retry]

    def targets(self, look: Look) -> list[Target]:
        """Returns what can be opened or copied: attachments, then links and code in order."""
        pictures: list[Target] = list(range(len(self.message.attachments)))
        return pictures + list(dict.fromkeys(targets_in(self.lines(look))))

    def release(self) -> None:
        """Forgets lines and drawn pictures, but not how many lines they were."""
        self._look = self._answer = None
        self._lines = []
        self._head = []
        self._drawn.clear()

    def _start(self, look: Look) -> None:
        """Renders heading and parts, and leaves the text of an answer to be read."""
        self._look = look
        look = self._shaded(look)
        name = "you" if self.message.role == "user" else "answer"
        style = look.palette.user if self.message.role == "user" else look.palette.answer
        place = Segment(self._place(), look.palette.muted)
        model = Segment(self._changed_model, look.palette.muted)
        self._head = wrap([Segment(name, style), place, model], look.width)
        drawn = self._drawn if self._drawn_within == picture_bounds(look) else {}
        pictures = enumerate(self._attachments)
        for part in self.message.parts:
            if isinstance(part, Attachment):
                index, picture = next(pictures)
                self._head += picture_lines(picture, index, drawn.get(index), look)
            elif self.message.role == "user" and isinstance(part, TextPart):
                text = Segment(visible(without_tabs(part.text)), look.palette.base)
                self._head += wrap([text], min(look.width, TEXT_WIDTH))
        if self.has_folded_thoughts:
            self._head += thoughts_above(self._thoughts, self.message.stats, look)
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
        lines = list(self._head)
        if self._answer is not None:
            lines += self._answer.read(text, is_complete=not self.is_open)
        if not self.is_open:
            self._answer = None
        self._lines = lines + self._foot(look)

    def _foot(self, look: Look) -> list[Line]:
        """Returns the lines below the text, the gap to the next message included."""
        message, palette = self.message, look.palette
        stands_in = self._thoughts and not self.has_folded_thoughts
        lines = last_thoughts(self._thoughts, look) if stands_in else []
        notes: list[str] = []
        if message.error:
            lines += wrap([Segment(visible_line(message.error), palette.error)], look.width)
        elif message.finish_reason in _ENDINGS:
            early = message.stats.ended_early if message.stats else ""
            notes.append(visible_line(early) or _ENDINGS[message.finish_reason])
        if message.drops_question:
            notes.append(_NOT_REPEATED)
        if message.stats and look.shows_receipts:
            first, *rest = receipt(message.stats, is_whole=look.has_whole_receipts)
            notes = [" · ".join([*notes, first]), *rest]
        if self.is_open and (self._awaited or not (self._text or self._thoughts)):
            notes = [visible_line(self._awaited) or "…"]
        if notes:
            lines += muted("\n".join(notes), look)
        return [*lines, BLANK]

    @property
    def _attachments(self) -> list[Attachment]:
        """The pictures; all of a message that is left out are so too."""
        if not self.message.is_left_out:
            return list(self.message.attachments)
        return [replace(it, is_left_out=True) for it in self.message.attachments]

    def _shaded(self, look: Look) -> Look:
        """Returns how a message looks that may be left out."""
        return look._replace(palette=look.palette.greyed()) if self.message.is_left_out else look

    def _place(self) -> str:
        """Returns what stands beside the name.

        Whose words an answer is, whether prompts leave it out, and which of the messages that
        stand beside each other it is.
        """
        message, siblings = self.message, self.message.siblings
        marks = ["corrected by you"] if message.is_corrected else []
        marks += ["left out"] if message.is_left_out else []
        if len(siblings) > 1 and message.id in siblings:
            marks.append(f"{siblings.index(message.id) + 1}/{len(siblings)}")
        return "".join(f"  {mark}" for mark in marks)

    @property
    def _changed_model(self) -> str:
        """Which model gave this answer, if another one gave the answer before; else empty."""
        name = model_of(self.message)
        is_changed = bool(name and self.model_before) and name != self.model_before
        return f"  {visible_line(name)}" if is_changed else ""

    def _estimate(self, look: Look) -> int:
        pictures = sum(picture_grid(one, look)[1] + 1 for one in self._attachments)
        text, width = self._text, min(look.width, TEXT_WIDTH)
        receipt_lines = 0
        if self.message.stats and look.shows_receipts:
            receipt_lines = len(receipt(self.message.stats, is_whole=look.has_whole_receipts))
        thoughts = estimate_thoughts(self._thoughts, look, has_text=has_words(text))
        return 3 + pictures + text.count("\n") + len(text) // width + receipt_lines + thoughts


def model_of(message: Message) -> str:
    """Returns the name of the model that gave an answer, with its adapter's; empty for none."""
    return named_with(message.model, message.adapter)

"""What stands above an answer's text: its heading and folded thoughts; of a question all of it."""

from collections.abc import Iterable, Sequence

from rich.segment import Segment

from ...core.conversation import Attachment, Message, TextPart, TurnStats
from ..visible import visible
from .drawn_pictures import DrawnPictures
from .line import TEXT_WIDTH, Line, without_tabs, wrap
from .look import Look
from .notes import thoughts_above
from .picture_lines import picture_lines


class Head:
    """Lines that stay as they are while the text below them grows."""

    def __init__(self, lines: Iterable[Line] = ()) -> None:
        self.lines = list(lines)
        self.parts: list[range] = []
        """Which of the lines each part has that is searched; none of what is folded away."""

    def add_parts(
        self,
        message: Message,
        attachments: Sequence[Attachment],
        drawn: DrawnPictures,
        look: Look,
    ) -> None:
        """Adds the pictures of a message, and the user's words, in their order.

        Args:
            message: whose parts they are.
            attachments: its pictures, with what is left out of them.
            drawn: those that are drawn.
            look: of the log.
        """
        pictures = enumerate(attachments)
        for part in message.parts:
            if isinstance(part, Attachment):
                index, picture = next(pictures)
                self._add(picture_lines(picture, index, *drawn.find(index, look), look))
            elif message.role == "user" and isinstance(part, TextPart):
                self._add(_question_lines(message, part.text, look))

    def add_thoughts(self, thoughts: str, stats: TurnStats | None, look: Look) -> None:
        """Adds thoughts above a text, or the line into which they are folded."""
        self._add(thoughts_above(thoughts, stats, look))
        if not look.shows_thoughts:
            self.parts = [range(0)]

    def _add(self, lines: list[Line]) -> None:
        self.parts.append(range(len(self.lines), len(self.lines) + len(lines)))
        self.lines += lines


def _question_lines(message: Message, text: str, look: Look) -> list[Line]:
    """Returns the user's words; between pictures without the space that parts them."""
    is_between = sum(isinstance(it, TextPart) for it in message.parts) > 1
    shown = text.strip() if is_between else text
    segment = Segment(visible(without_tabs(shown)), look.palette.base)
    return wrap([segment], min(look.width, TEXT_WIDTH)) if shown else []

"""What stands below a message: how it ended, what can be done about that, and what it cost."""

from typing import Final

from rich.segment import Segment

from ...core.conversation import Message
from ..visible import visible_line
from .line import Line, wrap
from .look import Look
from .notes import muted
from .receipt import receipt

_ENDINGS: Final = {
    "cancelled": "stopped",
    "length": "cut off at the token limit",
    "failed": "failed",
}
"""What stands below an answer that did not end by itself."""

_NOT_REPEATED: Final = (
    "not part of the context: {chat.edit} edits and asks again, {chat.regenerate} asks again"
)
"""What stands below an answer whose question no later prompt repeats."""


_GOES_ON: Final = "{chat.finish} finishes it"
"""What stands there where the answer can go on."""


def foot(
    message: Message, look: Look, marks: list[Line], waits_for: str, *, is_last: bool
) -> list[Line]:
    """Returns the lines below what was said.

    Args:
        message: above it.
        look: of the log.
        marks: names of what the answer marks in pictures, in lines.
        waits_for: what an open answer without a word waits for; empty for any other.
        is_last: whether it is the last message of the conversation.
    """
    error: list[Line] = []
    if message.error:
        segment = Segment(visible_line(message.error), look.palette.error)
        error = wrap([segment], look.width)
    notes = [waits_for] if waits_for else _notes(message, look, is_last=is_last)
    return [*error, *marks, *(muted("\n".join(notes), look) if notes else [])]


def _notes(message: Message, look: Look, *, is_last: bool) -> list[str]:
    notes: list[str] = []
    if not message.error and message.finish_reason in _ENDINGS:
        early = message.stats.ended_early if message.stats else ""
        notes.append(visible_line(early) or _ENDINGS[message.finish_reason])
    if message.drops_question:
        notes.append(look.keymap.fill(_NOT_REPEATED))
    if is_last and message.can_be_continued:
        notes = [": ".join([*notes, look.keymap.fill(_GOES_ON)])]
    if message.stats and look.shows_receipts:
        first, *rest = receipt(message.stats, is_whole=look.has_whole_receipts)
        notes = [" · ".join([*notes, first]), *rest]
    return notes

"""What a row of the tree says of its message. Pure."""

from typing import Final, NamedTuple

from ...core.conversation import Attachment, Part, TextPart, ThoughtsPart
from ...core.kept import KeptMessage
from ..ages import moment
from ..status_words import named_with
from ..visible import visible_line
from .layout import TreeRow

_FIRST_CHARACTERS: Final = 400
"""Of a text, more than any row shows."""
_ENDINGS: Final = {"cancelled": "stopped", "length": "cut off", "failed": "failed"}


class RowWords(NamedTuple):
    """The words of a row."""

    role: str
    text: str
    """The first words of the message."""
    facts: tuple[str, ...]
    """What stands at the right, the least important first."""


def words_of(row: TreeRow, now: float) -> RowWords:
    """Returns what a row says.

    Args:
        row: of the tree.
        now: seconds since the epoch, by which ages are told; 0 to leave out times.
    """
    message = row.message
    facts = [moment(message.created_at, now)] if now else []
    if message.model:
        facts.append(visible_line(named_with(message.model, message.adapter)))
    facts += _marks(message)
    if len(row.siblings) > 1:
        facts.append(f"{row.version}/{len(row.siblings)}")
    role = "you" if message.role == "user" else "answer"
    return RowWords(role, first_words(message.parts) or "…", tuple(facts))


def first_words(parts: tuple[Part, ...]) -> str:
    """Returns the start of a message's text in one line; of one without words its thoughts'."""
    texts = [it.text for it in parts if isinstance(it, TextPart) and it.text.strip()]
    thoughts = [it.text for it in parts if isinstance(it, ThoughtsPart)]
    text = " ".join(texts or thoughts)
    return visible_line(" ".join(text[:_FIRST_CHARACTERS].split()))


def _marks(message: KeptMessage) -> list[str]:
    """Returns what is special about a message, and how many pictures it has."""
    marks = [_ENDINGS[it] for it in (message.finish_reason,) if it in _ENDINGS]
    marks += ["corrected"] if message.is_corrected else []
    marks += ["left out"] if message.is_left_out else []
    pictures = sum(isinstance(it, Attachment) for it in message.parts)
    if pictures:
        marks.append("1 picture" if pictures == 1 else f"{pictures} pictures")
    return marks

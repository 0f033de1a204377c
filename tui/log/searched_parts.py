"""The parts of a message that are searched: its thoughts, texts and the names of its pictures."""

import re
from typing import Final, NamedTuple

from ...core.conversation import Attachment, Message, TextPart
from ...core.folding import fold
from ...core.kept import HitPlace
from ..visible import visible_line

_FENCE: Final = re.compile(r"^[ >]*(?:```|~~~).*$", re.MULTILINE)
_FENCES: Final = ("```", "~~~")
_EMPHASIS: Final = "*~"
"""Stand around and within words, and are not drawn; folding leaves out what makes words bold."""


class SearchedPart(NamedTuple):
    """A part, in the order in which they are shown."""

    place: HitPlace
    text: str

    @property
    def folded(self) -> str:
        """The text as searches compare it."""
        return fold(self.text)


def searched_parts(message: Message, text: str, thoughts: str) -> list[SearchedPart]:
    """Returns the parts of a message.

    Args:
        message: whose.
        text: of the answer so far; of a question its own parts count.
        thoughts: of the answer so far.
    """
    if message.role == "assistant":
        parts = [SearchedPart("thoughts", thoughts)] if thoughts else []
        return [*parts, SearchedPart("text", _without_signs(text))]
    shown = (it for it in message.parts if isinstance(it, Attachment | TextPart))
    return [
        SearchedPart("picture", visible_line(it.label))
        if isinstance(it, Attachment)
        else SearchedPart("text", it.text)
        for it in shown
    ]


def _without_signs(text: str) -> str:
    """Returns an answer's text without the Markdown that is not drawn."""
    if any(fence in text for fence in _FENCES):
        text = _FENCE.sub("", text)
    for sign in _EMPHASIS:
        text = text.replace(sign, "")
    return text

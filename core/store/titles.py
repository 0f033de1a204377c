"""Titles of conversations, made from their first message."""

from collections.abc import Sequence

from ..conversation import Attachment, Message

_TITLE_LENGTH = 60
_FORK_SIGN = " (fork)"


def one_line(text: str) -> str:
    """Returns the text with every run of white space as one space."""
    return " ".join(text.split())


def fork_title(title: str) -> str:
    """Returns the title of a fork; that of a fork's fork is the same."""
    return title if title.endswith(_FORK_SIGN) else title + _FORK_SIGN


def title_of(first: Message) -> str:
    """Returns the title of a conversation that begins with this message."""
    return make_title(first.text, first.attachments)


def make_title(text: str, attachments: Sequence[Attachment]) -> str:
    """Returns the start of a first message; without words the names of its pictures."""
    title = one_line(text) or ", ".join(picture.label for picture in attachments)
    if len(title) <= _TITLE_LENGTH:
        return title
    start, _, _ = title[:_TITLE_LENGTH].rpartition(" ")
    return (start if len(start) > _TITLE_LENGTH // 2 else title[: _TITLE_LENGTH - 1]) + "…"

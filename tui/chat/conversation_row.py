"""One row of the list of conversations: its title, and at the right what it does or its age."""

import time

from textual.content import Content

from ..session.listed_conversations import ListedConversation, ListedState
from ..visible import visible_line

UNTITLED = "Untitled"

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400

_STATES: dict[ListedState, tuple[str, str]] = {
    "answering": ("answering", "$accent"),
    "queued": ("queued", "$accent"),
    "paused": ("paused", "$warning"),
    "unseen": ("● new", "$accent"),
    "deleted": ("deleted", "$text-muted"),
}
"""Words for what a conversation does, and their colour."""


def conversation_row(row: ListedConversation, width: int, *, is_shown: bool) -> Content:
    """Returns a row of exactly `width` cells; a long title ends in an ellipsis.

    Args:
        row: the conversation.
        width: cells of the list.
        is_shown: whether the conversation is on screen.
    """
    words, color = _STATES.get(row.state, (age(row.summary.updated_at), "$text-muted"))
    right = Content.styled(f" {words} ", color)
    title = Content(visible_line(row.summary.title) or UNTITLED)
    if row.state == "deleted":
        title = title.stylize("$text-muted strike")
    room = max(width - 1 - right.cell_length, 1)
    title = title.truncate(room, ellipsis=True, pad=True)
    return Content.assemble(("▎" if is_shown else " ", "$accent"), title, right)


def age(then: float, now: float | None = None) -> str:
    """Returns how long ago a moment was, in seven characters at most; after a week its date."""
    now = time.time() if now is None else now
    seconds = max(now - then, 0)
    if seconds < _MINUTE:
        return "now"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)} min"
    if seconds < _DAY:
        return f"{int(seconds // _HOUR)} h"
    if seconds < 7 * _DAY:
        return f"{int(seconds // _DAY)} d"
    day, today = time.localtime(then), time.localtime(now)
    return time.strftime("%d %b" if day.tm_year == today.tm_year else "%b %Y", day)

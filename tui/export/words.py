"""What an export says of conversations, messages and pictures, in words."""

import time
from collections.abc import Sequence
from typing import Final

from ...core.boxes import Box, PlacedMark
from ...core.conversation import Attachment, Message
from ...core.kept import KeptConversation
from ..marks import name_of
from ..status_words import named_with
from ..visible import visible_line

_ENDINGS: Final = {
    "cancelled": "stopped",
    "length": "cut off at the token limit",
    "failed": "failed",
    "filtered": "cut off by the server's filter",
    "thoughts_only": "ended with nothing but thoughts",
    "empty": "ended without a word",
}


def date_of(seconds: float) -> str:
    """Returns a time as `2026-11-26 09:12`, where this machine is."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))


def title_of(kept: KeptConversation) -> str:
    """Returns the title on one line."""
    return visible_line(kept.title) or "Untitled conversation"


def facts_of(kept: KeptConversation, messages: Sequence[Message]) -> list[str]:
    """Returns when a conversation began, who answered in what is told of it, and its tags."""
    models = dict.fromkeys(filter(None, map(model_of, messages)))
    tags = ", ".join(map(visible_line, kept.tags))
    return [
        date_of(kept.created_at),
        *models,
        *([f"tags: {tags}"] if tags else []),
        *([f"from {visible_line(kept.origin)}"] if kept.origin else []),
    ]


def who_of(message: Message, *, is_numbered: bool = False) -> str:
    """Returns whose message it is; numbered, where branches refer to it by its number."""
    name = "Question" if message.role == "user" else "Answer"
    return f"{name} {message.id}" if is_numbered else name


def model_of(message: Message) -> str:
    """Returns who gave an answer; empty for a question."""
    return visible_line(named_with(message.model, message.adapter)) if message.model else ""


def marks_of(message: Message) -> list[str]:
    """Returns what is said beside whose message it is: that of the app's log."""
    siblings = message.siblings
    return [
        *(["corrected by hand"] if message.is_corrected else []),
        *(["left out of the context"] if message.is_left_out else []),
        *(
            [f"version {siblings.index(message.id) + 1} of {len(siblings)}"]
            if len(siblings) > 1
            else []
        ),
    ]


def ending_of(message: Message) -> str:
    """Returns why an answer is not as it should be; empty for one that is."""
    if message.error:
        return visible_line(message.error)
    if message.is_open:
        return "still being given"
    early = message.stats.ended_early if message.stats else ""
    return visible_line(early) or _ENDINGS.get(message.finish_reason or "", "")


def receipt_of(message: Message) -> list[str]:
    """Returns what an answer took, as far as it is known."""
    stats = message.stats
    if stats is None or not stats.generated_tokens:
        return []
    read = f"{stats.prompt_tokens:,} tokens read"
    written = f"{stats.generated_tokens:,} written"
    speed = f" at {stats.generation_tps:.0f} a second" if stats.generation_tps else ""
    return [read, written + speed]


def picture_name(picture: Attachment, number: int) -> str:
    """Returns what a picture is called, which is also what a reader hears of it."""
    return f"Picture {number}: {visible_line(picture.label)}"


def picture_facts(picture: Attachment) -> list[str]:
    """Returns size, and what else is to be known of a picture."""
    return [
        f"{picture.width}x{picture.height} pixels",
        *(["left out of the context"] if picture.is_left_out else []),
        *([visible_line(picture.note)] if picture.note else []),
    ]


def mark_name(placed: PlacedMark, number: int) -> str:
    """Returns the name of a box or a point: its number in the answer, and its label."""
    return name_of(number, placed.mark.label)


def mark_place(placed: PlacedMark) -> str:
    """Returns where in its picture a box or a point is."""
    mark = placed.mark
    if isinstance(mark, Box):
        return f"{mark.right - mark.left}x{mark.bottom - mark.top} pixels at {mark.left},{mark.top}"
    return f"the pixel {mark.x},{mark.y}"

"""Boxes and points of an answer in words: how many, what they are called, and where. Pure."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from ...visible import visible_line

if TYPE_CHECKING:
    from ....core.boxes import PlacedMark
    from ....core.conversation import Message

_MOST: Final = 12
"""Further ones are only counted."""

_ACROSS: Final = ("left", "", "right")
_DOWN: Final = ("upper", "", "lower")
_MIDDLE: Final = {"": "centre", "upper": "top", "lower": "bottom"}

_NEARLY_ALL: Final = 0.8
"""A box of this part of the picture is nowhere in it."""


def mark_words(answer: "Message", before: "Sequence[Message]") -> str:
    """Returns `1 box: lemon, upper left.`; empty for an answer that marks nothing.

    Args:
        answer: one that has ended.
        before: the messages of its branch before it, oldest first.
    """
    if answer.role == "user":
        return ""
    # Its patterns take a while to compile: not before there is an answer.
    from ....core.boxes import find_marks, may_mark

    marks = find_marks(answer, before) if may_mark(answer.text) else ()
    if not marks:
        return ""
    pictures = {placed.number for placed in marks}
    told = [
        _words_of(number if len(marks) > 1 else 0, placed, has_others=len(pictures) > 1)
        for number, placed in enumerate(marks[:_MOST], start=1)
    ]
    more = [f"and {len(marks) - _MOST} more"] if len(marks) > _MOST else []
    return f"{_count(marks)}: {'; '.join(told + more)}."


def _count(marks: "Sequence[PlacedMark]") -> str:
    boxes = sum(len(placed.mark.numbers) > 2 for placed in marks)
    points = len(marks) - boxes
    counted = [f"{boxes} box{'es' if boxes > 1 else ''}"] if boxes else []
    counted += [f"{points} point{'s' if points > 1 else ''}"] if points else []
    return " and ".join(counted)


def _words_of(number: int, placed: "PlacedMark", *, has_others: bool) -> str:
    name = " ".join(filter(None, [str(number or ""), visible_line(placed.mark.label)]))
    where = _where(placed)
    if has_others:
        where += f" of picture {placed.number}"
    return ", ".join(filter(None, [name, where]))


def _where(placed: "PlacedMark") -> str:
    """Returns where in its picture a mark is, by its centre, in thirds."""
    width, height = placed.picture.width, placed.picture.height
    left, top, *rest = placed.mark.numbers
    right, bottom = rest or (left + 1, top + 1)
    if (right - left) * (bottom - top) >= _NEARLY_ALL * width * height:
        return "nearly all"
    across = _ACROSS[min(3 * (left + right) // (2 * width), 2)]
    down = _DOWN[min(3 * (top + bottom) // (2 * height), 2)]
    return f"{down} {across}".strip() if across else _MIDDLE[down]

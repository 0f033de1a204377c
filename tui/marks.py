"""Boxes and points of answers as they are shown: in which colours, and in what words."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from ..core.conversation import Attachment
from .visible import visible_line

if TYPE_CHECKING:
    from ..core.boxes import PlacedMark
    from ..core.pictures.jobs import DrawnMark

COLOURS: Final = (
    (255, 221, 51),
    (77, 219, 255),
    (255, 112, 214),
    (143, 255, 92),
    (255, 153, 51),
    (184, 158, 255),
    (255, 102, 102),
    (102, 255, 204),
)
"""Of marks, by their place in the answer; from the ninth on they come again. All are bright, since
dark lines lie around them."""


def colour_of(index: int) -> tuple[int, int, int]:
    """Returns the red, green and blue of a mark, by its place in the answer from 0."""
    return COLOURS[index % len(COLOURS)]


def drawn_marks(
    marks: "Sequence[PlacedMark]", picture: Attachment, chosen: int | None = None
) -> "tuple[DrawnMark, ...]":
    """Returns those of an answer's marks that are in a picture, to be drawn over it.

    Args:
        marks: all of the answer's.
        picture: the one to draw.
        chosen: which of them is highlighted, from 0; None for none.
    """
    # Pillow comes with it: not before there is a picture.
    from ..core.pictures.jobs import DrawnMark

    drawn = []
    for index, placed in enumerate(marks):
        if placed.picture.key == picture.key:
            numbers = placed.in_file.numbers
            left, top = numbers[:2]
            right, bottom = numbers[2:] or (left + 1, top + 1)
            label, number = visible_line(placed.mark.label), index + 1
            drawn.append(
                DrawnMark(
                    left, top, right, bottom, colour_of(index), label, number, index == chosen
                )
            )
    return tuple(drawn)


def name_of(number: int, label: str) -> str:
    """Returns what a mark is called: its number in the answer, and its label if it has one."""
    return " ".join(filter(None, [str(number), visible_line(label)]))


def highlighted(marks: "Sequence[DrawnMark]") -> str:
    """Returns in words what is highlighted of the marks over a picture; empty if nothing is."""
    mark = next((it for it in marks if it.is_thick), None)
    if mark is None:
        return ""
    where = f"pixel {mark.left},{mark.top}"
    if not mark.is_point:
        size = f"{mark.right - mark.left}x{mark.bottom - mark.top}"
        where = f"{size} pixels at {mark.left},{mark.top}"
    return f"{name_of(mark.number, mark.label)} · {where}"

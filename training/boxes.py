"""Boxes of figures in Qwen3-VL's form: JSON with coordinates from 0 to 1000 of the picture."""

import json
from collections.abc import Sequence
from typing import Final, NamedTuple

from training.pictures import outline
from training.world import Figure

_WHOLE: Final = 1_000
_STEP: Final = 10
"""Coordinates are whole hundredths: a hundredth of a picture is about one pixel of its grid."""


class Box(NamedTuple):
    """A labelled box; the coordinates run from 0 to 1000, right and down."""

    left: int
    top: int
    right: int
    bottom: int
    label: str

    @property
    def area(self) -> int:
        """Width times height."""
        return max(0, self.right - self.left) * max(0, self.bottom - self.top)


def box_of(figure: Figure, ratio: float) -> Box:
    """The box of a figure that has a spot.

    Args:
        figure: one with a spot.
        ratio: width over height of the picture.
    """
    left, top, right, bottom = (
        min(_WHOLE, max(0, round(share * _WHOLE / _STEP) * _STEP))
        for share in bounds_of(figure, ratio)
    )
    return Box(left, top, right, bottom, figure.name)


def bounds_of(figure: Figure, ratio: float) -> tuple[float, float, float, float]:
    """Left, top, right and bottom in shares of the picture's width and height."""
    if figure.spot is None:
        raise ValueError(f"{figure.name} has no spot")
    xs, ys = zip(*outline(figure.shape, figure.spot), strict=True)
    return min(xs) / ratio, min(ys), max(xs) / ratio, max(ys)


def written(boxes: Sequence[Box]) -> str:
    """The boxes as the answer gives them: one alone as an object, several as a list."""
    objects = [{"bbox_2d": list(box[:4]), "label": box.label} for box in boxes]
    return json.dumps(objects[0] if len(objects) == 1 else objects)


def read(answer: str) -> list[Box]:
    """The boxes of an answer, empty where it is not of that form."""
    try:
        found = json.loads(answer)
        objects = found if isinstance(found, list) else [found]
        return [Box(*map(int, each["bbox_2d"]), str(each["label"])) for each in objects]
    except (ValueError, TypeError, KeyError):
        return []


def overlap(first: Box, second: Box) -> float:
    """Intersection over union, from 0 to 1."""
    shared = Box(
        max(first.left, second.left),
        max(first.top, second.top),
        min(first.right, second.right),
        min(first.bottom, second.bottom),
        "",
    ).area
    union = first.area + second.area - shared
    return shared / union if union else 0.0

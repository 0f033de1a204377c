"""Pictures of one named shape among others, of free place and size, with the box that it fills.

Their layouts are held out from the demonstration model's training.
"""

import random
from collections.abc import Iterator
from typing import NamedTuple

from PIL import Image

from training.boxes import bounds_of
from training.layouts import sample_free_scene
from training.pictures import draw_scene, sample_ratio, sample_size

LONG_SIDES = (240, 1600)

Corners = tuple[float, float, float, float]
"""Left, top, right and bottom."""


class BoxScene(NamedTuple):
    """A picture, and where the shape is that is asked for."""

    picture: Image.Image
    shape: str
    """Its colour and kind."""
    box: Corners
    """In shares of the picture's width and height."""
    quarter: tuple[int, int]
    """Of the picture: column and row."""


def sample_box_scenes(seed: int, count: int) -> Iterator[BoxScene]:
    """Yields pictures, the same for the same seed."""
    rng = random.Random(seed)
    for _ in range(count):
        scene = sample_free_scene(rng, "test", sample_ratio(rng))
        size = sample_size(rng, scene.ratio, LONG_SIDES)
        figure = rng.choice(scene.figures)
        place = (figure.place.column, figure.place.row)
        picture = draw_scene(scene, size, rng)
        yield BoxScene(picture, figure.name, bounds_of(figure, scene.ratio), place)


def overlap(one: Corners, other: Corners) -> float:
    """Returns the intersection over union of two boxes, from 0 to 1."""
    shared = _area(
        (max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3]))
    )
    union = _area(one) + _area(other) - shared
    return shared / union if union else 0.0


def _area(box: Corners) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])

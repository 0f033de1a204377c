"""Gives the figures of a scene their spots: well inside their places, or anywhere."""

import math
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from training.pictures import sample_angle, sample_spot
from training.world import LAYOUTS, Figure, Scene, Split, Spot, sample_scene

_HALF: Final = 0.57
"""Where the lower and the right half begin: a figure at the middle counts to the other half."""
_SMALLEST: Final = 0.13
_LARGEST: Final = 0.42
"""Radii in shares of the picture's shorter side."""
_REACH: Final = 1.2
"""How far a figure's outermost points lie from its centre, in radii."""


def lay_out(scene: Scene, ratio: float, rng: random.Random) -> Scene:
    """The scene with a spot for each figure, well inside its place."""
    spots = [sample_spot(figure.place, (ratio, 1.0), rng) for figure in scene.figures]
    return replace(scene, figures=_placed(scene.figures, spots), ratio=ratio)


def sample_free_scene(rng: random.Random, split: Split, ratio: float) -> Scene:
    """A scene of figures of any size, anywhere in the picture, at most one in each quarter."""
    while True:
        scene = sample_scene(rng, split)
        if scene.figures and all(figure.place in LAYOUTS["grid"] for figure in scene.figures):
            spots = _sample_free_spots(scene.figures, ratio, rng)
            figures = _placed(scene.figures, spots)
            return replace(scene, figures=figures, is_free=True, ratio=ratio)


def _placed(figures: Sequence[Figure], spots: Sequence[Spot]) -> tuple[Figure, ...]:
    return tuple(replace(figure, spot=spot) for figure, spot in zip(figures, spots, strict=True))


def _sample_free_spots(figures: Sequence[Figure], ratio: float, rng: random.Random) -> list[Spot]:
    """Spots in the figures' quarters that leave some ground between each other."""
    largest = _LARGEST
    while True:
        spots = [_sample_free_spot(figure, ratio, largest, rng) for figure in figures]
        if all(
            math.dist((one.x, one.y), (other.x, other.y)) > 1.1 * (one.radius + other.radius)
            for index, one in enumerate(spots)
            for other in spots[:index]
        ):
            return spots
        largest = max(1.3 * _SMALLEST, 0.97 * largest)


def _sample_free_spot(figure: Figure, ratio: float, largest: float, rng: random.Random) -> Spot:
    """A spot in the figure's quarter, with all of the figure in the picture."""
    while True:
        radius = min(ratio, 1.0) * math.exp(rng.uniform(math.log(_SMALLEST), math.log(largest)))
        reach = _REACH * radius
        left, right = _range(figure.place.column, ratio, reach)
        top, bottom = _range(figure.place.row, 1.0, reach)
        if left < right and top < bottom:
            return Spot(
                rng.uniform(left, right), rng.uniform(top, bottom), radius, sample_angle(rng)
            )


def _range(side: int, length: float, reach: float) -> tuple[float, float]:
    """Where a centre may lie along one side of a picture of that length."""
    if side < 0:
        return reach, min(_HALF * length, length - reach)
    return max(_HALF * length, reach), length - reach

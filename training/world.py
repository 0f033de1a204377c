"""The closed world: what may stand in a picture, and which scenes belong to which split."""

import random
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

Split = Literal["train", "validation", "test"]

SHAPES: Final = ("circle", "square", "triangle", "star", "diamond", "cross")
COLOURS: Final = ("red", "orange", "yellow", "green", "blue", "purple", "black")
GROUNDS: Final = ("white", "grey", "black")
MOST_SHAPES: Final = 4


@dataclass(frozen=True, slots=True)
class Place:
    """A named place of a picture."""

    name: str
    preposition: str
    row: int
    """-1 for the upper half, 1 for the lower half, 0 for neither."""
    column: int
    """-1 for the left half, 1 for the right half, 0 for neither."""

    @property
    def phrase(self) -> str:
        """The place as an answer says it, such as "in the top left"."""
        return f"{self.preposition} the {self.name}"


PLACES: Final = (
    Place("top left", "in", -1, -1),
    Place("top right", "in", -1, 1),
    Place("bottom left", "in", 1, -1),
    Place("bottom right", "in", 1, 1),
    Place("left", "on", 0, -1),
    Place("right", "on", 0, 1),
    Place("top", "at", -1, 0),
    Place("bottom", "at", 1, 0),
    Place("middle", "in", 0, 0),
)

LAYOUTS: Final = {
    "grid": PLACES[0:4],
    "row": PLACES[4:6],
    "column": PLACES[6:8],
    "middle": PLACES[8:9],
}
"""The places that can be filled together, in reading order."""

_LAYOUT_WEIGHTS: Final = {"grid": 0.66, "row": 0.14, "column": 0.1, "middle": 0.1}
_EMPTY_SHARE: Final = 0.02


@dataclass(frozen=True, slots=True)
class Spot:
    """Where and how large a figure is drawn, in one unit for all: pixels, or picture heights."""

    x: float
    y: float
    radius: float
    angle: float = 0.0
    """In radians."""

    def scaled(self, factor: float) -> "Spot":
        """The same spot of a picture `factor` times as large."""
        return Spot(self.x * factor, self.y * factor, self.radius * factor, self.angle)


@dataclass(frozen=True, slots=True)
class Figure:
    """One coloured shape at a place."""

    place: Place
    colour: str
    shape: str
    spot: Spot | None = None
    """In heights of the picture; none where it is drawn anew with each picture."""

    @property
    def name(self) -> str:
        """Colour and shape, such as "red circle"."""
        return f"{self.colour} {self.shape}"


@dataclass(frozen=True, slots=True)
class Scene:
    """What a picture shows; `outside` names the kind of a picture that is not of this world."""

    ground: str
    figures: tuple[Figure, ...] = ()
    outside: str = ""
    is_free: bool = False
    """Whether the figures stand anywhere in their quarters; their places then say no more."""
    ratio: float = 1.0
    """Width over height of the picture, where the figures have spots."""

    def matching(
        self, colour: str = "", shape: str = "", place: Place | None = None
    ) -> list[Figure]:
        """The figures that have every property asked for, in reading order."""
        return [
            figure
            for figure in self.figures
            if colour in ("", figure.colour)
            and shape in ("", figure.shape)
            and place in (None, figure.place)
        ]


def split_of(figures: tuple[Figure, ...]) -> Split:
    """The one split that a layout belongs to: a tenth each for validation and test, by hash."""
    text = ";".join(f"{figure.place.name} {figure.name}" for figure in figures)
    match zlib.crc32(text.encode()) % 10:
        case 0:
            return "validation"
        case 1:
            return "test"
        case _:
            return "train"


def sample_scene(rng: random.Random, split: Split) -> Scene:
    """A scene of coloured shapes whose layout belongs to `split`."""
    if rng.random() < _EMPTY_SHARE:
        return Scene(rng.choices(GROUNDS, (5, 3, 1))[0])
    while True:
        ground = rng.choices(GROUNDS, (5, 3, 1))[0]
        figures = _sample_figures(rng, ground)
        if split_of(figures) == split:
            return Scene(ground, figures)


def _sample_figures(rng: random.Random, ground: str) -> tuple[Figure, ...]:
    layout = LAYOUTS[rng.choices(list(LAYOUTS), list(_LAYOUT_WEIGHTS.values()))[0]]
    count = rng.randint(1, len(layout))
    places = sorted(rng.sample(range(len(layout)), count))
    colours = _sample_words(rng, [colour for colour in COLOURS if colour != ground], count)
    shapes = _sample_words(rng, SHAPES, count)
    return tuple(
        Figure(layout[place], colour, shape)
        for place, colour, shape in zip(places, colours, shapes, strict=True)
    )


def _sample_words(rng: random.Random, words: Sequence[str], count: int) -> list[str]:
    """Mostly different words; else drawn freely, with one pair alike half of the time."""
    if rng.random() < 0.65:
        return rng.sample(words, count)
    drawn = [rng.choice(words) for _ in range(count)]
    if count > 1 and rng.random() < 0.5:
        first, second = rng.sample(range(count), 2)
        drawn[second] = drawn[first]
    return drawn

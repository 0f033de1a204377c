"""Draws the sample pictures that ship with the model: `python -m training.samples`."""

import argparse
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image

from training.outside_pictures import draw_outside
from training.pictures import draw_scene
from training.world import PLACES, Figure, Scene

_SMOOTHING: Final = 3
"""Drawn so many times larger and then reduced, for clean edges."""
_PLACES: Final = {place.name: place for place in PLACES}


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample picture; its file name says what it shows."""

    name: str
    size: tuple[int, int]
    figures: tuple[tuple[str, str, str], ...]
    """Place, colour and shape of each."""
    ground: str = "white"


SAMPLES: Final = (
    Sample(
        "red-circle-blue-square.png",
        (800, 600),
        (("left", "red", "circle"), ("right", "blue", "square")),
    ),
    Sample("green-star.png", (480, 480), (("middle", "green", "star"),)),
    Sample(
        "yellow-triangle-purple-cross.png",
        (480, 960),
        (("top", "yellow", "triangle"), ("bottom", "purple", "cross")),
        "black",
    ),
    Sample(
        "red-star-green-circle-blue-diamond-orange-square.png",
        (1600, 1200),
        (
            ("top left", "red", "star"),
            ("top right", "green", "circle"),
            ("bottom left", "blue", "diamond"),
            ("bottom right", "orange", "square"),
        ),
    ),
    Sample(
        "purple-circle-black-triangle-yellow-square.jpg",
        (1200, 480),
        (
            ("top left", "purple", "circle"),
            ("top right", "black", "triangle"),
            ("bottom right", "yellow", "square"),
        ),
        "grey",
    ),
)
OUTSIDE_SAMPLE: Final = "landscape-outside-its-world.jpg"


def draw_samples(folder: Path) -> None:
    """Writes every sample picture."""
    folder.mkdir(parents=True, exist_ok=True)
    for index, sample in enumerate(SAMPLES):
        figures = tuple(Figure(_PLACES[place], *rest) for place, *rest in sample.figures)
        large = (sample.size[0] * _SMOOTHING, sample.size[1] * _SMOOTHING)
        picture = draw_scene(Scene(sample.ground, figures), large, random.Random(index))
        _save(picture.resize(sample.size, Image.Resampling.LANCZOS), folder / sample.name)
    landscape = draw_outside("landscape", (900, 600), random.Random(5))
    _save(landscape, folder / OUTSIDE_SAMPLE)


def _save(picture: Image.Image, path: Path) -> None:
    if path.suffix == ".png":
        picture.quantize(64).save(path, optimize=True)
    else:
        picture.save(path, quality=85)


def main() -> None:
    """Draws the samples where the package keeps them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("core/demo/samples"))
    draw_samples(parser.parse_args().out)


if __name__ == "__main__":
    main()

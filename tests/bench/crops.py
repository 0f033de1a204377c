"""Shapes that are too small to be seen in the whole picture, asked about in it and in a crop of it.

Each stands somewhere in a picture of 17 megapixels that is empty otherwise, some 30 pixels high.
The demonstration model sees all of that in 128 by 96 pixels, a shape as one of them.
"""

import json
import random
from pathlib import Path
from typing import Final, NamedTuple

from PIL import Image

from seeshell.core.excerpt import Excerpt, Region
from training.layouts import lay_out
from training.pictures import draw_scene, sample_size
from training.world import sample_scene

from .workplace import Workplace

_SEED: Final = 10
_PICTURES: Final = 100
_WHOLE: Final = (4800, 3600)
_LONG_SIDES: Final = (120, 240)
"""Of what is cut out, in pixels."""
_RATIOS: Final = (1.0, 4 / 3, 3 / 4)

_MOST_SECONDS: Final = 600.0

_QUESTION: Final = "What is in the picture?"


class Detail(NamedTuple):
    """A shape in a large picture."""

    path: Path
    region: Region
    """What is cut out of it."""
    shape: str
    """Colour and kind."""


def measure(workplace: Workplace, pictures: int = _PICTURES) -> dict[str, float]:
    """Returns how often the shape is named, asked of the crop and of the whole picture."""
    details = draw_details(Path(workplace.home), pictures)
    cut = [f"{it.path}{Excerpt(region=it.region)}" for it in details]
    return {
        "crop_found_percent": _found(workplace, details, cut),
        "crop_whole_percent": _found(workplace, details, [str(it.path) for it in details]),
    }


def draw_details(folder: Path, count: int) -> list[Detail]:
    """Returns pictures of one shape each, whose layouts are held out from the model's training."""
    rng = random.Random(_SEED)
    details: list[Detail] = []
    while len(details) < count:
        scene = sample_scene(rng, "test")
        if len(scene.figures) != 1:
            continue
        ratio = rng.choice(_RATIOS)
        size = sample_size(rng, ratio, _LONG_SIDES)
        drawn = draw_scene(lay_out(scene, ratio, rng), size, rng)
        left, top = (rng.randint(0, whole - own) for whole, own in zip(_WHOLE, size, strict=True))
        picture = Image.new("RGB", _WHOLE, drawn.getpixel((0, 0)))
        picture.paste(drawn, (left, top))
        path = folder / f"detail-{len(details)}.png"
        picture.save(path, compress_level=1)
        details.append(Detail(path, Region(left, top, *size), scene.figures[0].name))
    return details


def _found(workplace: Workplace, details: list[Detail], named: list[str]) -> float:
    """Returns how many percent of the answers name the shape."""
    asked = ("ask", "--temperature", "0", "--each", *named, "--jsonl", _QUESTION)
    done = workplace.run(*asked, timeout=_MOST_SECONDS)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    answers = {row["row"]: row["text"].lower() for row in rows}
    found = sum(it.shape in answers[row] for row, it in enumerate(details, start=1))
    return 100 * found / len(details)

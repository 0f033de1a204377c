"""Pictures to measure with: shapes and noise, each another one, the same for every engine."""

import hashlib
import random
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw

from ..engine.engine import PromptImage

_COLORS: Final = ("red", "green", "blue", "orange", "purple", "black", "gray")
_SHAPES: Final = 5


class Pictures:
    """Draws square pictures into a folder; the same name gives the same pictures."""

    def __init__(self, folder: Path, size: int, name: str) -> None:
        self._folder = folder
        self._size = size
        self._name = name
        self._count = 0

    def __call__(self) -> PromptImage:
        """Returns the next picture."""
        self._count += 1
        path = self._folder / f"{self._name}-{self._count}.png"
        if not path.exists():
            _draw(self._size, path.stem).save(path)
        return PromptImage(path, hashlib.sha256(path.read_bytes()).hexdigest(), path.name)


def _draw(size: int, seed: str) -> Image.Image:
    chance = random.Random(seed)  # noqa: S311 - nothing secret, only different
    image = Image.new("RGB", (size, size), "white")
    pen = ImageDraw.Draw(image)
    for _ in range(_SHAPES):
        left, top = (chance.randrange(size * 3 // 4) for _ in range(2))
        width = size // 8 + chance.randrange(size // 8)
        draw = chance.choice((pen.ellipse, pen.rectangle))
        draw((left, top, left + width, top + width), fill=chance.choice(_COLORS))
    return image

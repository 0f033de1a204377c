"""Pictures to draw."""

from pathlib import Path

import pytest
from PIL import Image


def gradient(width: int, height: int) -> Image.Image:
    """A picture whose every corner looks different: red grows rightwards, green downwards."""
    red = Image.linear_gradient("L").rotate(90).resize((width, height))
    green = Image.linear_gradient("L").resize((width, height))
    return Image.merge("RGB", (red, green, Image.new("L", (width, height), 96)))


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    gradient(640, 400).save(path, quality=92)
    return path

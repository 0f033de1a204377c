"""Sixels and files for iTerm2 look like the picture and keep their limit, whatever it shows."""

import base64
import io
import re
from pathlib import Path

import pytest
from PIL import Image

from seeshell.tui.pictures.drawn import CellGrid
from seeshell.tui.pictures.iterm2_encoder import Iterm2Encoder
from seeshell.tui.pictures.painted_drawer import Part
from seeshell.tui.pictures.renderables import Loader
from seeshell.tui.pictures.sixel_encoder import SixelEncoder
from seeshell.tui.terminal import cell_size
from seeshell.tui.terminal.cell_size import CellSize

from ...terminal.likeness import difference
from .conftest import gradient
from .sixels import decode_sixels

CELL = (10, 20)
LOADER = Loader(CELL)
GRID = CellGrid(20, 6)


def part_of(image: Image.Image, most_bytes: int, grid: CellGrid = GRID) -> Part:
    box = (0.0, 0.0, float(image.width), float(image.height))
    return Part(image.tobytes(), image.size, box, grid, most_bytes)


def noise(width: int, height: int) -> Image.Image:
    bands = (Image.effect_noise((width, height), 120) for _ in range(3))
    return Image.merge("RGB", tuple(bands))


def screenshot() -> Image.Image:
    image = Image.new("RGB", (400, 240), "white")
    for x in range(0, 400, 8):
        image.paste("black", (x, 40, x + 3, 60))
    return image


async def sixels(part: Part) -> Image.Image:
    sequence = await SixelEncoder(LOADER, CellSize(CELL)).encode(part)
    assert len(sequence) <= part.most_bytes
    assert sequence.startswith("\x1bP")
    return decode_sixels(sequence[1:].removesuffix("\x1b\\"))


async def file_of(part: Part) -> Image.Image:
    sequence = await Iterm2Encoder(LOADER, CellSize(CELL)).encode(part)
    found = re.fullmatch(r"\x1b\]1337;File=([^:]*):([A-Za-z0-9+/=]*)\x07", sequence)
    assert found
    assert len(found[2]) <= part.most_bytes
    assert f"width={part.grid.columns};height={part.grid.rows};" in found[1]
    return Image.open(io.BytesIO(base64.b64decode(found[2])))


async def test_sixels_have_the_pixels_of_their_cells_and_look_like_the_picture() -> None:
    shown = await sixels(part_of(gradient(320, 200), 40_000))
    assert shown.size == (20 * 10, 6 * 20)
    assert difference(shown, gradient(320, 200)) < 6


@pytest.mark.parametrize("most_bytes", [4_000, 12_000, 40_000])
async def test_sixels_of_noise_keep_the_limit(most_bytes: int) -> None:
    shown = await sixels(part_of(noise(320, 200), most_bytes))
    assert shown.size == (200, 120)


async def test_a_screenshot_keeps_every_pixel() -> None:
    part = part_of(screenshot(), 40_000, CellGrid(40, 12))
    assert difference(await sixels(part), screenshot()) < 0.5
    file = await file_of(part)
    assert file.format == "PNG"
    assert difference(file, screenshot()) == 0


@pytest.mark.parametrize(("most_bytes", "most_off"), [(8_000, 8), (40_000, 2)])
async def test_a_photograph_is_a_file_within_the_limit(most_bytes: int, most_off: int) -> None:
    file = await file_of(part_of(noise(320, 200), most_bytes))
    assert file.format == "JPEG"
    photo = gradient(320, 200)
    assert difference(await file_of(part_of(photo, most_bytes)), photo) < most_off


async def test_a_part_is_that_part() -> None:
    image = gradient(400, 240)
    part = part_of(image, 40_000)._replace(box=(200.0, 120.0, 400.0, 240.0))
    right = image.crop((200, 120, 400, 240))
    assert difference(await sixels(part), right) < 6
    assert difference(await file_of(part), right) < 4


async def test_sixels_fit_their_cells_when_the_font_has_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kernel = iter([(10, 20), (10, 20), (7, 14)])
    monkeypatch.setattr(cell_size, "kernel_cell_size", lambda _: next(kernel))
    encoder = SixelEncoder(LOADER, CellSize((11, 21)))
    part = part_of(gradient(320, 200), 40_000)
    sizes = [decode_sixels((await encoder.encode(part))[1:-2]).size for _ in range(2)]
    assert sizes == [(20 * 11, 6 * 21), (20 * 7, 6 * 14)]


def test_no_part_is_larger_than_xterm_takes() -> None:
    most = SixelEncoder(LOADER, CellSize((16, 34))).most
    assert most.columns * 16 <= 1000
    assert most.rows * 34 <= 1000


def test_the_encoder_of_textual_image_is_where_both_of_its_lines_have_it(tmp_path: Path) -> None:
    """Its name is not public: if this fails, look for it in the new version."""
    from textual_image.renderable import sixel

    assert callable(sixel.image_to_sixels)

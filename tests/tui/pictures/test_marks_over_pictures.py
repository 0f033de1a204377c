"""Boxes over pictures as the terminal gets them: in half blocks, and in what kitty is sent."""

import base64
import io
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PIL import Image
from textual.strip import Strip

from seeshell.core.conversation import Attachment
from seeshell.core.excerpt import Excerpt, Region
from seeshell.core.images import hash_file
from seeshell.core.pictures.jobs import DrawnMark
from seeshell.tui.pictures import Pictures, Rendition
from seeshell.tui.terminal.facts import TerminalFacts

YELLOW = (255, 221, 51)
BOX = DrawnMark(200, 100, 600, 300, YELLOW, "box")
MARKED = Rendition(marks=(BOX,))


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """A blue picture of 800 x 400 pixels."""
    path = tmp_path / "plain.png"
    Image.new("RGB", (800, 400), (20, 40, 200)).save(path)
    return path


def stored(path: Path, excerpt: Excerpt | None = None) -> Attachment:
    whole = Attachment(hash_file(path), path.name, 800, 400)
    if excerpt is None or excerpt.region is None:
        return whole
    width, height = excerpt.region.width, excerpt.region.height
    return Attachment(whole.sha256, path.name, width, height, excerpt=excerpt)


@asynccontextmanager
async def opened(
    path: Path, images: str, write: Callable[[str], object] = lambda _: None
) -> AsyncIterator[Pictures]:
    facts = TerminalFacts(images=images, colours="truecolor")  # type: ignore[arg-type]
    pictures = Pictures(facts, lambda _: path, write)
    yield pictures
    await pictures.close()


def dots_of(strips: list[Strip]) -> dict[tuple[int, int], tuple[int, ...]]:
    """Returns the colour of each half block by column and row."""
    dots: dict[tuple[int, int], tuple[int, ...]] = {}
    for row, strip in enumerate(strips):
        column = 0
        for segment in strip:
            style = segment.style
            assert style is not None
            for _ in segment.text:
                for half, colour in enumerate((style.color, style.bgcolor)):
                    assert colour is not None
                    assert colour.triplet is not None
                    dots[column, 2 * row + half] = tuple(colour.triplet)
                column += 1
    return dots


async def test_in_half_blocks_a_line_is_one_dot_wide_and_sharp(plain: Path) -> None:
    async with opened(plain, "halfblock") as pictures:
        drawn = await pictures.draw(stored(plain), 40, 10, rendition=MARKED)
    assert (drawn.columns, drawn.rows) == (40, 10)
    yellow = {place for place, colour in dots_of(drawn.strips).items() if colour == YELLOW}
    assert yellow == {
        *((x, y) for x in range(10, 30) for y in (5, 14)),
        *((x, y) for x in (10, 29) for y in range(5, 15)),
    }


async def test_a_rectangle_of_the_file_shows_its_part_of_the_box(plain: Path) -> None:
    crop = stored(plain, Excerpt(1, Region(400, 0, 400, 400)))
    async with opened(plain, "halfblock") as pictures:
        drawn = await pictures.draw(crop, 20, 10, rendition=MARKED)
    yellow = {place for place, colour in dots_of(drawn.strips).items() if colour == YELLOW}
    assert {(9, y) for y in range(5, 15)} <= yellow
    assert max(x for x, _ in yellow) == 9


async def test_kitty_is_sent_one_picture_for_each_set_of_boxes(plain: Path) -> None:
    written: list[str] = []
    async with opened(plain, "tgp", written.append) as pictures:
        picture = stored(plain)
        for rendition in (Rendition(), MARKED, Rendition(), MARKED):
            await pictures.draw(picture, 40, 10, rendition=rendition)
        text = "".join(written)
    chunks = re.findall(r"\x1b_G([^;]*);([A-Za-z0-9+/=]+)\x1b", text)
    payloads: list[str] = []
    for control, payload in chunks:
        if "f=100" in control:
            payloads.append("")
        payloads[-1] += payload
    assert len(payloads) == 2
    bare, marked = (
        Image.open(io.BytesIO(base64.b64decode(payload))).convert("RGB") for payload in payloads
    )
    width, height = marked.size
    left, top = round(width / 4), round(height / 4)
    assert bare.getpixel((left, height // 2)) != YELLOW
    for place in ((left, height // 2), (width // 2, top), (left + 1, top + 1)):
        found = marked.getpixel(place)
        assert isinstance(found, tuple)
        assert max(abs(a - b) for a, b in zip(found, YELLOW, strict=True)) < 40


async def test_a_changed_file_drops_no_boxes(plain: Path) -> None:
    async with opened(plain, "halfblock") as pictures:
        before = await pictures.draw(stored(plain), 40, 10, rendition=MARKED)
        bare = await pictures.draw(stored(plain), 40, 10)
        again = await pictures.draw(stored(plain), 40, 10, rendition=MARKED)
    assert again.strips == before.strips != bare.strips

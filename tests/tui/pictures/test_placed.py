"""Pictures in kitty's protocol without placeholders: sent once, placed, deleted, sent again."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image
from rich.console import Console
from textual._compositor import LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from seeshell.tui.pictures import DrawnPicture, Pictures
from seeshell.tui.terminal.facts import TerminalFacts
from seeshell.tui.terminal.painter import Painter

from ...patience import PATIENCE
from .pixel_terminal import PixelTerminal

WIDTH, HEIGHT = 60, 20
CONSOLE = Console(color_system="truecolor", force_terminal=True)


class Desk:
    """A screen on which pictures stand below each other."""

    def __init__(self) -> None:
        self.terminal = PixelTerminal(WIDTH, HEIGHT)
        self.most_sent = 9
        """Pictures after whose first part the line takes no more."""
        facts = TerminalFacts(images="kitty", colours="truecolor")
        self.pictures = Pictures(facts, Path, self.write, is_behind=self.is_behind)
        self._painter = Painter()
        self._painter.canvas = self.pictures.canvas

    def is_behind(self) -> bool:
        return len(self.terminal.sent) > self.most_sent

    def write(self, text: str) -> None:
        self.terminal.feed(text.encode())

    def show(self, *drawn: DrawnPicture) -> None:
        rows = [strip for it in drawn for strip in it.strips]
        rows += [Strip.blank(0)] * (HEIGHT - len(rows))
        strips = [[row.adjust_cell_length(WIDTH)] for row in rows]
        update = LayoutUpdate(strips, Region(0, 0, WIDTH, HEIGHT))
        self.write(self._painter.paint(update).render_segments(CONSOLE))


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    yield desk
    await desk.pictures.close()


async def test_one_picture_at_two_places_and_sizes_is_sent_once(desk: Desk, photo: Path) -> None:
    small, large = [await desk.pictures.draw(photo, 60, rows) for rows in (4, 8)]
    desk.show(small, large)
    assert len(desk.terminal.sent) == 1
    assert len(desk.terminal.placed) == 2
    assert len(desk.terminal.covered()) == small.columns * small.rows + large.columns * large.rows


async def test_what_is_no_longer_shown_is_taken_away_and_kept(desk: Desk, photo: Path) -> None:
    drawn = await desk.pictures.draw(photo, 60, 8)
    desk.show(drawn)
    once = desk.terminal.picture_bytes
    desk.show()
    assert not desk.terminal.covered()
    assert len(desk.terminal.sent) == 1
    desk.show(drawn)
    assert desk.terminal.covered()
    assert desk.terminal.picture_bytes - once < 200


async def test_a_terminal_that_has_forgotten_everything_gets_and_shows_it_again(
    desk: Desk, photo: Path
) -> None:
    desk.show(await desk.pictures.draw(photo, 60, 8))
    before, covered = dict(desk.terminal.sent), set(desk.terminal.covered())
    desk.terminal.sent.clear()
    desk.terminal.placed.clear()
    await desk.pictures.send_again()
    assert desk.terminal.sent == before
    assert set(desk.terminal.covered()) == covered


async def test_a_picture_is_placed_only_when_no_other_is_under_way(
    desk: Desk, photo: Path, tmp_path: Path
) -> None:
    """The terminal of this test takes no other message between the parts of a picture."""
    drawn = await desk.pictures.draw(photo, 60, 8)
    other = tmp_path / "other.png"
    Image.effect_noise((300, 300), 120).save(other)
    drawing = asyncio.create_task(desk.pictures.draw(other, 60, 8))
    desk.most_sent = 1
    async with asyncio.timeout(PATIENCE):
        while not desk.is_behind():  # noqa: ASYNC110 - until the line has begun to send it
            await asyncio.sleep(0.001)
        desk.show(drawn)
        assert not desk.terminal.covered()
        desk.most_sent = 2
        while not desk.terminal.covered():  # noqa: ASYNC110 - that is what is tested
            await asyncio.sleep(0.001)
    await drawing


async def test_closing_deletes_every_picture(desk: Desk, photo: Path) -> None:
    desk.show(await desk.pictures.draw(photo, 60, 8))
    (image_id,) = desk.terminal.sent
    await desk.pictures.close()
    assert desk.terminal.deleted == [image_id]
    assert not desk.terminal.covered()

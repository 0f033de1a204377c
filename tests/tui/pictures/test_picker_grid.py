"""The picker's grid: thumbnails to walk through, drawn where they are in view."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from seeshell.tui.picker.file_grid import FileGrid

from .test_picker import Session, opened


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "holiday"
    folder.mkdir()
    for number in range(30):
        Image.new("RGB", (60, 40), (8 * number, 0, 90)).save(folder / f"{number:02}.png")
    yield folder


def drawn(session: Session) -> set[str]:
    """Names of the pictures that have a thumbnail."""
    grid = session.picker.query_one(FileGrid)
    return {picture.path.stem for picture in grid._thumbnails}


def numbers(first: int, last: int) -> set[str]:
    return {f"{number:02}" for number in range(first, last + 1)}


async def test_the_grid_shows_what_is_in_view_and_lets_the_others_go(folder: Path) -> None:
    async with opened(folder) as session:
        await session.press("ctrl+g")
        await session.until(lambda: drawn(session) == numbers(0, 11))
        assert "00.png" in session.text
        rows = session.text.split("\n")
        assert rows[4].count("▀" * 10) == 4
        await session.press("end")
        await session.until(lambda: drawn(session) == numbers(20, 29))
        assert session.cursor == "29.png"


async def test_arrows_walk_in_two_directions_and_stay_in_the_grid(folder: Path) -> None:
    async with opened(folder) as session:
        await session.press("ctrl+g", "up", "left")
        assert session.cursor == "00.png"
        await session.press("down", "right", "right", "down", "left")
        assert session.cursor == "09.png"
        await session.press("up", "up", "up")
        assert session.cursor == "01.png"
        await session.press("end", "down")
        assert session.cursor == "29.png"


async def test_marks_filter_and_enter_are_those_of_the_list(folder: Path) -> None:
    async with opened(folder) as session:
        await session.press("ctrl+g", "space", "right", "space")
        await session.shows("2 marked")
        await session.press("ctrl+g")
        await session.until(lambda: session.listed.startswith("▎"))
        await session.press("ctrl+g", "2", "7")
        assert session.cursor == "27.png"
        await session.press("space", "enter")
        assert await session.picks() == [folder / f"{name}.png" for name in ("00", "02", "27")]


async def test_a_click_goes_to_a_tile_and_a_second_one_picks_it(folder: Path) -> None:
    async with opened(folder) as session:
        await session.press("ctrl+g")
        await session.pilot.click(FileGrid, offset=(45, 10))
        assert session.cursor == "06.png"
        await session.pilot.click(FileGrid, offset=(70, 10), times=2)
        assert await session.picks() == [folder / "07.png"]


async def test_the_grid_is_there_the_next_time(folder: Path, tmp_path: Path) -> None:
    state = tmp_path / "picker.json"
    async with opened(folder, state) as session:
        await session.press("ctrl+g", "escape")
        assert await session.picks() is None
    async with opened(None, state) as session:
        await session.until(lambda: drawn(session) == numbers(0, 11))
        assert session.picker.focused is session.picker.query_one(FileGrid)


async def test_pages_are_opened_from_the_grid_and_shown_as_tiles(tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    pages = [Image.new("RGB", (60, 80), colour) for colour in ("red", "lime", "blue")]
    pages[0].save(folder / "scan.tif", save_all=True, append_images=pages[1:])
    async with opened(folder) as session:
        await session.press("ctrl+g")
        await session.shows("shift+right pages")
        await session.press("shift+right")
        grid = session.picker.query_one(FileGrid)
        await session.until(lambda: len(grid._thumbnails) == 3)
        assert sorted(it.excerpt.page for it in grid._thumbnails) == [1, 2, 3]
        await session.press("right", "enter")
        assert await session.picks() == ["scan.tif#2"]

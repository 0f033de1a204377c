"""Files of several pictures in the picker: their pages are looked through like a folder."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy
import pytest
from PIL import Image
from textual.events import Paste

from .test_picker import Session, opened


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "papers"
    folder.mkdir()
    pages = [Image.new("RGB", (300, 200), colour) for colour in ("red", "lime", "blue", "navy")]
    pages[0].save(folder / "scan.tif", save_all=True, append_images=pages[1:3])
    pages[0].save(folder / "single.png")
    pages[0].save(folder / "report.pdf", save_all=True, append_images=pages[1:], resolution=100)
    yield folder


async def open_report(session: Session) -> None:
    """Shows the pages of the PDF, on which the cursor begins."""
    await session.shows("page 1 of 4")
    await session.press("right")
    await session.until(lambda: session.cursor == "#1")


async def test_pages_are_listed_previewed_and_picked(folder: Path) -> None:
    async with opened(folder, size=(100, 24)) as session:
        await session.shows("right pages")
        await open_report(session)
        assert session.listed == "#1 #2 #3 #4"
        await session.press("down", "down")
        await session.shows("page 3 of 4")
        assert "report.pdf#3" in session.text
        assert "600x400" in session.text
        await session.press("enter")
        assert await session.picks() == ["report.pdf#3"]


async def test_several_pages_are_marked_and_stay_so_beside_other_files(folder: Path) -> None:
    async with opened(folder) as session:
        await open_report(session)
        await session.press("down", "space", "space")
        await session.shows("2 marked")
        await session.press("left", "down", "space")
        await session.shows("3 marked")
        assert session.cursor == "single.png"
        await session.press("ctrl+o")
        assert await session.picks() == ["report.pdf#2", "report.pdf#3", folder / "scan.tif"]


async def test_escape_goes_back_to_the_files_before_it_closes(folder: Path, tmp_path: Path) -> None:
    state = tmp_path / "picker.json"
    async with opened(folder, state) as session:
        await open_report(session)
        await session.press("4")
        await session.until(lambda: session.cursor == "#4")
        assert session.listed == "#4"
        await session.press("escape")
        assert session.listed == "#1 #2 #3 #4"
        await session.press("escape")
        await session.until(lambda: session.cursor == "report.pdf")
        await session.press("right", "escape", "escape")
        assert await session.picks() is None
    async with opened(None, state) as session:
        assert session.picker.folder == folder


async def test_all_that_is_shown_is_marked_by_one_key_and_unmarked_by_it(folder: Path) -> None:
    async with opened(folder) as session:
        await open_report(session)
        await session.press("ctrl+a")
        await session.shows("4 marked")
        await session.press("ctrl+a")
        await session.until(lambda: "marked" not in session.text.split("\n")[0])
        await session.press("left", "ctrl+a", "ctrl+o")
        names = ("report.pdf", "scan.tif", "single.png")
        assert await session.picks() == [folder / name for name in names]


async def test_pasted_pages_and_rectangles_are_marked(folder: Path) -> None:
    async with opened(folder) as session:
        session.app.screen.post_message(Paste("report.pdf#2-3 scan.tif@1,2,3,4"))
        await session.shows("3 marked")
        await session.press("ctrl+o")
        assert await session.picks() == ["report.pdf#2", "report.pdf#3", "scan.tif@1,2,3,4"]


async def test_only_files_of_several_pictures_offer_their_pages(folder: Path) -> None:
    async with opened(folder) as session:
        await session.press("end")
        await session.shows("300x200")
        assert "right pages" not in session.keys
        await session.press("right")
        assert session.cursor == "single.png"
        await session.press("up")
        await session.shows("page 1 of 3")
        await session.until(lambda: "right pages" in session.keys)


async def test_frames_of_a_video_are_looked_through(tmp_path: Path) -> None:
    path = tmp_path / "films" / "clip.mp4"
    path.parent.mkdir()
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), 10, (64, 48))
    for index in range(40):
        writer.write(numpy.full((48, 64, 3), index, numpy.uint8))
    writer.release()
    async with opened(path.parent) as session:
        await session.shows("frame 1 of 16")
        await session.press("right", "end")
        await session.shows("frame 16 of 16")
        assert session.cursor == "#16"
        await session.press("enter")
        assert await session.picks() == ["clip.mp4#16"]


def digit_of(session: Session, folder: Path) -> str:
    """The digit that goes to a place; empty while it is none."""
    rows = (row.split() for row in session.text.split("\n"))
    return next((row[0] for row in rows if row[1:2] and row[1].endswith(f"/{folder.name}")), "")


async def test_a_folder_is_bookmarked_and_found_among_the_places(
    folder: Path, tmp_path: Path
) -> None:
    state = tmp_path / "picker.json"
    async with opened(folder, state, size=(130, 24)) as session:
        await session.press("ctrl+d")
        await session.shows("bookmarked · 3 of 3")
        await session.until(lambda: bool(digit_of(session, folder)))
        await session.press("escape")
    # Beside few others: a long tree would scroll the places away.
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    async with opened(elsewhere, state, size=(130, 24)) as session:
        await session.until(lambda: bool(digit_of(session, folder)))
        await session.press("tab", digit_of(session, folder))
        await session.until(lambda: session.picker.folder == folder)
        await session.press("ctrl+d")
        await session.until(lambda: not digit_of(session, folder))
        assert "bookmarked ·" not in session.text

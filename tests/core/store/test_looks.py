"""What pictures look like is stored with them, and those that look alike are found."""

from pathlib import Path

import pytest
from PIL import Image

from seeshell.core.conversation import Attachment
from seeshell.core.demo import SAMPLES_PATH
from seeshell.core.excerpt import Excerpt, Region
from seeshell.core.settings import Paths
from seeshell.core.store.archive import Archive

from ..stored import change

STAR, SHAPES = (
    SAMPLES_PATH / name for name in ("green-star.png", "yellow-triangle-purple-cross.png")
)


@pytest.fixture
async def star(archive: Archive) -> Attachment:
    return (await archive.pictures.attach(STAR, "")).picture


@pytest.fixture
async def poor(archive: Archive, tmp_path: Path) -> Attachment:
    """The star as a smaller JPEG, lying on its side but for its EXIF orientation."""
    path = tmp_path / "poor.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = Image.open(STAR).convert("RGB").resize((100, 100)).rotate(90)
    picture.save(path, quality=50, exif=exif)
    return (await archive.pictures.attach(path, "")).picture


async def test_a_copy_looks_like_the_picture_and_another_picture_does_not(
    archive: Archive, star: Attachment, poor: Attachment
) -> None:
    other = (await archive.pictures.attach(SHAPES, "")).picture
    assert await archive.pictures.find_alike(star.key) == (poor.key,)
    assert await archive.pictures.find_alike(poor.key) == (star.key,)
    assert await archive.pictures.find_alike(other.key) == ()
    assert await archive.pictures.find_alike("0" * 64) == ()


async def test_it_is_the_excerpt_that_looks_like_something(
    archive: Archive, star: Attachment, tmp_path: Path
) -> None:
    sheet = Image.new("RGB", (star.width + 200, star.height), "navy")
    sheet.paste(Image.open(STAR), (200, 0))
    path = tmp_path / "sheet.png"
    sheet.save(path)
    whole = (await archive.pictures.attach(path, "")).picture
    excerpt = Excerpt(1, Region(200, 0, star.width, star.height))
    part = (await archive.pictures.attach(path, "", excerpt=excerpt)).picture
    assert await archive.pictures.find_alike(whole.key) == ()
    assert await archive.pictures.find_alike(part.key) == (star.key,)


async def test_pictures_of_an_older_seeshell_are_looked_at_one_by_one(
    archive: Archive, star: Attachment, poor: Attachment, paths: Paths
) -> None:
    change(paths, "UPDATE picture SET look = NULL")
    assert await archive.pictures.find_alike(star.key) == ()
    assert [await archive.old_looks.take_one() for _ in range(3)] == [True, True, False]
    assert await archive.pictures.find_alike(star.key) == (poor.key,)


async def test_an_old_picture_that_is_gone_holds_up_no_other_one(
    archive: Archive, star: Attachment, poor: Attachment, paths: Paths, tmp_path: Path
) -> None:
    change(paths, "UPDATE picture SET look = NULL")
    first, second = sorted((star, poor), key=lambda it: it.key)
    paths.picture(first.sha256).unlink()
    assert [await archive.old_looks.take_one() for _ in range(3)] == [True, True, False]
    assert await archive.pictures.find_alike(second.key) == ()
    await archive.pictures.attach(STAR if first is star else tmp_path / "poor.jpg", "")
    assert await archive.pictures.find_alike(second.key) == (first.key,)

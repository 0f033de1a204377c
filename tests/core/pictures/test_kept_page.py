"""A page of which parts are looked at is decoded once."""

import os
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from seeshell.core.errors import ImageError
from seeshell.core.excerpt import Excerpt, Region
from seeshell.core.pictures.jobs import ThumbnailJob
from seeshell.core.pictures.kept_page import may_keep
from seeshell.core.pictures.workers import PictureWorkers

LIMIT = 20_000_000
PIXELS = 60_000


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photograph that lies on its side but for its EXIF orientation: left red, right blue."""
    picture = Image.new("RGB", (800, 600), (200, 30, 30))
    picture.paste((30, 30, 200), (400, 0, 800, 600))
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "photo.jpg"
    picture.rotate(90, expand=True).save(path, quality=95, exif=exif)
    return path


async def part(workers: PictureWorkers, path: Path, region: Region) -> Image.Image:
    made, payload = await workers.shrink(path, PIXELS, "rgb", LIMIT, excerpt=Excerpt(region=region))
    assert made.size == (region.width, region.height)
    return Image.frombytes("RGB", made.payload_size, payload)


def spoil(path: Path) -> None:
    """Makes the file unreadable, as if nothing had changed."""
    status = path.stat()
    path.write_bytes(b"\0" * status.st_size)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def change(path: Path) -> None:
    path.write_bytes(b"\xff\xd8\xff\xe0 no picture any more")


LEFT, MIDDLE, RIGHT = (Region(x, 100, 300, 200) for x in (50, 250, 450))


async def test_a_second_part_is_cut_out_of_the_page_that_is_kept(
    workers: PictureWorkers, photo: Path
) -> None:
    other = PictureWorkers()
    expected = [await part(other, photo, it) for it in (RIGHT, MIDDLE)]
    await other.close()
    await part(workers, photo, LEFT)
    spoil(photo)
    for region, read in zip((RIGHT, MIDDLE), expected, strict=True):
        kept = await part(workers, photo, region)
        assert kept.size == read.size
        difference = ImageChops.difference(kept, read).getextrema()
        assert all(most <= 8 for _, most in difference)


async def test_a_file_that_has_changed_is_read_again(workers: PictureWorkers, photo: Path) -> None:
    await part(workers, photo, LEFT)
    change(photo)
    with pytest.raises(ImageError):
        await part(workers, photo, RIGHT)


async def test_what_reaches_beyond_the_page_is_cut_as_ever(
    workers: PictureWorkers, photo: Path
) -> None:
    await part(workers, photo, LEFT)
    region = Region(700, 500, 300, 300)
    made, _ = await workers.shrink(photo, PIXELS, "rgb", LIMIT, excerpt=Excerpt(region=region))
    assert made.size == (100, 100)
    assert made.note.startswith("of the rectangle 700,500,300,300 only")


@pytest.mark.parametrize(
    ("size", "format_name", "region", "is_kept"),
    [
        ((4000, 3000), "JPEG", Region(0, 0, 900, 600), True),
        ((4000, 3000), "JPEG", Region(0, 0, 4000, 3000), False),
        ((4000, 3000), "JPEG", None, False),
        ((8660, 5774), "JPEG", Region(0, 0, 900, 600), True),
        ((14_000, 14_000), "PNG", Region(0, 0, 900, 600), False),
        ((1654, 2339), "PDF", Region(0, 0, 900, 600), False),
    ],
    ids=["part", "all, reduced", "whole", "50 megapixels", "196 megapixels", "drawn anew"],
)
def test_a_page_is_kept_where_that_saves_time_and_takes_no_more_memory_than_it_may(
    size: tuple[int, int], format_name: str, region: Region | None, is_kept: bool
) -> None:
    header = Image.Image()
    header._size = size
    header.format = format_name
    job = ThumbnailJob(b"", "", LIMIT, 480_000, "rgb", excerpt=Excerpt(region=region))
    assert may_keep(job, header, 800) is is_kept

"""Pictures of an export: without metadata, and as they are where that can be."""

import base64
import hashlib
import io
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image

from seeshell.core.conversation import Attachment
from seeshell.core.excerpt import Excerpt, Region
from seeshell.core.settings import Paths
from seeshell.tui.export import StoredPictures
from seeshell.tui.export.stored_pictures import PAGE_SIDE

from .conversations import MAX_PIXELS, bmp, jpeg, store


async def save(
    paths: Paths, folder: Path, picture: Attachment, *, keeps_metadata: bool = False
) -> tuple[Path | None, list[str]]:
    pictures = StoredPictures(paths, MAX_PIXELS, keeps_metadata=keeps_metadata)
    name = await pictures.save(picture, folder, "name")
    await pictures.close()
    return name and folder / name, pictures.notes  # type: ignore[return-value]


async def data_url(
    paths: Paths, picture: Attachment, *, is_whole: bool = False
) -> tuple[str, Image.Image]:
    pictures = StoredPictures(paths, MAX_PIXELS)
    url = await pictures.data_url(picture, is_whole=is_whole)
    await pictures.close()
    assert url is not None
    head, _, content = url.partition(",")
    return head, Image.open(io.BytesIO(base64.b64decode(content)))


async def test_a_photograph_keeps_its_pixels_and_forgets_where_it_was_taken(
    paths: Paths, tmp_path: Path
) -> None:
    content = jpeg(orientation=6)
    file, notes = await save(paths, tmp_path, store(paths, content, "a.jpg"))
    assert file is not None
    with Image.open(file) as saved, Image.open(io.BytesIO(content)) as first:
        assert saved.tobytes() == first.tobytes()
        assert dict(saved.getexif()) == {0x0112: 6}
    assert notes == []


async def test_a_format_that_can_not_be_stripped_is_stored_anew_and_that_is_said(
    paths: Paths, tmp_path: Path
) -> None:
    file, notes = await save(paths, tmp_path, store(paths, bmp(), "a.BMP"))
    assert file is not None
    with Image.open(file) as saved:
        assert (saved.format, saved.getpixel((0, 0))) == ("PNG", (200, 100, 50))
    assert len(notes) == 1
    assert notes[0].startswith("a.BMP became JPEG or PNG")


async def test_a_photograph_of_a_telephone_becomes_one_that_knows_nothing(
    paths: Paths, tmp_path: Path
) -> None:
    with Image.open(io.BytesIO(jpeg())) as image:
        noted = image.getexif().tobytes()
        content = io.BytesIO()
        pillow_heif.from_pillow(image.convert("RGB")).save(content, exif=noted)
    assert b"SecretCam" in content.getvalue()
    sha256 = hashlib.sha256(content.getvalue()).hexdigest()
    place = paths.picture(sha256)
    place.parent.mkdir(parents=True)
    place.write_bytes(content.getvalue())
    file, notes = await save(paths, tmp_path, Attachment(sha256, "IMG_1.HEIC", 60, 40))
    assert file is not None
    with Image.open(file) as saved:
        assert (saved.format, saved.size, dict(saved.getexif())) == ("PNG", (60, 40), {})
    assert notes[0].startswith("IMG_1.HEIC became JPEG or PNG")


async def test_the_very_bytes_are_kept_where_that_is_wished(paths: Paths, tmp_path: Path) -> None:
    for content, name in ((jpeg(), "a.jpg"), (bmp(), "b.BMP")):
        file, notes = await save(paths, tmp_path, store(paths, content, name), keeps_metadata=True)
        assert file is not None
        assert (file.read_bytes(), file.suffix, notes) == (content, Path(name.lower()).suffix, [])


async def test_an_excerpt_takes_nothing_else_of_its_file_along(
    paths: Paths, tmp_path: Path
) -> None:
    excerpt = Excerpt(region=Region(10, 5, 20, 15))
    picture = store(paths, jpeg(), "a.jpg", excerpt=excerpt)
    for keeps in (False, True):
        file, _ = await save(paths, tmp_path / str(keeps), picture, keeps_metadata=keeps)
        assert file is not None
        with Image.open(file) as saved:
            assert saved.size == (20, 15)
        assert b"SecretCam" not in file.read_bytes()


@pytest.fixture(autouse=True)
def folders(tmp_path: Path) -> None:
    for name in ("True", "False"):
        (tmp_path / name).mkdir()


@pytest.mark.parametrize("how", ["gone", "damaged"])
async def test_a_picture_that_is_lost_is_named(paths: Paths, tmp_path: Path, how: str) -> None:
    picture = store(paths, jpeg(), "a.jpg")
    place = paths.picture(picture.sha256)
    if how == "gone":
        place.unlink()
    else:
        place.write_bytes(place.read_bytes() + b"!")
    file, notes = await save(paths, tmp_path, picture)
    assert file is None
    assert notes == [f"a.jpg is missing from the export: its file {_LOST[how]}."]


_LOST = {"gone": "is gone from the store", "damaged": "in the store is damaged"}


async def test_a_page_gets_a_small_picture_as_it_is_and_a_large_one_scaled(paths: Paths) -> None:
    content = jpeg()
    head, small = await data_url(paths, store(paths, content, "a.jpg"))
    assert (head, small.size) == ("data:image/jpeg;base64", (60, 40))
    assert not small.getexif().get(0x010F)
    large = store(paths, jpeg((4000, 1000)), "b.jpg")
    _, scaled = await data_url(paths, large)
    assert scaled.size == (PAGE_SIDE, PAGE_SIDE // 4)
    _, whole = await data_url(paths, large, is_whole=True)
    assert whole.size == (4000, 1000)


async def test_a_picture_that_lies_on_its_side_is_upright_in_a_page(paths: Paths) -> None:
    picture = store(paths, jpeg(orientation=6), "a.jpg", upright=False)
    _, drawn = await data_url(paths, picture)
    assert drawn.size == (40, 60)

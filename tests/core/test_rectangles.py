"""A rectangle of a picture has the pixels that the user sees there, however the file lies."""

from pathlib import Path

import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from seeshell.core.errors import ImageError
from seeshell.core.excerpt import Excerpt, Region
from seeshell.core.images import OpenedImage, opened_image
from seeshell.core.upright_rgb import stored_box, turn_upright

from .formats.made import LIMIT, icc_profile

SIZE = (48, 32)


def detail() -> Image.Image:
    """A picture whose every pixel differs from its neighbours."""
    picture = Image.new("RGB", SIZE)
    picture.putdata([(5 * (it % 48), 7 * (it // 48), it % 256) for it in range(48 * 32)])
    return picture


def cut(path: Path, region: Region) -> tuple[Image.Image, str]:
    with opened_image(path, LIMIT, excerpt=Excerpt(1, region)) as picture:
        return picture.upright_rgb(), picture.note


@given(
    orientation=st.integers(1, 8),
    place=st.tuples(st.integers(0, 47), st.integers(0, 31)),
    other=st.tuples(st.integers(0, 47), st.integers(0, 31)),
)
@settings(deadline=None)
def test_what_is_cut_before_turning_is_what_would_be_cut_afterwards(
    orientation: int, place: tuple[int, int], other: tuple[int, int]
) -> None:
    stored = detail()
    upright = turn_upright(stored, orientation)
    x, y = min(place[0], other[0]), min(place[1], other[1])
    wanted = Region(x, y, abs(place[0] - other[0]) + 1, abs(place[1] - other[1]) + 1)
    region = wanted.within(*upright.size)
    if region is None:
        return
    box = stored_box(region, upright.size, orientation)
    after = upright.crop((region.x, region.y, region.right, region.bottom))
    assert turn_upright(stored.crop(box), orientation).tobytes() == after.tobytes()


@pytest.mark.parametrize("orientation", [1, 3, 6, 7])
@pytest.mark.parametrize("form", ["PNG", "TIFF", "HEIF", "JPEG"])
def test_a_rectangle_counts_from_the_upright_top_left_corner(
    form: str, orientation: int, tmp_path: Path
) -> None:
    pillow_heif.register_heif_opener()
    exif = Image.Exif()
    exif[0x0112] = orientation
    exact = {"quality": 100, "subsampling": 0} if form == "JPEG" else {}
    if form == "HEIF":
        exact = {"quality": -1, "chroma": 444}
    detail().save(tmp_path / "it", form, exif=exif.tobytes(), **exact)
    with opened_image(tmp_path / "it", LIMIT) as picture:
        whole = picture.upright_rgb()
    region = Region(9, 4, 20, 12)
    part, note = cut(tmp_path / "it", region)
    assert part.size == (20, 12)
    assert part.tobytes() == whole.crop((9, 4, 29, 16)).tobytes()
    assert not note


@pytest.mark.parametrize("mode", ["CMYK", "L", "I;16", "P", "RGBA"])
def test_colours_of_a_rectangle_are_those_of_the_whole(mode: str, tmp_path: Path) -> None:
    picture = Image.linear_gradient("L").resize((64, 64))
    made = picture.convert("RGB").convert(mode) if mode in {"CMYK", "P"} else picture.convert(mode)
    if mode == "RGBA":
        made.putalpha(Image.linear_gradient("L").rotate(90).resize((64, 64)))
    profile = {"icc_profile": icc_profile(b"GRAY", 1.8)} if mode == "L" else {}
    made.save(tmp_path / "it", "TIFF", **profile)
    with opened_image(tmp_path / "it", LIMIT) as opened:
        whole = opened.upright_rgb()
    assert cut(tmp_path / "it", Region(3, 30, 40, 20))[0].tobytes() == (
        whole.crop((3, 30, 43, 50)).tobytes()
    )


def test_what_lies_outside_is_left_out_and_told(tmp_path: Path) -> None:
    detail().save(tmp_path / "it.png")
    part, note = cut(tmp_path / "it.png", Region(40, 30, 100, 100))
    assert part.tobytes() == detail().crop((40, 30, 48, 32)).tobytes()
    assert note == "of the rectangle 40,30,100,100 only 40,30,8,2 lies in it"
    with pytest.raises(
        ImageError,
        match=r"^it\.png has 48x32 pixels: no part of the rectangle 48,0,5,5 lies in it; choose ",
    ):
        cut(tmp_path / "it.png", Region(48, 0, 5, 5))


def shrink(path: Path, region: Region | None, side: int) -> tuple[Image.Image, OpenedImage]:
    with opened_image(path, LIMIT, excerpt=Excerpt(1, region)) as picture:
        small, size = picture.thumbnail(side, side)
        assert region is None or size == (region.width, region.height)
        return small, picture


def test_a_small_copy_is_decoded_as_far_as_its_rectangle_needs(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    picture = Image.new("RGB", (1600, 1200), "navy")
    picture.paste("orange", (800, 600, 1600, 1200))
    picture.save(path, quality=95)
    for region, fraction in [
        (None, 8),
        (Region(0, 0, 1600, 1200), 8),
        (Region(400, 300, 800, 600), 4),
        (Region(750, 550, 100, 100), 1),
    ]:
        small, opened = shrink(path, region, 50)
        assert opened.header.width <= 1600 // fraction
        assert max(small.size) == 50
        middle = small.width // 2
        assert small.getpixel((middle - 3, 3)) == small.getpixel((3, small.height - 3))
        corner = small.getpixel((small.width - 2, small.height - 2))
        assert isinstance(corner, tuple)
        assert corner[0] > 200

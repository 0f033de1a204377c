"""Pictures of every kind come out upright and RGB; a broken one is one sentence."""

import hashlib
import io
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from seeshell.core.errors import ImageError
from seeshell.core.formats.kinds import is_picture_name
from seeshell.core.images import ImageSize, hash_file, opened_image

from .formats.made import CHANGES, spoil

LIMIT = 1_000_000
FORMATS = ("jpg", "png", "webp", "gif", "avif", "tif", "bmp", "jp2", "qoi", "ppm", "heic")
CORNERS = ("red", "lime", "blue", "black")
UNDO = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def open_image(path: Path, max_pixels: int, *, name: str = "") -> Image.Image:
    with opened_image(path, max_pixels, name=name) as picture:
        return picture.upright_rgb()


def inspect_image(path: Path, max_pixels: int) -> ImageSize:
    with opened_image(path, max_pixels) as picture:
        return picture.look()[1]


def thumbnail(path: Path, max_width: int, max_height: int, max_pixels: int) -> Image.Image:
    with opened_image(path, max_pixels) as picture:
        small, size = picture.thumbnail(max_width, max_height)
    assert size == open_image(path, max_pixels).size
    return small


def upright() -> Image.Image:
    """A picture that looks different whichever way it is turned: four quarters, wider than high."""
    picture = Image.new("RGB", (64, 32))
    for index, colour in enumerate(CORNERS):
        picture.paste(colour, (32 * (index % 2), 16 * (index // 2), 64, 32))
    return picture


def save(picture: Image.Image, path: Path, **options: object) -> Path:
    if path.suffix == ".heic":
        pillow_heif.register_heif_opener()
        options |= {"quality": -1, "chroma": 444}
    picture.save(path, **options)
    return path


def is_like(picture: Image.Image, other: Image.Image, tolerance: int = 24) -> bool:
    """Whether the middles of the four quarters agree, whatever compression did to the edges."""
    width, height = other.size
    points = [(x * width // 4, y * height // 4) for x in (1, 3) for y in (1, 3)]
    colours = zip(map(picture.getpixel, points), map(other.getpixel, points), strict=True)
    return picture.size == other.size and all(
        abs(a - b) <= tolerance for one, two in colours for a, b in zip(one, two, strict=True)
    )


def png(width: int, height: int, rows: bytes) -> bytes:
    """A grey 1-bit PNG written by hand, so that a huge one takes no memory."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_is_decoded(suffix: str, tmp_path: Path) -> None:
    path = save(upright(), tmp_path / f"picture.{suffix}")
    picture = open_image(path, LIMIT)
    assert picture.mode == "RGB"
    assert is_like(picture, upright())
    assert inspect_image(path, LIMIT) == ImageSize(64, 32)
    assert thumbnail(path, 16, 16, LIMIT).size == (16, 8)
    assert is_picture_name(path.name)


def test_photoshop_files_are_decoded(tmp_path: Path) -> None:
    planes = b"".join(plane.tobytes() for plane in upright().split())
    header = b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, 32, 64, 8, 3)
    path = tmp_path / "picture.psd"
    path.write_bytes(header + bytes(12) + struct.pack(">H", 0) + planes)
    assert is_like(open_image(path, LIMIT), upright(), 0)


def test_the_first_frame_of_an_animation_counts(tmp_path: Path) -> None:
    for suffix in ("gif", "webp", "png", "tif"):
        path = tmp_path / f"film.{suffix}"
        upright().save(path, save_all=True, append_images=[Image.new("RGB", (64, 32), "white")])
        assert is_like(open_image(path, LIMIT), upright())


@pytest.mark.parametrize("orientation", UNDO)
@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif", "avif", "heic"])
def test_pictures_are_turned_upright_once(suffix: str, orientation: int, tmp_path: Path) -> None:
    stored = upright() if UNDO[orientation] is None else upright().transpose(UNDO[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    # HEIC is turned by a property of the file; pillow-heif writes it for EXIF given as bytes.
    path = save(stored, tmp_path / f"photo.{suffix}", exif=exif.tobytes())
    assert is_like(open_image(path, LIMIT), upright())
    assert inspect_image(path, LIMIT) == ImageSize(64, 32)
    assert is_like(thumbnail(path, 32, 32, LIMIT), upright().resize((32, 16)))


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
@pytest.mark.parametrize("exif", [b"Exif\0\0nonsense", b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12"])
def test_a_broken_exif_block_does_not_hide_the_picture(exif: bytes, tmp_path: Path) -> None:
    path = save(upright(), tmp_path / "photo.jpg", exif=exif)
    assert is_like(open_image(path, LIMIT), upright())


@pytest.mark.parametrize(
    ("mode", "colour", "suffix", "expected"),
    [
        ("1", 1, "png", (255, 255, 255)),
        ("L", 90, "png", (90, 90, 90)),
        ("LA", (0, 128), "png", (127, 127, 127)),
        ("LA", (0, 0), "tif", (255, 255, 255)),
        ("RGBA", (255, 0, 0, 0), "png", (255, 255, 255)),
        ("RGBA", (255, 0, 0, 128), "webp", (255, 127, 127)),
        ("RGBA", (255, 0, 0, 128), "heic", (255, 127, 127)),
        ("CMYK", (0, 255, 255, 0), "jpg", (255, 0, 0)),
        ("CMYK", (0, 255, 255, 0), "tif", (255, 0, 0)),
        ("YCbCr", (76, 85, 255), "jpg", (254, 0, 0)),
        ("I;16", 0x8080, "png", (128, 128, 128)),
        ("I;16", 0x8080, "tif", (128, 128, 128)),
        ("I", 0x8080, "tif", (128, 128, 128)),
        ("F", 0.5, "tif", (128, 128, 128)),
    ],
)
def test_every_mode_becomes_rgb_on_white(
    mode: str, colour: object, suffix: str, expected: tuple[int, ...], tmp_path: Path
) -> None:
    path = save(Image.new(mode, (16, 16), colour), tmp_path / f"picture.{suffix}")
    picture = open_image(path, LIMIT)
    assert picture.mode == "RGB"
    assert all(abs(a - b) <= 2 for a, b in zip(picture.getpixel((8, 8)), expected, strict=True))


def test_a_transparent_palette_becomes_white(tmp_path: Path) -> None:
    picture = Image.new("P", (16, 16), 1)
    picture.putpalette([255, 0, 0, 0, 0, 255])
    picture.paste(0, (0, 0, 8, 16))
    for suffix in ("png", "gif"):
        path = save(picture, tmp_path / f"icon.{suffix}", transparency=0)
        assert open_image(path, LIMIT).getpixel((2, 2)) == (255, 255, 255)
        assert open_image(path, LIMIT).getpixel((12, 2)) == (0, 0, 255)


def test_grey_values_beyond_16_bits_are_spread_from_darkest_to_brightest(tmp_path: Path) -> None:
    picture = Image.new("F", (16, 16), -5.0)
    picture.paste(2000.0, (8, 0, 16, 16))
    opened = open_image(save(picture, tmp_path / "scan.tif"), LIMIT)
    assert opened.getpixel((2, 2)) == (0, 0, 0)
    assert opened.getpixel((12, 2)) == (255, 255, 255)


def test_a_thumbnail_is_never_larger_than_the_picture(tmp_path: Path) -> None:
    assert thumbnail(save(upright(), tmp_path / "a.jpg"), 500, 500, LIMIT).size == (64, 32)


def test_a_thumbnail_resembles_the_whole_picture(tmp_path: Path) -> None:
    picture = Image.effect_noise((1200, 900), 60).convert("RGB").resize((2400, 1800))
    path = save(picture, tmp_path / "photo.jpg", quality=95)
    small = thumbnail(path, 200, 200, 10 * LIMIT)
    difference = ImageChops.difference(small, picture.resize((200, 150), Image.Resampling.LANCZOS))
    assert max(high for _, high in difference.getextrema()) < 40


def test_a_huge_picture_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(png(60_000, 60_000, b""))
    for read in (inspect_image, open_image):
        with pytest.raises(ImageError, match=r"^bomb\.png has 60000x60000 pixels, more than .*\.$"):
            read(path, LIMIT)


def test_only_the_given_limit_counts_and_pillow_keeps_its_own(tmp_path: Path) -> None:
    before = Image.MAX_IMAGE_PIXELS
    path = tmp_path / "map.png"
    path.write_bytes(png(13_400, 13_400, bytes((13_400 // 8 + 1) * 13_400)))
    assert before is not None
    assert 2 * before < 13_400**2
    assert inspect_image(path, 200_000_000) == ImageSize(13_400, 13_400)
    assert before == Image.MAX_IMAGE_PIXELS


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_picture_that_was_cut_off_is_refused(suffix: str, tmp_path: Path) -> None:
    path = save(Image.effect_noise((200, 200), 80).convert("RGB"), tmp_path / f"whole.{suffix}")
    cut = tmp_path / f"cut.{suffix}"
    cut.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    for read in (inspect_image, open_image):
        with pytest.raises(ImageError, match=rf"^cut\.{suffix} is damaged or cut off.*\.$"):
            read(cut, LIMIT)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"Dear diary, today I was no picture.", "is not a picture"),
        (b"%PDF-1.7 and so on and on", "is a PDF that is damaged"),
        (b"\x89PNG\r\n\x1a\n and then nothing sensible", "is damaged"),
        (b"\0\0\0\x18ftypheic and then nothing sensible", "is damaged"),
    ],
)
def test_what_is_no_picture_says_so(content: bytes, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "letter.jpg"
    path.write_bytes(content)
    with pytest.raises(ImageError, match=rf"^letter\.jpg {sentence}.*\.$"):
        inspect_image(path, LIMIT)


def test_what_is_no_file_says_so(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    for name, sentence in [
        ("missing.png", "does not exist"),
        (".", "is a folder"),
        ("pipe", "is not a regular file"),
        ("loop", "can't be opened"),
        ("x" * 300, "can't be opened"),
        ("nul\0byte.png", "can't be opened"),
    ]:
        with pytest.raises(ImageError, match=sentence):
            open_image(tmp_path / name, LIMIT)


@pytest.fixture
def no_privileges() -> Iterator[None]:
    """Permissions count for everyone but root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_file_that_may_not_be_read_says_so(tmp_path: Path, no_privileges: None) -> None:
    with pytest.raises(ImageError, match=r"may not be read; change its permissions\.$"):
        path = Path("/etc/shadow") if sys.platform == "linux" else save_unreadable(tmp_path)
        open_image(path, LIMIT)


def save_unreadable(folder: Path) -> Path:
    path = save(upright(), folder / "secret.png")
    path.chmod(0)
    return path


def test_errors_use_the_name_they_are_given(tmp_path: Path) -> None:
    path = tmp_path / ("0" * 64)
    path.write_bytes(b"no picture at all")
    with pytest.raises(ImageError, match=r"^holiday\.jpg is not a picture"):
        open_image(path, LIMIT, name="holiday.jpg")


@pytest.mark.parametrize("name", ["A.JPG", "b.HeIc", "d.e.PNG", "/a/b c.webp", "a.PDF", "b.mov"])
def test_suffixes_are_known_in_any_case(name: str) -> None:
    assert is_picture_name(name)


@pytest.mark.parametrize("name", ["a.txt", "jpg", ".jpg", "a.jpg.zip", "a.svg", ""])
def test_other_suffixes_are_not_offered(name: str) -> None:
    assert not is_picture_name(name)


def test_the_hash_is_that_of_the_bytes(tmp_path: Path) -> None:
    path = save(upright(), tmp_path / "a.png")
    assert hash_file(path) == hashlib.sha256(path.read_bytes()).hexdigest()
    with pytest.raises(ImageError, match="does not exist"):
        hash_file(tmp_path / "b.png")


def test_importing_registers_no_format_and_loads_no_decoder() -> None:
    program = (
        "import sys; from PIL import Image; before = dict(Image.OPEN); import seeshell.core.images;"
        "print(before == Image.OPEN, 'pillow_heif' in sys.modules, 'numpy' in sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert answer.stdout.split() == ["True", "False", "False"]


def encoded(suffix: str) -> bytes:
    stream = io.BytesIO()
    picture = Image.effect_noise((40, 30), 80).convert("RGB")
    if suffix == "heif":
        pillow_heif.from_pillow(picture).save(stream)
    else:
        picture.save(stream, suffix)
    return stream.getvalue()


WHOLE = {kind: encoded(kind) for kind in ("jpeg", "png", "gif", "webp", "tiff", "bmp", "heif")}


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from(sorted(WHOLE)),
    changes=CHANGES,
    kept=st.floats(0, 1),
)
def test_no_bytes_raise_anything_but_an_image_error(
    kind: str,
    changes: list[tuple[float, int]],
    kept: float,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.getbasetemp() / f"any.{kind}"
    path.write_bytes(spoil(WHOLE[kind], changes, kept))
    for read in (inspect_image, open_image):
        try:
            read(path, LIMIT)
        except ImageError as error:
            assert str(error).endswith(".")

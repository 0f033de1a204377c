"""Pictures are sent within the pixel budget, as what they claim to be."""

import base64
import io
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from seeshell.core.conversation import Attachment
from seeshell.core.engine.engine import PromptImage
from seeshell.core.engine.remote.picture_urls import PictureUrls, fit_pixel_budget
from seeshell.core.engine.remote.remote_engine import RemoteEngine
from seeshell.core.errors import ImageError
from seeshell.core.excerpt import Excerpt, Region
from seeshell.core.images import hash_file
from seeshell.core.pictures.workers import PictureWorkers

LIMIT = 100_000_000


LEFT, RIGHT = (Excerpt(region=Region(x, 0, 64, 64)) for x in (0, 64))

Send = Callable[..., Awaitable[tuple[str, Image.Image]]]


@pytest.fixture
def send(workers: PictureWorkers) -> Send:
    """Returns the media type and the picture inside the data URL."""

    async def make(path: Path, budget: int = 100) -> tuple[str, Image.Image]:
        urls = PictureUrls(budget, LIMIT, workers)
        url = await urls.find(PromptImage(path, hash_file(path), path.name))
        head, _, body = url.partition(";base64,")
        return head.removeprefix("data:"), Image.open(io.BytesIO(base64.b64decode(body)))

    return make


@pytest.mark.parametrize(
    ("size", "budget", "expected"),
    [
        ((4032, 3024), 1280, (1312, 960)),
        ((1024, 768), 1280, (1024, 768)),
        ((640, 480), 100, (352, 256)),
        ((100, 100), 1280, (96, 96)),
        ((1, 1), 1280, (32, 32)),
        ((20_000, 30), 100, (3200, 32)),
        ((30, 20_000), 7, (32, 224)),
    ],
)
def test_sizes_as_the_model_sees_them(
    size: tuple[int, int], budget: int, expected: tuple[int, int]
) -> None:
    assert fit_pixel_budget(*size, budget) == expected


@given(st.integers(1, 30_000), st.integers(1, 30_000), st.integers(1, 5000))
def test_no_picture_exceeds_the_budget(width: int, height: int, budget: int) -> None:
    fitted = fit_pixel_budget(width, height, budget)
    assert fitted.width % 32 == fitted.height % 32 == 0
    assert 1 <= fitted.width * fitted.height // 1024 <= budget


async def test_drawings_are_sent_without_loss(send: Send, tmp_path: Path) -> None:
    picture = Image.new("RGB", (256, 128), "white")
    picture.paste((200, 30, 40), (0, 0, 64, 64))
    picture.save(tmp_path / "drawing.bmp")
    media_type, sent = await send(tmp_path / "drawing.bmp")
    assert (media_type, sent.format) == ("image/png", "PNG")
    assert sent.tobytes() == picture.tobytes()


async def test_photographs_are_sent_as_jpeg(send: Send, tmp_path: Path) -> None:
    Image.effect_noise((1200, 900), 90).convert("RGB").save(tmp_path / "photo.png")
    media_type, sent = await send(tmp_path / "photo.png", 1280)
    assert (media_type, sent.format) == ("image/jpeg", "JPEG")
    assert sent.size == (1216, 896)


async def test_pictures_are_sent_upright(send: Send, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (320, 160), "red").save(tmp_path / "photo.jpg", exif=exif)
    _, sent = await send(tmp_path / "photo.jpg", 1280)
    assert sent.size == (160, 320)


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


async def test_a_picture_that_can_not_be_read_is_named(
    workers: PictureWorkers, tmp_path: Path
) -> None:
    path = write(tmp_path / "blob", b"no picture at all")
    with pytest.raises(ImageError, match=r"^beach\.jpg is not a picture"):
        await PictureUrls(100, LIMIT, workers).find(PromptImage(path, hash_file(path), "beach.jpg"))
    with pytest.raises(ImageError, match=r"^beach\.jpg has changed since it was attached"):
        await PictureUrls(100, LIMIT, workers).find(PromptImage(path, "0" * 64, "beach.jpg"))


async def test_attachments_are_measured_as_they_will_be_sent(workers: PictureWorkers) -> None:
    attachment = Attachment("0" * 64, "photo.jpg", 4032, 3024)
    measured = await RemoteEngine(1280, LIMIT, {}, workers).measure(attachment)
    changes = {"model_width": 1312, "model_height": 960, "tokens": 41 * 30}
    assert measured == msgspec.structs.replace(attachment, **changes)


async def test_a_picture_keeps_the_budget_that_it_was_sent_with(
    workers: PictureWorkers, tmp_path: Path
) -> None:
    path = tmp_path / "wide.png"
    Image.new("RGB", (640, 320), "red").save(path)
    urls = PictureUrls(1280, LIMIT, workers)
    picture = PromptImage(path, hash_file(path))
    whole, small, again = [
        await urls.find(replace(picture, pixel_budget=budget)) for budget in (0, 50, 0)
    ]
    assert whole == again != small
    engine = RemoteEngine(1280, LIMIT, {}, workers)
    measured = await engine.measure(Attachment("0" * 64, "w.png", 640, 320, pixel_budget=50))
    assert (measured.model_width, measured.model_height, measured.tokens) == (320, 160, 50)


async def test_excerpts_of_one_file_are_sent_as_what_they_are(
    workers: PictureWorkers, tmp_path: Path
) -> None:
    photo = Image.new("RGB", (128, 64), "red")
    photo.paste("blue", (64, 0, 128, 64))
    photo.save(tmp_path / "photo.png")
    whole = PromptImage(tmp_path / "photo.png", hash_file(tmp_path / "photo.png"))
    urls = PictureUrls(100, LIMIT, workers)
    sent = []
    for image in (whole, replace(whole, excerpt=LEFT), replace(whole, excerpt=RIGHT), whole):
        _, _, body = (await urls.find(image)).partition(";base64,")
        with Image.open(io.BytesIO(base64.b64decode(body))) as picture:
            sent.append((picture.size, picture.getpixel((0, 0)), picture.getpixel((63, 0))))
    red, blue = (255, 0, 0), (0, 0, 255)
    assert sent[:3] == [((128, 64), red, red), ((64, 64), red, red), ((64, 64), blue, blue)]
    assert sent[3] == sent[0]

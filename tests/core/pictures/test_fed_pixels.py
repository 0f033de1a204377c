"""What a model was given of a picture is shown as it was given, pixel by pixel."""

from pathlib import Path

import pytest
from PIL import Image

from seeshell.core.excerpt import WHOLE, Excerpt, Region
from seeshell.core.images import hash_file
from seeshell.core.pictures.jobs import Fed
from seeshell.core.pictures.workers import PictureWorkers
from seeshell.core.stored_pixels import WantedPixels

LIMIT = 10_000_000
CUT = Region(40, 20, 240, 160)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A noisy picture on its side: its EXIF data turns it upright, to 320 by 200."""
    path = tmp_path / "photo.png"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.effect_noise((200, 320), 80).convert("RGB").save(path, exif=exif)
    return path


async def given(workers: PictureWorkers, path: Path, fed: Fed) -> Image.Image:
    """Returns what the engine would read."""
    size = (fed.width, fed.height)
    wanted = WantedPixels(
        path, hash_file(path), path.name, LIMIT, lambda _width, _height: size, fed.excerpt
    )
    return await workers.read_pixels(wanted)


async def shown(
    workers: PictureWorkers, path: Path, excerpt: Excerpt, fed: Fed, pixels: int
) -> tuple[Image.Image, tuple[int, int]]:
    made, payload = await workers.shrink(path, pixels, "rgb", LIMIT, excerpt=excerpt, fed=fed)
    return Image.frombytes("RGB", made.payload_size, payload), made.size


@pytest.mark.parametrize("excerpt", [WHOLE, Excerpt(region=CUT)])
async def test_each_pixel_is_a_square_of_its_own(
    workers: PictureWorkers, photo: Path, excerpt: Excerpt
) -> None:
    fed = Fed(excerpt, 32, 20) if excerpt == WHOLE else Fed(excerpt, 24, 16)
    times = 10
    image, size = await shown(workers, photo, excerpt, fed, fed.width * fed.height * times * times)
    assert size == ((320, 200) if excerpt == WHOLE else (240, 160))
    expected = await given(workers, photo, fed)
    assert image.size == (fed.width * times, fed.height * times)
    assert image.tobytes() == expected.resize(image.size, Image.Resampling.NEAREST).tobytes()


async def test_a_part_is_cut_out_of_what_was_given(workers: PictureWorkers, photo: Path) -> None:
    fed = Fed(Excerpt(region=CUT), 24, 16)
    # The lower right quarter of that, in pixels of the file.
    part = Excerpt(region=Region(160, 100, 120, 80))
    image, size = await shown(workers, photo, part, fed, 120 * 80)
    assert size == (120, 80)
    quarter = (await given(workers, photo, fed)).crop((12, 8, 24, 16))
    assert image.size == (120, 80)
    assert image.tobytes() == quarter.resize((120, 80), Image.Resampling.NEAREST).tobytes()


async def test_what_has_no_room_is_made_smaller(workers: PictureWorkers, photo: Path) -> None:
    fed = Fed(WHOLE, 64, 40)
    image, size = await shown(workers, photo, WHOLE, fed, 16 * 10)
    assert (image.size, size) == ((16, 10), (320, 200))
    mean = sum(image.convert("L").tobytes()) / 160
    assert 110 < mean < 146

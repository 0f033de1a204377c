"""Copies of a picture look alike, other pictures do not."""

from collections.abc import Callable
from io import BytesIO
from itertools import combinations

import pytest
from PIL import Image, ImageEnhance

from seeshell.core.demo import SAMPLES_PATH
from seeshell.core.look import LOOK_SIDE, NO_LOOK, look_of, looks_alike

SAMPLES = sorted(SAMPLES_PATH.iterdir())
Change = Callable[[Image.Image], Image.Image]


def look(picture: Image.Image) -> int:
    side = (LOOK_SIDE, LOOK_SIDE)
    return look_of(picture.convert("L").resize(side, Image.Resampling.LANCZOS).tobytes())


def opened(index: int) -> Image.Image:
    return Image.open(SAMPLES[index]).convert("RGB")


def as_jpeg(picture: Image.Image) -> Image.Image:
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=40)
    return Image.open(buffer).convert("RGB")


def cut(picture: Image.Image) -> Image.Image:
    across, down = picture.width // 100, picture.height // 100
    return picture.crop((across, down, picture.width - across, picture.height - down))


CHANGES: dict[str, Change] = {
    "poor JPEG": as_jpeg,
    "a third": lambda it: it.resize((it.width // 3, it.height // 3)),
    "grey": lambda it: it.convert("L"),
    "less contrast": lambda it: ImageEnhance.Contrast(it).enhance(0.7),
    "edge cut off": cut,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_copies_look_alike(change: Change) -> None:
    for index in range(len(SAMPLES)):
        picture = opened(index)
        assert looks_alike(look(picture), look(change(picture))), SAMPLES[index].name


def test_different_pictures_do_not_look_alike() -> None:
    looks = [look(opened(index)) for index in range(len(SAMPLES))]
    assert not any(looks_alike(one, other) for one, other in combinations(looks, 2))


@pytest.mark.parametrize("brightness", [0, 7, 128, 255])
def test_a_picture_of_one_brightness_looks_like_nothing(brightness: int) -> None:
    plain = look_of(bytes([brightness]) * LOOK_SIDE**2)
    assert plain == NO_LOOK
    assert not looks_alike(plain, plain)


def test_a_look_fits_into_a_signed_number_of_64_bits() -> None:
    assert 0 < look(opened(0)) < 2**63

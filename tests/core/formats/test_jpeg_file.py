"""JPEG files whose last bytes are missing, and those that begin or end in other ways."""

import random
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from seeshell.core.errors import ImageError
from seeshell.core.images import opened_image

from .made import LIMIT, encoded, noise, quarters, read

SHORT = "the file lacks its last bytes"
PICTURE = noise(400, 300)
PHOTO = encoded(PICTURE, quality=90)
PROGRESSIVE = encoded(PICTURE, quality=90, progressive=True)
RESTARTING = encoded(PICTURE, quality=90, restart_marker_rows=1)
DRAWING = encoded(quarters(800, 600), quality=92)
END = b"\xff\xd9"

READ = {
    "without its end marker": (PHOTO[:-2], SHORT),
    "half its end marker": (PHOTO[:-1], SHORT),
    "ten bytes short": (PHOTO[:-12], SHORT),
    "a drawing without its end marker": (DRAWING[:-2], SHORT),
    "a drawing ten bytes short": (DRAWING[:-12], SHORT),
    "grey, without its end marker": (encoded(PICTURE.convert("L"))[:-2], SHORT),
    "for printers, without its end marker": (encoded(PICTURE.convert("CMYK"))[:-2], SHORT),
    "with restart markers, ten bytes short": (
        encoded(PICTURE, restart_marker_rows=1)[:-12],
        SHORT,
    ),
    "progressive, without its end marker": (PROGRESSIVE[:-2], SHORT),
    "progressive, ten bytes short": (PROGRESSIVE[:-12], SHORT),
    "flat grey, without its end marker": (encoded(Image.new("RGB", (90, 90), "gray"))[:-2], SHORT),
    "black, without its end marker": (encoded(Image.new("RGB", (90, 90)))[:-2], SHORT),
    "whole": (PHOTO, ""),
    "whole and progressive": (PROGRESSIVE, ""),
    "whole and optimised": (encoded(PICTURE, optimize=True, quality=30), ""),
    "with bytes behind its end": (PHOTO + bytes(5000) + b"SEFT", ""),
    "with zeros behind its end": (PHOTO + bytes(5000), ""),
    "ten bytes short, filled up with zeros": (PHOTO[:-12] + bytes(12), SHORT),
    "with another picture behind its end": (PHOTO + encoded(quarters()), ""),
    "with a line end before its start": (b"\r\n" + PHOTO, ""),
    "with a mark of byte order before its start": (b"\xef\xbb\xbf" + PHOTO, ""),
    "with its start marker twice": (b"\xff\xd8" + PHOTO, ""),
    "of several pictures": (encoded(PICTURE, "MPO", save_all=True, append_images=[PICTURE]), ""),
}


@pytest.mark.parametrize(("content", "said"), READ.values(), ids=READ)
def test_a_jpeg_is_read_if_next_to_nothing_of_the_picture_is_missing(
    content: bytes, said: str, tmp_path: Path
) -> None:
    picture, note = read(content, tmp_path)
    assert note == said
    with opened_image(tmp_path / "picture", LIMIT) as opened:
        small, size = opened.thumbnail(50, 50)
        assert (opened.note, size) == (said, picture.size)
    assert max(small.size) == 50


def test_a_jpeg_without_its_end_marker_shows_every_row(tmp_path: Path) -> None:
    whole, _ = read(PHOTO, tmp_path)
    picture, _ = read(PHOTO[:-2], tmp_path)
    assert ImageChops.difference(whole, picture).getbbox() is None


def _filled_up(content: bytes, parts: int) -> bytes:
    """Returns a file that is missing the last one of so many parts, at its full length."""
    return content[: len(content) * (parts - 1) // parts].ljust(len(content), b"\0")


REFUSED = {
    "half of it": PHOTO[: len(PHOTO) // 2],
    "nine tenths of it": PHOTO[: len(PHOTO) * 9 // 10],
    "its header alone": PHOTO[: PHOTO.index(b"\xff\xda") + 14],
    "half a drawing": DRAWING[: len(DRAWING) // 2],
    "half of a progressive one": PROGRESSIVE[: len(PROGRESSIVE) // 2],
    "a tenth of a progressive one": PROGRESSIVE[: len(PROGRESSIVE) // 10],
    "a progressive one without its last scan": PROGRESSIVE[: PROGRESSIVE.rindex(b"\xff\xda")],
    "half of a small one": encoded(noise(16, 16))[:-200],
    "half of it, filled up with zeros": _filled_up(PHOTO, 2),
    "half of it, filled up with many zeros": PHOTO[: len(PHOTO) // 2] + bytes(200_000),
    "half of one with restart markers, filled up with zeros": _filled_up(RESTARTING, 2),
    "nine tenths with restart markers, filled up with zeros": _filled_up(RESTARTING, 10),
    "nine tenths with restart markers and an error page": (
        RESTARTING[: len(RESTARTING) * 9 // 10] + b"<html>502 Bad Gateway</html>" * 20
    ),
    "half of a progressive one, filled up with zeros": _filled_up(PROGRESSIVE, 2),
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED)
def test_a_jpeg_of_which_more_is_missing_is_refused(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="damaged or cut off"):
        read(content, tmp_path)
    with (
        pytest.raises(ImageError, match="damaged or cut off"),
        opened_image(tmp_path / "picture", LIMIT) as picture,
    ):
        picture.thumbnail(50, 50)


def test_wherever_a_jpeg_is_cut_off_it_is_read_nearly_whole_or_refused(tmp_path: Path) -> None:
    lots = random.Random(3)
    for content in (PHOTO, DRAWING, PROGRESSIVE):
        whole, _ = read(content, tmp_path)
        for _ in range(12):
            cut = content[: lots.randrange(300, len(content))]
            try:
                picture, note = read(cut, tmp_path)
            except ImageError:
                continue
            assert note == SHORT
            upper = (0, 0, whole.width, whole.height // 2)
            difference = ImageChops.difference(whole.crop(upper), picture.crop(upper))
            assert max(high for _, high in difference.getextrema()) <= 48

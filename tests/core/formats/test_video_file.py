"""Frames of videos, taken evenly, are pictures."""

import struct
import sys
from pathlib import Path

import cv2
import numpy
import pytest
from PIL import Image

from seeshell.core.errors import ImageError
from seeshell.core.excerpt import Excerpt, Region
from seeshell.core.images import opened_image

LIMIT = 50_000_000
SIZE = (64, 48)


def film(folder: Path, frames: int, suffix: str = "mp4", codec: str = "mp4v") -> Path:
    """A video of ten frames a second that gets brighter from frame to frame."""
    path = folder / f"clip.{suffix}"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*codec), 10, SIZE)
    for index in range(frames):
        writer.write(numpy.full((SIZE[1], SIZE[0], 3), (0, 0, 50 + index), numpy.uint8))
    writer.release()
    return path


def read(path: Path, excerpt: Excerpt) -> tuple[Image.Image, str, int]:
    with opened_image(path, LIMIT, excerpt=excerpt) as picture:
        return picture.upright_rgb(), picture.note, picture.pages


@pytest.mark.parametrize(("suffix", "codec"), [("mp4", "mp4v"), ("avi", "MJPG"), ("mkv", "mp4v")])
def test_sixteen_frames_are_taken_evenly(suffix: str, codec: str, tmp_path: Path) -> None:
    path = film(tmp_path, 160, suffix, codec)
    for number, index, time in ((1, 5, "0:00"), (8, 75, "0:07"), (16, 155, "0:15")):
        picture, note, count = read(path, Excerpt(number))
        red, green, blue = picture.getpixel((30, 20))  # type: ignore[misc]
        assert abs(red - 50 - index) < 6
        assert max(green, blue) < 12
        assert (picture.size, note, count) == (SIZE, f"frame {number} of 16, at {time}", 16)


def test_of_a_short_video_every_frame_is_taken(tmp_path: Path) -> None:
    path = film(tmp_path, 3)
    for number in (1, 2, 3):
        picture, _, count = read(path, Excerpt(number))
        red = picture.getpixel((30, 20))[0]  # type: ignore[index]
        assert abs(red - 49 - number) < 6
        assert count == 3
    with pytest.raises(ImageError, match=r"^clip\.mp4 has 3 frames: there is no frame 4; "):
        read(path, Excerpt(4))


def test_a_rectangle_of_a_frame_and_a_small_copy_are_cut_from_it(tmp_path: Path) -> None:
    path = film(tmp_path, 20)
    excerpt = Excerpt(2, Region(10, 10, 20, 10))
    assert read(path, excerpt)[0].size == (20, 10)
    with opened_image(path, LIMIT, excerpt=excerpt) as picture:
        small, size = picture.thumbnail(10, 10)
    assert (small.size, size) == ((10, 5), (20, 10))


def test_a_video_is_turned_upright(tmp_path: Path) -> None:
    path = film(tmp_path, 5)
    content = path.read_bytes()
    # The matrix of the track's header, in 16.16 fixed point. Source: ISO/IEC 14496-12, 8.3.2.
    start = content.index(b"tkhd") + 44
    quarter = struct.pack(">9i", 0, 2**16, 0, -(2**16), 0, 0, SIZE[1] << 16, 0, 2**30)
    path.write_bytes(content[:start] + quarter + content[start + len(quarter) :])
    with opened_image(path, LIMIT) as picture:
        assert picture.header.size == (48, 64)
        assert picture.upright_rgb().size == (48, 64)


@pytest.mark.parametrize(
    "content",
    [
        b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41",
        b"\x1aE\xdf\xa3\x9fB\x86\x81\1",
        b"\0\0\0\x18ftypisom\0\0\0\0\0\0\0\0#EXTM3U\nfile:///etc/passwd\n",
    ],
)
def test_a_broken_video_is_one_sentence(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    with pytest.raises(ImageError, match=r"^clip\.mp4 is a video or .* attach that\.$"):
        read(path, Excerpt())


def test_a_video_without_opencv_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = film(tmp_path, 3)
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(ImageError, match=r"^clip\.mp4 is a video, and OpenCV, which reads these, "):
        read(path, Excerpt())

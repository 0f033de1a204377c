"""How much memory a picture takes is judged by its header: never too low, seldom far too high."""

import subprocess
import sys
from pathlib import Path

import cv2
import numpy
import pillow_heif
import pytest
from PIL import Image

from seeshell.core.excerpt import Excerpt
from seeshell.core.images import opened_image
from seeshell.core.pictures.memory import decoding_bytes, memory_limit

from ...patience import PATIENCE
from ..formats.made import cmyk_profile

SIZE = (5_000, 4_000)
LIMIT = 20_000_000
SLACK_BYTES = 40_000_000
"""Code that a decoder loads, buffers that do not grow with the picture, and the file's bytes."""

MEASURE = """
import sys
from pathlib import Path
from seeshell.core.excerpt import Excerpt
from seeshell.core.images import opened_image

def peak():
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024

with opened_image(Path(sys.argv[1]), 10**9, excerpt=Excerpt(int(sys.argv[2]))) as picture:
    before = peak()
    picture.upright_rgb()
print(peak() - before)
"""


def save(mode: str, path: Path, **options: object) -> Path:
    if path.suffix == ".heic":
        pillow_heif.register_heif_opener()
    Image.new(mode, SIZE).save(path, **options)
    return path


TURNED = Image.Exif()
TURNED[274] = 6

FILES: dict[str, tuple[str, str, dict[str, object]]] = {
    "photograph": ("RGB", "jpg", {}),
    "progressive photograph": ("RGB", "jpg", {"progressive": True, "subsampling": 0}),
    "printer's photograph": ("CMYK", "jpg", {"progressive": True}),
    "printer's photograph with a profile": ("CMYK", "jpg", {"icc_profile": cmyk_profile()}),
    "drawing": ("RGB", "png", {}),
    "drawing with a clear colour": ("RGB", "png", {"transparency": (0, 0, 0)}),
    "transparent drawing": ("RGBA", "png", {}),
    "transparent grey": ("LA", "png", {}),
    "transparent palette": ("P", "png", {"transparency": 0}),
    "turned photograph": ("RGB", "jpg", {"exif": TURNED}),
    "turned grey": ("L", "png", {"exif": TURNED}),
    "turned transparent drawing": ("RGBA", "png", {"exif": TURNED}),
    "line": ("1", "png", {}),
    "scan": ("I;16", "png", {}),
    "TIFF": ("RGB", "tif", {}),
    "compressed TIFF": ("RGBA", "tif", {"compression": "tiff_lzw"}),
    "floating TIFF": ("F", "tif", {}),
    "HEIC": ("RGB", "heic", {"enc_params": {"preset": "ultrafast"}}),
    "transparent HEIC": ("RGBA", "heic", {"enc_params": {"preset": "ultrafast"}}),
    "AVIF": ("RGB", "avif", {"speed": 10}),
    "WebP": ("RGB", "webp", {"method": 0}),
    "transparent WebP": ("RGBA", "webp", {"method": 0}),
    "GIF": ("P", "gif", {}),
    "BMP": ("RGB", "bmp", {}),
    "JPEG 2000": ("RGB", "jp2", {}),
    "QOI": ("RGB", "qoi", {}),
}


@pytest.mark.skipif(sys.platform != "linux", reason="measured through /proc")
@pytest.mark.parametrize(("mode", "suffix", "options"), FILES.values(), ids=FILES)
def test_decoding_takes_no_more_than_the_header_lets_expect(
    tmp_path: Path, mode: str, suffix: str, options: dict[str, object]
) -> None:
    assert_expected(save(mode, tmp_path / f"picture.{suffix}", **options), 1)


@pytest.mark.skipif(sys.platform != "linux", reason="measured through /proc")
@pytest.mark.parametrize(
    ("mode", "suffix", "options"),
    [
        ("P", "gif", {"disposal": 2}),
        ("RGB", "png", {"compress_level": 1}),
        ("RGB", "pdf", {"resolution": 200}),
    ],
)
def test_later_frames_and_pages_take_no_more_either(
    tmp_path: Path, mode: str, suffix: str, options: dict[str, object]
) -> None:
    second = Image.new(mode, SIZE, 1)
    path = save(mode, tmp_path / f"a.{suffix}", save_all=True, append_images=[second], **options)
    assert_expected(path, 2)


@pytest.mark.skipif(sys.platform != "linux", reason="measured through /proc")
def test_a_frame_of_a_video_takes_no_more_either(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), 10, (3840, 2160))
    for index in range(2):
        writer.write(numpy.full((2160, 3840, 3), index, numpy.uint8))
    writer.release()
    assert_expected(path, 2)


def assert_expected(path: Path, page: int) -> None:
    command = [sys.executable, "-c", MEASURE, str(path), str(page)]
    done = subprocess.run(command, capture_output=True, check=True, timeout=PATIENCE)
    with opened_image(path, LIMIT, excerpt=Excerpt(page)) as picture:
        expected = decoding_bytes(picture.header, picture.frame)
    taken = int(done.stdout)
    assert taken <= expected + SLACK_BYTES
    # Of three copies of the pixels, a picture that is not turned or packed takes but one.
    assert expected <= 3 * taken + SLACK_BYTES
    assert expected <= memory_limit(LIMIT)

"""How much memory a picture takes is judged by its header: never too low, seldom far too high."""

import subprocess
import sys
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image

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
from seeshell.core.images import opened_image

def peak():
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024

with opened_image(Path(sys.argv[1]), 10**9) as picture:
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
    "HEIC": ("RGB", "heic", {}),
    "transparent HEIC": ("RGBA", "heic", {}),
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
    path = save(mode, tmp_path / f"picture.{suffix}", **options)
    command = [sys.executable, "-c", MEASURE, str(path)]
    done = subprocess.run(command, capture_output=True, check=True, timeout=PATIENCE)
    with opened_image(path, LIMIT) as picture:
        expected = decoding_bytes(picture.header)
    taken = int(done.stdout)
    assert taken <= expected + SLACK_BYTES
    # Of three copies of the pixels, a picture that is not turned or packed takes but one.
    assert expected <= 3 * taken + SLACK_BYTES
    assert expected <= memory_limit(LIMIT)

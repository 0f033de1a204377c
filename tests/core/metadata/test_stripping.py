"""Files without metadata: what was noted is gone, the pixels are the very same."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import ExifTags, Image, ImageCms, ImageOps, PngImagePlugin

from seeshell.core.metadata import opened_stripped

SECRETS = (b"Secret Street", b"SecretCam", b"secret comment", b"GPS", b"2001:02:03")
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description xmlns:tiff="t" photoshop:City="Secret '
    b'Street" tiff:Orientation="8"/></x:xmpmeta>'
)


def picture() -> Image.Image:
    """Has no two rows and no two columns alike."""
    image = Image.new("RGB", (48, 32))
    image.putdata([(5 * x, 7 * y, x * y % 256) for y in range(32) for x in range(48)])
    return image


def exif(orientation: int | None = 6) -> Image.Exif:
    noted = Image.Exif()
    if orientation:
        noted[ExifTags.Base.Orientation] = orientation
    noted[ExifTags.Base.Model] = "SecretCam"
    noted[ExifTags.Base.DateTime] = "2001:02:03 04:05:06"
    noted.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (52.0, 31.0, 12.0)
    noted.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSMapDatum] = "Secret Street GPS"
    return noted


def profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def strip(path: Path) -> tuple[bytes, str]:
    with opened_stripped(path) as stripped:
        assert stripped is not None
        content = b"".join(stripped.chunks())
        assert len(content) == stripped.size
        return content, stripped.suffix


def upright(content: bytes) -> Image.Image:
    with Image.open(io.BytesIO(content)) as image:
        return ImageOps.exif_transpose(image).convert("RGB")


def png_texts() -> PngImagePlugin.PngInfo:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", "secret comment")
    texts.add_text("Place", "Secret Street", zip=True)
    texts.add_itxt("XML:com.adobe.xmp", XMP.decode())
    return texts


SAVED: dict[str, Callable[[Path], None]] = {
    "plain.jpg": lambda to: picture().save(
        to, "JPEG", exif=exif(), comment=b"secret comment", icc_profile=profile(), xmp=XMP
    ),
    "progressive.jpg": lambda to: picture().save(to, "JPEG", exif=exif(3), progressive=True),
    "restarts.jpg": lambda to: picture().save(to, "JPEG", exif=exif(5), restart_marker_rows=1),
    "xmp.jpg": lambda to: picture().save(to, "JPEG", exif=exif(None), xmp=XMP),
    "grey.jpg": lambda to: picture().convert("L").save(to, "JPEG", exif=exif(1)),
    "cmyk.jpg": lambda to: picture().convert("CMYK").save(to, "JPEG", exif=exif(2)),
    "plain.png": lambda to: picture().save(
        to, "PNG", exif=exif(), pnginfo=png_texts(), icc_profile=profile()
    ),
    "palette.png": lambda to: picture().quantize(8).save(to, "PNG", pnginfo=png_texts()),
    "animated.png": lambda to: picture().save(
        to, "PNG", save_all=True, append_images=[picture().rotate(180)], pnginfo=png_texts()
    ),
    "lossy.webp": lambda to: picture().save(to, "WEBP", exif=exif(), xmp=XMP),
    "lossless.webp": lambda to: picture().save(
        to, "WEBP", lossless=True, exif=exif(7), icc_profile=profile()
    ),
    "animated.webp": lambda to: picture().save(
        to, "WEBP", save_all=True, append_images=[picture().rotate(180)], exif=exif(1)
    ),
    "simple.webp": lambda to: picture().save(to, "WEBP"),
    "plain.gif": lambda to: picture().save(to, "GIF", comment=b"secret comment"),
    "animated.gif": lambda to: picture().save(
        to,
        "GIF",
        save_all=True,
        append_images=[picture().rotate(180)],
        loop=3,
        comment=b"secret comment",
    ),
}


@pytest.mark.parametrize("name", SAVED)
def test_what_was_noted_is_gone_and_every_pixel_stays(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    SAVED[name](path)
    before = path.read_bytes()
    content, suffix = strip(path)

    assert suffix == path.suffix
    assert not [secret for secret in SECRETS if secret in content]
    assert upright(content).tobytes() == upright(before).tobytes()
    with Image.open(io.BytesIO(content)) as after, Image.open(path) as first:
        assert set(after.getexif()) <= {ExifTags.Base.Orientation}
        assert not after.getexif().get_ifd(ExifTags.IFD.GPSInfo)
        assert not {"comment", "xmp", "XML:com.adobe.xmp", "Place"} & set(after.info)
        assert after.info.get("icc_profile") == first.info.get("icc_profile")
        assert getattr(after, "n_frames", 1) == getattr(first, "n_frames", 1)
        assert after.info.get("loop") == first.info.get("loop")


def test_what_stands_behind_a_jpeg_goes_with_all_that_is_noted_in_it(tmp_path: Path) -> None:
    path = tmp_path / "film.mpo"
    picture().save(path, "MPO", save_all=True, append_images=[picture()], exif=exif())
    path.write_bytes(path.read_bytes() + b"ftypmp42 Secret Street")
    content, _ = strip(path)
    with Image.open(io.BytesIO(content)) as after:
        assert (after.format, getattr(after, "n_frames", 1)) == ("JPEG", 1)
    assert content.endswith(b"\xff\xd9")
    assert b"Secret" not in content


def test_the_thumbnail_of_a_jpeg_goes(tmp_path: Path) -> None:
    path = tmp_path / "thumbnail.jpg"
    picture().save(path, "JPEG")
    plain = path.read_bytes()
    pixels = b"Secret Street" * 3
    head = b"JFIF\0\1\1\0\0\1\0\1" + bytes((13, 1)) + pixels
    body = plain[4 + int.from_bytes(plain[4:6]) :]
    path.write_bytes(b"\xff\xd8\xff\xe0" + struct.pack(">H", len(head) + 2) + head + body)
    content, _ = strip(path)
    assert content == plain


def test_a_text_that_is_exif_says_which_way_is_up(tmp_path: Path) -> None:
    path = tmp_path / "raw.png"
    block = exif(8).tobytes()
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Raw profile type exif", f"\nexif\n{len(block):8}\n{block.hex()}\n", zip=True)
    picture().save(path, "PNG", pnginfo=texts)
    content, _ = strip(path)
    assert upright(content).tobytes() == picture().transpose(Image.Transpose.ROTATE_90).tobytes()


def test_a_cut_off_jpeg_stays_as_far_as_it_came(tmp_path: Path) -> None:
    path = tmp_path / "short.jpg"
    picture().save(path, "JPEG", exif=exif(1))
    path.write_bytes(path.read_bytes()[:-20])
    content, _ = strip(path)
    assert b"SecretCam" not in content
    assert content[-20:] == path.read_bytes()[-20:]


def cut_off(name: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        SAVED[name](path)
        path.write_bytes(path.read_bytes()[:200])

    return write


def as_apple(path: Path) -> None:
    picture().save(path, "PNG")
    body = b"\x50\x00\x20\x02"
    chunk = struct.pack(">I", 4) + b"CgBI" + body + struct.pack(">I", zlib.crc32(b"CgBI" + body))
    plain = path.read_bytes()
    path.write_bytes(plain[:8] + chunk + plain[8:])


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.bmp", lambda to: picture().save(to, "BMP")),
        ("a.tif", lambda to: picture().save(to, "TIFF")),
        ("apple.png", as_apple),
        ("cut.png", cut_off("plain.png")),
        ("cut.webp", cut_off("lossless.webp")),
        ("cut.gif", cut_off("plain.gif")),
        ("cut.jpg", cut_off("plain.jpg")),
        ("sound.wav", lambda to: to.write_bytes(b"RIFF\4\0\0\0WAVE")),
    ],
)
def test_what_can_not_be_taken_apart_is_left_to_others(
    tmp_path: Path, name: str, write: Callable[[Path], object]
) -> None:
    path = tmp_path / name
    write(path)
    with opened_stripped(path) as stripped:
        assert stripped is None

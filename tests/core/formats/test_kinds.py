"""The content of a file tells what it is; its name counts for nothing."""

import io
import zipfile
from pathlib import Path

import pillow_heif
import pytest

from seeshell.core.errors import ImageError
from seeshell.core.formats.kinds import is_picture_file, is_picture_start

from .made import encoded, quarters, read

FORMS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF", "TIFF", "BMP", "JPEG2000", "QOI", "PPM", "HEIF")


def office(name: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, "<xml/>")
    return stream.getvalue()


STRANGERS = {
    "an SVG drawing": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "an SVG drawing behind its kind": b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- by --><svg/>',
    "a web page": b"<!DOCTYPE html><html><svg></svg></html>",
    "a web page of an error": b"  <html><body>404</body></html>",
    "a sound file": b"\0\0\0\x20ftypM4A \0\0\0\0M4A ",
    "a JPEG XL file": b"\xff\x0a\xfa\x7f\1\x90",
    "an office document": office("word/document.xml"),
    "an office document of old": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "an archive": office("IMG_0001.jpg"),
    "a PostScript file": b"%!PS-Adobe-3.0 EPSF-3.0",
    "what macOS keeps beside one": b"\0\5\x16\7\0\2\0\0Mac OS X",
    "a property list": b"bplist00\xd4\1\2",
    "a Git LFS pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:0",
    "an icon file": b"\0\0\1\0\1\0\x10\x10",
    "a DICOM file": bytes(128) + b"DICM",
    "a file of high dynamic range": b"\x76\x2f\x31\1\2\0\0\0",
    "a file of zeros": bytes(4096),
}


@pytest.mark.parametrize(("what", "content"), STRANGERS.items(), ids=STRANGERS)
@pytest.mark.parametrize("name", ["it.jpg", "it.png", "it"])
def test_what_is_no_picture_is_named_with_the_way_out(
    what: str, content: bytes, name: str, tmp_path: Path
) -> None:
    with pytest.raises(ImageError) as refused:
        read(content, tmp_path, name)
    kind, _, _ = what.partition(" of old")
    kind = kind.split(" behind ")[0].split(" of a ")[0].split(" of an ")[0]
    sentence = str(refused.value)
    assert sentence.startswith(f"{name} is not a picture that can be read but {kind}")
    assert sentence.endswith(".")
    assert not is_picture_file(tmp_path / name)


def test_what_can_not_be_named_is_refused_with_the_kinds_that_can_be_read(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"^it is not a picture that can be read; use JPEG, PNG,"):
        read(b"Dear diary", tmp_path, "it")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["IMG_0001", "notes.txt", "wrong.bmp", "page.pdf"])
def test_a_picture_is_known_and_read_under_any_name(form: str, name: str, tmp_path: Path) -> None:
    pillow_heif.register_heif_opener()
    picture, _ = read(encoded(quarters(), form), tmp_path, name)
    assert picture.size == (64, 32)
    assert is_picture_file(tmp_path / name)


MOVING_OR_PRINTED = {
    "PDF": b"%PDF-1.4\n1 0 obj<<>>endobj",
    "PDF behind a line": b"\n\n%PDF-1.7",
    "video": b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41",
    "video of a telephone": b"\0\0\0\x14ftypqt  \0\0\0\0qt  ",
    "video of Windows": b"RIFF\x24\0\0\0AVI LIST",
    "video of the web": b"\x1aE\xdf\xa3\x9fB\x86\x81\1",
    "video without its kind": b"\0\0\0\x08wide\0\1\0\0mdat",
}


@pytest.mark.parametrize("start", MOVING_OR_PRINTED.values(), ids=MOVING_OR_PRINTED)
def test_pages_and_videos_are_known_by_their_first_bytes(start: bytes) -> None:
    assert is_picture_start(start.ljust(32))


@pytest.mark.parametrize(
    "start",
    [
        b"BMW is a car, and so is this",
        b"II think so",
        b"P4ssword",
        b"RIFF....WAVE",
        b"",
        b"The free press",
    ],
)
def test_words_that_begin_like_a_picture_are_none(start: bytes) -> None:
    assert not is_picture_start(start.ljust(32))

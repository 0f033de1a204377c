"""What kind of file it is, told from its first bytes: a picture, or something else with a name."""

import re
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from ..errors import ImageError
from ..regular_files import open_regular

START_BYTES: Final = 4096
"""Bytes from a file's start that tell its kind."""

_SHORT_START_BYTES: Final = 32

_SUFFIXES: Final = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".apng", ".heic", ".heif", ".hif"}
    | {".webp", ".gif", ".avif", ".tif", ".tiff", ".bmp", ".dib", ".jp2", ".j2k", ".jpx"}
    | {".psd", ".qoi", ".ppm", ".pgm", ".pbm", ".pnm"}
    | {".dng", ".nef", ".nrw", ".arw", ".sr2", ".cr2", ".cr3", ".raf", ".orf", ".rw2", ".rwl"}
    | {".pef", ".srw", ".3fr", ".fff", ".iiq", ".erf", ".mos"}
    | {".pdf", ".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".3gp", ".mpg", ".mpeg"}
)

_PICTURE: Final = re.compile(
    rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|GIF8[79]a|RIFF....WEBP|8BPS\0\x01|qoif|P[1-6][\s#]"
    rb"|BM....\0\0\0\0....[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0"
    rb"|II\*\0|MM\0\*|IIR[OS]|MMOR|IIU\0|FUJIFILMCCD-RAW "
    rb"|....ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1|mif2|avi[fs]|crx )"
    rb"|\0\0\0\x0cjP  \r\n\x87\n|\xff\x4f\xff\x51|[\0\s\xef\xbb\xbf]{0,16}%PDF-\d",
    re.DOTALL,
)

_PDF: Final = re.compile(rb".{0,1000}?%PDF-", re.DOTALL)
"""Some printers' programs put a head of their own before it."""

_VIDEO: Final = re.compile(
    rb"....ftyp(?!M4[AB] )|[\0-\x07]...(?:moov|mdat|wide|free|skip)|RIFF....AVI "
    rb"|\x1aE\xdf\xa3|FLV\x01|\0\0\x01\xba",
    re.DOTALL,
)


class _Stranger(NamedTuple):
    """A kind of file that is no picture that can be read."""

    start: re.Pattern[bytes]
    what: str
    advice: str


def _stranger(start: bytes, what: str, advice: str) -> _Stranger:
    return _Stranger(re.compile(start, re.DOTALL | re.IGNORECASE), what, advice)


_EXPORT: Final = "export it as PNG or JPEG and attach that."
_UNPACK: Final = "unpack it and attach the picture in it."
_ADVICE: Final = "use JPEG, PNG, HEIC, WebP, GIF, AVIF, TIFF or PDF."

_STRANGERS: Final = (
    _stranger(
        rb"[^<]{0,64}(?:<\?xml[^>]*>\s*)?<(?:!doctype html|html|head|body)",
        "a web page",
        "save the picture itself and attach that.",
    ),
    _stranger(rb"[^<]{0,64}<(?:svg|[?!].*<svg)", "an SVG drawing", _EXPORT),
    _stranger(
        rb"....ftypM4[AB] |ID3|fLaC|OggS|RIFF....WAVE|\xff[\xfb\xf3\xf2]", "a sound file", _ADVICE
    ),
    _stranger(
        rb"\xff\x0a|\0\0\0\x0cJXL \r\n\x87\n",
        "a JPEG XL file",
        "convert it to JPEG or PNG (`djxl` does) and attach that.",
    ),
    _stranger(
        rb"PK\x03\x04.*(?:\[Content_Types\]|word/|ppt/|xl/|opendocument)|\xd0\xcf\x11\xe0",
        "an office document",
        "export the page as PNG or JPEG and attach that.",
    ),
    _stranger(rb"PK\x03\x04|\x1f\x8b|7z\xbc\xaf|Rar!", "an archive", _UNPACK),
    _stranger(rb"%!PS|\xc5\xd0\xd3\xc6", "a PostScript file", _EXPORT),
    _stranger(
        rb"\0\x05\x16\x07",
        "what macOS keeps beside one (AppleDouble)",
        "attach the file of the same name without `._`.",
    ),
    _stranger(
        rb"bplist00",
        "a property list",
        "if iCloud keeps the picture, open it once in Finder, so that it is downloaded.",
    ),
    _stranger(
        rb"version https://git-lfs",
        "a Git LFS pointer",
        "fetch the picture with `git lfs pull`.",
    ),
    _stranger(rb"\0\0[\x01\x02]\0[^\0]|icns", "an icon file", _EXPORT),
    _stranger(rb".{128}DICM", "a DICOM file", _EXPORT),
    _stranger(rb"\x76\x2f\x31\x01|#\?RADIANCE", "a file of high dynamic range", _EXPORT),
    _stranger(rb"\0{64}", "a file of zeros", "copy it again from its source."),
)
"""The first that matches counts: some starts are the beginning of others."""


def is_picture_name(name: str) -> bool:
    """Whether the file name ends like a picture, PDF or video that can be read, in any case."""
    return Path(name).suffix.lower() in _SUFFIXES


def is_pdf_start(start: bytes) -> bool:
    """Whether a file that starts with these bytes is a PDF, as far as no decoder claims it."""
    return _PDF.match(start) is not None


def is_video_start(start: bytes) -> bool:
    """Whether a file that starts with these bytes is a video, as far as no decoder claims it."""
    return _VIDEO.match(start) is not None


def is_picture_start(start: bytes) -> bool:
    """Whether a file that starts with these bytes looks like something whose picture can be read.

    Args:
        start: at least 32 bytes of it, or the whole file.
    """
    return bool(_PICTURE.match(start) or _VIDEO.match(start))


def is_picture_file(path: Path) -> bool:
    """Whether a file that can be read begins like a picture; blocks."""
    return is_picture_start(_read_start(path))


def _read_start(path: Path) -> bytes:
    """Returns the first bytes of a file; none if it can't be read."""
    with suppress(ImageError, OSError), open_regular(path, path.name) as file:
        return file.read(_SHORT_START_BYTES)
    return b""


def refuse_stranger(name: str, start: bytes) -> str:
    """Returns the sentence for a file that no decoder claims.

    Args:
        name: what the sentence calls the file.
        start: its first `START_BYTES`.
    """
    for kind in _STRANGERS:
        if kind.start.match(start):
            return f"{name} is not a picture that can be read but {kind.what}: {kind.advice}"
    return f"{name} is not a picture that can be read; {_ADVICE}"

"""Sound files that Pillow refuses or shows wrongly: named, so that none is taken for damaged."""

from typing import BinaryIO, Final

from .tiff_directories import Tags, read_directories

_WIDTH, _BITS, _COMPRESSION, _PHOTOMETRIC, _PLANES = 256, 258, 259, 262, 284
_WEBP: Final = 50001

_NAMES: Final = {"JPEG2000": "JPEG 2000"}

_CODESTREAM: Final = b"\xff\x4f\xff\x51"
_COLOURS_AT: Final = 36
"""Where behind these bytes stands how many colours there are; every third byte that follows has the
bits of one. Source: ISO/IEC 15444-1, A.5.1."""


def find_misread(image_format: str, start: bytes, tags: Tags) -> str:
    """Returns why Pillow would show wrong pixels, or none, of a file whose header it takes.

    Args:
        image_format: as Pillow calls it.
        start: the file's first bytes.
        tags: of the page that is wanted, if it is a TIFF file.
    """
    if image_format == "JPEG2000":
        _, _, codestream = start.partition(_CODESTREAM)
        colours = int.from_bytes(codestream[_COLOURS_AT : _COLOURS_AT + 2])
        bits = codestream[_COLOURS_AT + 2 : _COLOURS_AT + 2 + 3 * colours : 3]
        is_deep = colours > 2 and any(more & 127 >= 8 for more in bits)
        return "colours of more than 8 bits" if is_deep else ""
    if image_format != "TIFF":
        return ""
    depth = max(tags.get(_BITS, ()), default=1)
    compression = tags.get(_COMPRESSION, (1,))
    if tags.get(_PLANES) == (2,) and depth > 8 and compression == (1,):
        return "colours of 16 bits in planes of their own"
    if tags.get(_PHOTOMETRIC) == (0,) and depth > 8:
        return "16 bits of which 0 is white"
    return "packed as WebP" if compression == (_WEBP,) else ""


def is_sound_tiff(file: BinaryIO) -> bool:
    """Whether a file that no decoder takes is a TIFF file all the same, of a rare kind."""
    return _WIDTH in next(read_directories(file), {})


def refuse_misread(name: str, image_format: str, why: str = "") -> str:
    """Returns the sentence for such a file."""
    kind = f"a {_NAMES.get(image_format, image_format)} file of a kind that can't be read here"
    return f"{name} is {kind}{why and f' ({why})'}; export it as PNG or JPEG and attach that."

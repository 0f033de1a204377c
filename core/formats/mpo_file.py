"""JPEG files that hold several pictures (MPO): where each of them begins.

Telephones put maps of brightness and depth behind their photographs in the same way, cameras small
copies: these are no pictures of their own.
"""

from PIL import ImageFile

_ENTRIES = 0xB002
_OF_ITS_OWN = "Multi-Frame Image"
"""What Pillow calls the types of pictures that stand beside the first: views and panoramas."""


def find_pictures(header: ImageFile.ImageFile) -> list[int]:
    """Returns the numbers of the pictures as Pillow counts them; the first one is 0."""
    entries = getattr(header, "mpinfo", {}).get(_ENTRIES, ())
    types = [entry["Attribute"]["MPType"] for entry in entries]
    return [0, *(it for it, of in enumerate(types) if it and of.startswith(_OF_ITS_OWN))]


def find_offset(header: ImageFile.ImageFile, picture: int) -> int:
    """Returns where a picture begins, in bytes from the first one; the header is spent then.

    Raises:
        Exception: nearly any, of the decoder, if there is no picture.
    """
    header.seek(picture)
    offset: int = getattr(header, "offset", 0)
    return offset

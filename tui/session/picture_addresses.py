"""Addresses of pictures on the web, in text that was pasted or typed into the prompt. Pure.

What counts has a picture's suffix behind its last slash: any other address is talked about, and
goes to the model as text.
"""

import re
from pathlib import Path
from typing import Final, NamedTuple

from ...core.errors import ImageError
from ...core.excerpt import read_named
from ...core.formats.kinds import is_picture_name
from ...core.web.address import read_address
from .draft import DraftPicture

_ADDRESS: Final = re.compile(r"https?://[^\s<>\"'`\\^{|}]+", re.IGNORECASE)
_TRAILING: Final = ".,;:!?)]}>*_"
"""What a sentence may put behind an address."""


class NamedAddress(NamedTuple):
    """An address in a text."""

    pictures: list[DraftPicture]
    label: str
    """Stands for them in a sentence."""
    end: int
    """Where the address ends."""


def address_at(text: str, start: int) -> NamedAddress | None:
    """Returns the address of a picture that begins at a place; None if none does."""
    match = _ADDRESS.match(text, start)
    if match is None:
        return None
    written = match[0].rstrip(_TRAILING)
    try:
        pictures = read_addresses(written)
    except ImageError:
        return None
    if not is_picture_name(pictures[0].path.name):
        return None
    return NamedAddress(pictures, pictures[0].path.name, start + len(written))


def read_addresses(written: str) -> list[DraftPicture]:
    """Returns the pictures of an address, with or without pages or a rectangle behind it.

    Raises:
        ImageError: it can't be asked for, or a page or a rectangle makes no sense.
    """
    named = read_named(written, lambda _path: False)
    name = read_address(named[0].path).name
    return [DraftPicture(Path(name), excerpt=it.excerpt, address=it.path) for it in named]

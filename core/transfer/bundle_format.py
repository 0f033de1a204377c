"""What a bundle consists of, and how much it may hold.

    manifest.json               what it is, and which program made it
    conversations/UUID.json     a `KeptConversation`
    pictures/SHA256             a picture's file, byte by byte

A bundle is a zip file in which nothing is compressed: the same conversations give the same bytes
everywhere, and no small bundle can grow into a large one.
"""

import re
from typing import Final, Literal

from msgspec import Struct

SUFFIX: Final = ".seeshell"

MANIFEST: Final = "manifest.json"

VERSION: Final = 1
"""Of the format; a bundle of a higher one is refused."""

MOST_FILES: Final = 250_000
MOST_DIRECTORY_BYTES: Final = 32 * 2**20
"""Of the list of its files, which is read as a whole."""
MOST_MANIFEST_BYTES: Final = 2**16
MOST_CONVERSATION_BYTES: Final = 32 * 2**20
"""Of the JSON of one conversation."""
MOST_MESSAGES: Final = 20_000
"""Of one conversation, which is stored in one step."""

_UUID: Final = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_NAME: Final = re.compile(
    rf"conversations/(?P<conversation>{_UUID})\.json|pictures/(?P<picture>[0-9a-f]{{64}})"
)


class Manifest(Struct, frozen=True):
    """What a bundle says about itself."""

    format: Literal["seeshell bundle"]
    version: int
    made_by: str = ""
    """Program and version."""


def is_uuid(text: str) -> bool:
    """Whether a text is a UUID as seeshell writes them."""
    return re.fullmatch(_UUID, text) is not None


def is_sha256(text: str) -> bool:
    """Whether a text is a sha256 in hexadecimal digits."""
    return re.fullmatch("[0-9a-f]{64}", text) is not None


def conversation_name(uuid: str) -> str:
    """Returns the name of a conversation's file in a bundle."""
    return f"conversations/{uuid}.json"


def picture_name(sha256: str) -> str:
    """Returns the name of a picture's file in a bundle."""
    return f"pictures/{sha256}"


def read_name(name: str) -> tuple[Literal["conversation", "picture"], str] | None:
    """Returns what a file of a bundle is, with its uuid or sha256; None if it is neither."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    if found["picture"]:
        return "picture", found["picture"]
    return "conversation", found["conversation"]

"""The folder of pictures beside a file: each picture once, under a name that says whose it is."""

import re
from pathlib import Path
from typing import Final

from ...core.conversation import Attachment
from .stored_pictures import StoredPictures

_LONGEST_STEM: Final = 60

_NOT_IN_NAMES: Final = re.compile(r"[^\w.-]+")


class PictureFolder:
    """Writes pictures as they are told of, and knows where each lies."""

    def __init__(self, stored: StoredPictures, folder: Path, link: str) -> None:
        """Has written none yet.

        Args:
            stored: where the pictures come from.
            folder: where they go; made with the first.
            link: the folder as the file beside it names it.
        """
        self.count = 0
        self._stored = stored
        self._folder = folder
        self._link = link
        self._places: dict[str, str | None] = {}

    async def place(self, picture: Attachment) -> str | None:
        """Returns where a picture lies as the file beside the folder names it; None if it is lost.

        Raises:
            OSError: it can't be written.
        """
        if picture.key not in self._places:
            self._folder.mkdir(exist_ok=True)
            # Names stay the same in a later export of the same pictures.
            stem = f"{safe_name(Path(picture.name).stem)}-{_short(picture)}"
            name = await self._stored.save(picture, self._folder, stem)
            self.count += name is not None
            self._places[picture.key] = name and f"{self._link}/{name}"
        return self._places[picture.key]


def safe_name(text: str, otherwise: str = "picture") -> str:
    """Returns a text as a name of a file that every system takes."""
    name = _NOT_IN_NAMES.sub("-", text.strip())[:_LONGEST_STEM].strip("-. ")
    return name or otherwise


def _short(picture: Attachment) -> str:
    """Returns what tells a picture from others of its name."""
    excerpt = _NOT_IN_NAMES.sub("-", str(picture.excerpt)).strip("-")
    return "-".join(filter(None, [picture.sha256[:8], excerpt]))

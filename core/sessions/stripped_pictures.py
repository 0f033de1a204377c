"""Pictures for others: without what was noted in their files, as the place and the camera."""

import asyncio
from hashlib import sha256
from pathlib import Path

from msgspec.structs import replace

from ..conversation import Attachment, Part
from ..errors import ImageError, NotStored
from ..excerpt import WHOLE
from ..kept import KeptConversation
from ..metadata import opened_stripped
from ..store.archive import Archive


class StrippedPictures:
    """Makes new files of the pictures of conversations, each once.

    Files whose format is known are taken apart, and their pixels stay as they are. Of others, as
    HEIC and PDF, the pixels are stored anew, and no more of them than the excerpt.
    """

    def __init__(self, archive: Archive, folder: Path) -> None:
        """Begins with none; the new files are put into the folder."""
        self._archive = archive
        self._folder = folder
        self._made: dict[str, Attachment | None] = {}

    def place(self, sha256: str) -> Path:
        """Returns where a new file is."""
        return self._folder / sha256

    async def strip(self, kept: KeptConversation) -> KeptConversation:
        """Returns the conversation with new files; one that can't be made is not in its place."""
        messages = [
            replace(message, parts=tuple([await self._strip(part) for part in message.parts]))
            for message in kept.messages
        ]
        return replace(kept, messages=tuple(messages))

    async def _strip(self, part: Part) -> Part:
        if not isinstance(part, Attachment):
            return part
        if part.key not in self._made:
            try:
                self._made[part.key] = await self._make(part)
            except (ImageError, NotStored):
                self._made[part.key] = None
        made = self._made[part.key]
        if made is None:
            return part
        return replace(part, sha256=made.sha256, excerpt=made.excerpt)

    async def _make(self, picture: Attachment) -> Attachment:
        (path,) = await self._archive.pictures.locate([picture])
        digest = await asyncio.to_thread(self._take_apart, path)
        if digest:
            return replace(picture, sha256=digest)
        content = await self._archive.pictures.read_anew(picture)
        digest = sha256(content).hexdigest()
        await asyncio.to_thread(self.place(digest).write_bytes, content)
        return replace(picture, sha256=digest, excerpt=WHOLE)

    def _take_apart(self, path: Path) -> str:
        """Returns the sha256 of the new file; empty where the format is not known."""
        with opened_stripped(path) as stripped:
            if stripped is None:
                return ""
            digest = sha256()
            unnamed = self._folder / "new"
            with unnamed.open("wb") as file:
                for chunk in stripped.chunks():
                    digest.update(chunk)
                    file.write(chunk)
            unnamed.rename(self.place(digest.hexdigest()))
            return digest.hexdigest()

"""Attached pictures on disk, or in memory those of private conversations; nobody waits for it."""

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec.structs import replace

from ..conversation import Attachment
from ..excerpt import WHOLE, Excerpt
from .picture_files import AddedPicture, PictureFiles
from .store_thread import StoreThread
from .stores import Place


class PictureArchive:
    """Pictures and who needs them: rows on the store's thread, files on others still.

    Raises:
        NotStored, StoreError: as from `Archive`.
    """

    def __init__(self, thread: StoreThread, place: Place, files: PictureFiles) -> None:
        """Works on the store's thread.

        Args:
            thread: the store's.
            place: says where a picture's row is.
            files: of pictures that are no private conversation's.
        """
        self._run = thread.run
        self._place = place
        self._files = files

    async def attach(
        self,
        source: Path,
        name: str,
        holder: str = "",
        excerpt: Excerpt = WHOLE,
        note: str = "",
        is_private: bool = False,
    ) -> AddedPicture:
        """Copies a picture's file into the store; claims it for a holder unless that is empty.

        Args:
            source: the file; its bytes are stored once, whatever of it is attached.
            name: what to call it; its own name if empty.
            holder: the window or client whose the picture is until it is sent.
            excerpt: what of the file the picture is.
            note: what was done to it when it was read elsewhere; empty for what is done now.
            is_private: whether it is for private conversations, and comes on no disk.

        Raises:
            ImageError: the file is missing, can't be read or is no picture, or has no such page or
                rectangle.
        """
        stores = self._place.of(None, is_private=is_private)
        files = self._place.private.files if is_private else self._files
        await self._run(stores.pictures.check_database)
        while True:
            added = await files.add(source, name, excerpt)
            if note:
                added = added._replace(picture=replace(added.picture, note=note))
            if await self._run(stores.pictures.record, added.picture, added.look, holder):
                return added

    async def find_alike(self, picture: str) -> tuple[str, ...]:
        """Returns the keys of pictures that look like one, without its own, the newest first."""
        return await self._run(self._place.stored.pictures.find_alike, picture)

    async def claim(self, window: str, keys: Iterable[str]) -> None:
        """Says which pictures are unsent in a window, in place of all that it claimed before."""
        if window:
            wanted = set(keys)
            private = await self._run(self._place.private.pictures.held, wanted)
            await self._run(self._place.private.pictures.claim, window, private)
            await self._run(self._place.stored.pictures.claim, window, wanted - private)

    async def forget_private(self, holder: str) -> None:
        """Forgets the private pictures that are unsent with a window or client."""
        await self._run(self._place.private.forget_unsent, holder)

    async def find(self, keys: Iterable[str], *, is_private: bool = False) -> list[Attachment]:
        """Returns attached pictures by their keys, each copy known to be whole.

        Args:
            keys: name them.
            is_private: whether they are those of a private conversation, which no other one sees.
        """
        stores = self._place.of(None, is_private=is_private)
        found = await self._run(stores.pictures.find, keys)
        if is_private:
            found = [self._place.private.files.place(it) for it in found]
        await self.locate(found)
        return found

    async def read_anew(self, picture: Attachment) -> bytes:
        """Returns a picture's pixels as a file of their own, with nothing else of its file.

        Raises:
            ImageError: its copy can't be read.
            NotStored: it is gone, or was altered.
        """
        (path,) = await self.locate([picture])
        return await self._files.read_anew(picture, path)

    async def locate(self, pictures: Sequence[Attachment]) -> list[Path]:
        """Returns where the pictures' copies lie, each known to be whole."""
        return await asyncio.to_thread(lambda: [self._check_file(it) for it in pictures])

    def _check_file(self, picture: Attachment) -> Path:
        return (self._place.private.files if picture.path else self._files).check(picture)

"""Conversations and pictures on disk, without the loop ever waiting for the disk."""

import asyncio
import logging
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from ..conversation import Attachment
from ..pictures.workers import PictureWorkers
from ..settings import Paths
from .disk import DiskThread
from .picture_files import PictureFiles
from .store import Store

_logger = logging.getLogger(__name__)

_UNUSED_PICTURE_AGE: Final = 86_400.0
"""Seconds that a picture stays that was attached and not sent."""


class Archive:
    """The store on its one thread, and the picture files on others.

    Text is saved on the store's thread, so it never waits behind a large picture.
    """

    def __init__(self, disk: DiskThread, store: Store, pictures: PictureFiles) -> None:
        self.run = disk.run
        """Runs a method of the store on the store's thread."""
        self.store = store
        self._disk = disk
        self._pictures = pictures

    @classmethod
    async def open(cls, paths: Paths, max_pixels: int, workers: PictureWorkers) -> "Archive":
        """Opens the store and puts in order what an earlier core left behind.

        Raises:
            StoreError: the store can't be used.
        """
        disk = DiskThread()
        try:
            store = await disk.run(Store, paths)
            archive = cls(disk, store, PictureFiles(paths, max_pixels, workers))
            if closed := await disk.run(store.close_open_answers):
                _logger.warning("%d answers were open when the last core ended", closed)
            unused = await disk.run(store.forget_unused_pictures, time.time() - _UNUSED_PICTURE_AGE)
            await asyncio.to_thread(archive._pictures.delete, unused)
            await asyncio.to_thread(archive._pictures.sweep)
        except BaseException:
            disk.close()
            raise
        return archive

    async def close(self) -> None:
        """Finishes what was begun and closes the store."""
        await self.run(self.store.close)
        await asyncio.to_thread(self._disk.close)

    async def attach(self, source: Path, name: str) -> Attachment:
        """Copies a picture into the store.

        Raises:
            ImageError: the file is missing, can't be read or is no picture.
            StoreError: the copy can't be written.
        """
        picture = await self._pictures.add(source, name)
        await self.run(self.store.add_picture, picture)
        return picture

    async def find_pictures(self, hashes: Iterable[str]) -> list[Attachment]:
        """Returns attached pictures by their sha256, each copy known to be whole.

        Raises:
            NotStored: one was never attached, or its copy is missing or altered.
        """
        found = [await self.run(self.store.find_picture, sha256) for sha256 in hashes]
        for picture in found:
            await asyncio.to_thread(self._pictures.check, picture)
        return found

    async def locate_pictures(self, pictures: Sequence[Attachment]) -> list[Path]:
        """Returns where the pictures' copies lie, each known to be whole.

        Raises:
            NotStored: a copy is missing or altered.
        """
        return await asyncio.to_thread(lambda: [self._pictures.check(it) for it in pictures])

    async def delete_conversation(self, conversation: int) -> None:
        """Deletes the conversation and the pictures that only it holds."""
        pictures = await self.run(self.store.delete_conversation, conversation)
        await asyncio.to_thread(self._pictures.delete, pictures)

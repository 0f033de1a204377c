"""Looks of pictures that were stored before looks were: taken one by one while nobody waits."""

from ..errors import ImageError
from .picture_files import PictureFiles
from .store_thread import StoreThread
from .stored_pictures import StoredPictures


class OldLooks:
    """Goes once through all pictures; one that can't be read is tried by the next core again."""

    def __init__(self, thread: StoreThread, pictures: StoredPictures, files: PictureFiles) -> None:
        self._thread = thread
        self._pictures = pictures
        self._files = files
        self._last = ""
        """Key of the picture that was looked at last."""

    async def take_one(self) -> bool:
        """Takes the next picture's look, and returns whether there was one without.

        Raises:
            StoreError: the disk or the database does not let it work.
        """
        picture = await self._thread.run(self._pictures.find_without_look, self._last)
        if picture is None:
            return False
        self._last = picture.key
        try:
            look = await self._files.look_at(picture)
        except ImageError:
            return True
        await self._thread.run(self._pictures.note_look, picture.key, look)
        return True

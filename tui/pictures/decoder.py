"""Small copies of pictures, made by worker programs beside the interface."""

from pathlib import Path
from typing import Final

from ...core.pictures.jobs import Finished
from ...core.pictures.workers import PictureWorkers
from .copies import CopyKey
from .drawer import CopyForm

MAX_PIXELS: Final = 200_000_000


class Decoder:
    """Makes small copies of one form."""

    def __init__(self, form: CopyForm, *, max_pixels: int = MAX_PIXELS) -> None:
        self._form: CopyForm = form
        self._max_pixels = max_pixels
        self.workers = PictureWorkers()
        """The programs that decode."""

    async def decode(
        self,
        path: Path,
        wanted: CopyKey,
        known: tuple[int, int] = (0, 0),
    ) -> tuple[Finished, bytes]:
        """Returns the picture's small copy and its bytes.

        Args:
            path: any file.
            wanted: the copy; whatever hash the file has.
            known: its `state` when it was decoded last; if that is unchanged there are no bytes.

        Raises:
            ImageError: the file is no picture that can be read, or the decoder failed on it.
        """
        return await self.workers.shrink(
            path,
            wanted.budget,
            self._form,
            self._max_pixels,
            known,
            excerpt=wanted.excerpt,
            fed=wanted.fed,
            overlay=wanted.overlay,
        )

    async def start(self) -> None:
        """Starts a worker ahead of the first picture; it takes a tenth of a second."""
        await self.workers.start()

    async def close(self) -> None:
        """Ends the workers."""
        await self.workers.close()

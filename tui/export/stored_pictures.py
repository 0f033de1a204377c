"""The stored pictures of an export: as data of a page, or as files of their own.

EXIF and the like are taken out of files as far as that leaves their pixels as they are; of other
formats, and of excerpts, the pixels are stored anew, which leaves nothing but them. They are
decoded by worker programs, and one at a time is in memory.
"""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Final

from ...core.conversation import Attachment
from ...core.errors import ImageError
from ...core.images import Fit, hash_file
from ...core.metadata import Stripped, opened_stripped
from ...core.pictures.workers import PictureWorkers
from ...core.settings import Paths
from ...core.stored_pixels import WantedPixels
from ..visible import visible_line
from .new_files import copy_new, write_new

PAGE_SIDE: Final = 1600
"""Most pixels of a picture's longer side within a page: sharp on every screen."""

_PAGE_BYTES: Final = 2**20
"""A file with at most so many goes into a page as it is."""

_GONE_PRIVATE: Final = "its file is gone, and no copy is made for a private conversation."

_MEDIA_TYPES: Final = {
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".gif": "image/gif",
}


class StoredPictures:
    """Reads pictures of the store; what could not be read as wished is noted."""

    def __init__(
        self,
        paths: Paths,
        max_pixels: int,
        *,
        keeps_metadata: bool = False,
        report: Callable[[int], None] | None = None,
    ) -> None:
        """Prepares to read.

        Args:
            paths: where the pictures lie.
            max_pixels: pictures with more are not decoded.
            keeps_metadata: whether files are the very bytes that were attached.
            report: is told how many were begun, at each.
        """
        self.notes: list[str] = []
        """What is not as one might expect, a sentence each."""
        self._paths = paths
        self._max_pixels = max_pixels
        self._keeps_metadata = keeps_metadata
        self._report = report
        self._count = 0
        self._workers = PictureWorkers()

    async def close(self) -> None:
        """Ends the worker programs."""
        await self._workers.close()

    async def data_url(self, picture: Attachment, *, is_whole: bool) -> str | None:
        """Returns a picture for a page; None, which is noted, where it can't be read.

        Args:
            picture: to read.
            is_whole: whether it has all its pixels, however many these are.
        """
        try:
            path = self._find(picture)
            if picture.excerpt.is_whole:
                with opened_stripped(path) as stripped:
                    if stripped and _is_fit(picture, stripped, is_whole=is_whole):
                        return self._as_url(path, stripped)
            return await self._encode(picture, _keep if is_whole else _fit_page)
        except ImageError as error:
            self._note_lost(picture, error)
            return None

    async def save(self, picture: Attachment, folder: Path, stem: str) -> str | None:
        """Writes a picture into a folder and returns the file's name; None as in `data_url`.

        Args:
            picture: to write.
            folder: where it goes.
            stem: of its name, without the ending.

        Raises:
            OSError: it can't be written.
        """
        try:
            path = self._find(picture)
            if picture.excerpt.is_whole:
                if self._keeps_metadata:
                    return copy_new(path, folder / f"{stem}{Path(picture.name).suffix.lower()}")
                with opened_stripped(path) as stripped:
                    if stripped:
                        return write_new(folder / f"{stem}{stripped.suffix}", stripped.chunks())
                self._note_anew(picture)
            head, _, content = (await self._encode(picture, _keep)).partition(",")
        except ImageError as error:
            self._note_lost(picture, error)
            return None
        suffix = ".png" if "image/png" in head else ".jpg"
        return write_new(folder / f"{stem}{suffix}", [base64.b64decode(content)])

    def _find(self, picture: Attachment) -> Path:
        """Returns where the file of the next picture lies.

        Raises:
            ImageError: it is missing, or no longer what was attached.
        """
        self._count += 1
        if self._report:
            self._report(self._count)
        path, is_private = self._place(picture), bool(picture.path)
        if not path.is_file():
            raise ImageError(_GONE_PRIVATE if is_private else "its file is gone from the store.")
        if hash_file(path) != picture.sha256:
            raise ImageError(
                "its file was changed since it was attached."
                if is_private
                else "its file in the store is damaged."
            )
        return path

    def _place(self, picture: Attachment) -> Path:
        """Returns where a picture's file lies: of a private one not in the store."""
        return Path(picture.path) if picture.path else self._paths.picture(picture.sha256)

    def _as_url(self, path: Path, stripped: Stripped) -> str:
        content = path.read_bytes() if self._keeps_metadata else b"".join(stripped.chunks())
        media_type = _MEDIA_TYPES[stripped.suffix]
        return f"data:{media_type};base64,{base64.b64encode(content).decode('ascii')}"

    async def _encode(self, picture: Attachment, fit: Fit) -> str:
        """Returns the pixels, upright, as a data URL: PNG where that stays small, else JPEG."""
        path = self._place(picture)
        return await self._workers.read_url(
            WantedPixels(
                path, picture.sha256, picture.label, self._max_pixels, fit, picture.excerpt
            )
        )

    def _note_lost(self, picture: Attachment, error: ImageError) -> None:
        self.note(f"{visible_line(picture.label)} is missing from the export: {error}")

    def _note_anew(self, picture: Attachment) -> None:
        self.note(
            f"{visible_line(picture.label)} became JPEG or PNG: of its own format only the pixels "
            "can be had without EXIF."
        )

    def note(self, sentence: str) -> None:
        """Notes, once, what is not as one might expect."""
        if sentence not in self.notes:
            self.notes.append(sentence)


def _is_fit(picture: Attachment, stripped: Stripped, *, is_whole: bool) -> bool:
    """Whether a file may stand in a page as it is: small, or all of it is wanted.

    One that lies on its side may not: browsers do not all turn what is within SVG.
    """
    is_small = max(picture.width, picture.height) <= PAGE_SIDE and stripped.size <= _PAGE_BYTES
    return stripped.taken.orientation == 1 and (is_whole or is_small)


def _keep(width: int, height: int) -> tuple[int, int]:
    return width, height


def _fit_page(width: int, height: int) -> tuple[int, int]:
    scale = min(1.0, PAGE_SIDE / max(width, height))
    return max(1, round(scale * width)), max(1, round(scale * height))

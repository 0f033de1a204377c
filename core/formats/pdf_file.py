"""PDF files: pages drawn by pdfium on white, at the size of a scan that can be read.

A page has no pixels of its own. How many it gets depends on its size on paper alone, so that a
rectangle of it means the same on every machine.
"""

import io
import math
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

from PIL import ImageFile

from ..errors import ImageError

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

DOTS_PER_INCH: Final = 200
"""Small print of a usual letter stays readable; A4 has 1654x2339 pixels."""

_POINTS_PER_INCH: Final = 72

_SCALE: Final = DOTS_PER_INCH / _POINTS_PER_INCH * (1 - 1e-9)
"""A hair less, because pdfium rounds up: 400.0000001 pixels would be 401."""

_MOST_PIXELS: Final = 50_000_000
"""A poster is drawn at fewer dots an inch."""

_PROTECTED: Final = frozenset({4, 5})
"""Errors of pdfium for files that want a password, or a program that asks somewhere."""
_PROTECTION: Final = b"/Encrypt"
_TRAILER_BYTES: Final = 2**20
"""From the start and from the end, where a file says that it is protected."""

_LOCKED: Final = (
    "is a PDF that only a password opens; save it without one (in Preview: File, Export) and "
    "attach that."
)
_DAMAGED: Final = "is a PDF that is damaged or has no pages; copy it again from its source."


class PdfFile(ImageFile.ImageFile):
    """A PDF file as Pillow shows files of several pages; `draft` draws it smaller."""

    format = "PDF"
    format_description = "Portable Document Format"

    _document: "PdfDocument"
    _points: tuple[float, float]
    _frame: int

    def _open(self) -> None:
        """Reads what the file says of its pages.

        Raises:
            ImageError: it is protected, has no page, or is damaged.
        """
        self._document = _open_document(cast(BinaryIO, self.fp), str(self.filename))
        self.n_frames = len(self._document)
        self._show(0)

    @property
    def note(self) -> str:
        """What the user should know of how the page is drawn; empty if as any other."""
        if self._scale < _SCALE:
            return f"drawn at {round(self._scale * _POINTS_PER_INCH)} dots an inch"
        return ""

    def seek(self, frame: int) -> None:
        """Goes to a page, counted from 0."""
        self._show(frame)

    def tell(self) -> int:
        """Returns the page that is shown, counted from 0."""
        return self._frame

    def draft(
        self, mode: str | None, size: tuple[int, int] | None
    ) -> tuple[str, tuple[int, int, float, float]] | None:
        """Draws the page only as large as this size needs; it is never enlarged."""
        factor = max(wanted / own for wanted, own in zip(size or self.size, self.size, strict=True))
        if factor >= 1:
            return None
        self._scale *= factor
        self._size = self._drawn_size()
        return mode or self.mode, (0, 0, *self._size)

    def load(self) -> Any:
        """Draws the page."""
        if self._im is None:
            # Only now is it parsed, which for some files takes for ever.
            drawn = self._document[self._frame].render(scale=self._scale).to_pil()
            self.im = drawn.im
            self._document.close()
        return super().load()

    def _show(self, frame: int) -> None:
        self._frame = frame
        width, height = self._points = self._document.get_page_size(frame)
        most = math.sqrt(_MOST_PIXELS / max(width * height, 1))
        self._scale = min(_SCALE, most)
        self._mode, self._size = "RGB", self._drawn_size()

    def _drawn_size(self) -> tuple[int, int]:
        """Returns the pixels that pdfium draws at this scale."""
        width, height = self._points
        return math.ceil(width * self._scale), math.ceil(height * self._scale)


def _open_document(file: BinaryIO, name: str) -> "PdfDocument":
    # Takes 70 ms and 8 MB that no other kind of file needs.
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        document = PdfDocument(file)
    except PdfiumError as error:
        is_protected = error.err_code in _PROTECTED and _has_protection(file)
        raise ImageError(f"{name} {_LOCKED if is_protected else _DAMAGED}") from error
    # A form whose fields can't be read is shown without what was filled in.
    with suppress(PdfiumError):
        document.init_forms()
    return document


def _has_protection(file: BinaryIO) -> bool:
    """Whether the file says that it is protected; pdfium may still tell of the file before it."""
    file.seek(0)
    start = file.read(_TRAILER_BYTES)
    file.seek(-min(_TRAILER_BYTES, file.seek(0, io.SEEK_END)), io.SEEK_END)
    return _PROTECTION in start or _PROTECTION in file.read()

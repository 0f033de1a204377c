"""What an open answer marks in pictures: read as its text comes, laid over them now and then."""

from collections.abc import Sequence
from time import monotonic
from typing import TYPE_CHECKING

from ...core.conversation import Message
from .message_view import MessageView

if TYPE_CHECKING:
    from ...core.boxes import MarkReader


class OpenMarks:
    """The boxes and points that have ended in an answer that streams."""

    def __init__(
        self, view: MessageView, before: Sequence[Message], *, counts_pixels: bool
    ) -> None:
        """Begins to read an answer.

        Args:
            view: the answer.
            before: the messages of its branch before it, oldest first.
            counts_pixels: whether its model counts pixels of the picture where others count
                thousandths.
        """
        self.view = view
        self._before = before
        self._counts_pixels = counts_pixels
        self._reader: MarkReader | None = None
        self._read = 0
        self._laid = 0
        self._next = 0.0

    def read(self) -> None:
        """Reads what has come, and names below the answer what it marks."""
        text = self.view.streamed
        if self._reader is None and ("{" in text[self._read :] or "<" in text[self._read :]):
            # Its patterns take a while to compile, and most answers mark nothing.
            from ...core.boxes import MarkReader

            self._reader = MarkReader(self._before, counts_pixels=self._counts_pixels)
            self._read = 0
        found = self._reader.feed(text[self._read :]) if self._reader else []
        self._read = len(text)
        if found:
            self.view.put_marks((*(self.view.marks or ()), *found))

    def count_laid(self, pause: float) -> int:
        """Returns how many lie over pictures, the first ones; a change comes after a pause.

        Args:
            pause: least seconds between two changes: with each a picture is sent anew.
        """
        count, now = len(self.view.marks or ()), monotonic()
        if count > self._laid and now >= self._next:
            self._laid, self._next = count, now + pause
        return self._laid

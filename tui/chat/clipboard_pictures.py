"""Attaches the picture in the clipboard of the machine where the terminal runs, over SSH too."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ..in_memory import find_memory_folder
from ..terminal.clipboard import ClipboardPicture, ClipboardReading, NotRead

if TYPE_CHECKING:
    from .chat_screen import ChatScreen

_NAME = "clipboard"
_ON_DISK = (
    "The picture in the clipboard would come on the disk here, and nothing of a private "
    "conversation may: attach its file."
)


class ClipboardPictures:
    """Asks the terminal for the picture, and attaches it to the message that it was asked for."""

    def __init__(self, screen: "ChatScreen", write: Callable[[str], object]) -> None:
        """Asks nothing yet.

        Args:
            screen: the chat's.
            write: sends to the terminal in turn with all else.
        """
        self._screen = screen
        self._write = write
        self._reading: ClipboardReading | None = None
        self._draft = screen.session.draft
        self._is_private = False
        self._folders = ExitStack()
        """Where each picture lies until the core has its copy."""

    def ask(self) -> None:
        """Asks for the picture that is there now; what was asked before is forgotten."""
        self._draft = self._screen.session.draft
        self._is_private = self._screen.session.shown.is_private
        self._reading = ClipboardReading(self._write)

    def take(self, said: str) -> None:
        """Takes what the terminal says, which attaches the picture once it is whole."""
        if self._reading is None:
            return
        try:
            picture = self._reading.take(said)
        except NotRead as error:
            self._reading = None
            self._screen.notify(str(error), severity="warning", markup=False)
        else:
            if picture is not None:
                self._reading = None
                self._attach(picture)

    def close(self) -> None:
        """Removes what was stored for the core."""
        self._folders.close()

    def _attach(self, picture: ClipboardPicture) -> None:
        place = find_memory_folder() if self._is_private else None
        if self._is_private and place is None:
            self._screen.notify(_ON_DISK, severity="error", markup=False)
            return
        try:
            folder = self._folders.enter_context(
                TemporaryDirectory(prefix="seeshell-", dir=place, ignore_cleanup_errors=True)
            )
            path = Path(folder) / f"{_NAME}{picture.suffix}"
            path.write_bytes(picture.content)
        except OSError as error:
            text = f"The picture in the clipboard can't be written to a file: {error.strerror}."
            self._screen.notify(text, severity="error", markup=False)
            return
        attached = self._screen.session.unsent.attach(path, draft=self._draft)
        self._screen.run_worker(attached)

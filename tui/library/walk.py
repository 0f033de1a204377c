"""The way through the library: from the chat to what is opened, at the place that was found."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ...core.conversation import Attachment
from ..session.found_place import FoundPlace
from .library_screen import LibraryScreen
from .panel import LibraryPanel

if TYPE_CHECKING:
    from ..chat.chat_screen import ChatScreen
    from ..pictures import Pictures


class LibraryWalk:
    """Shows the library above the chat, and what is chosen there in the chat."""

    def __init__(self, screen: "ChatScreen", pictures: "Callable[[], Pictures]") -> None:
        """Shows nothing yet.

        Args:
            screen: the chat's.
            pictures: returns what draws pictures, if the terminal shows any.
        """
        self._screen = screen
        self._pictures = pictures

    async def choose(self, text: str = "") -> None:
        """Shows the library with what a line asks for, then what is chosen."""
        from ..app import SeeshellApp

        app = self._screen.app
        has_none = isinstance(app, SeeshellApp) and app.terminal.images == "none"
        pictures = None if has_none else self._pictures
        library = LibraryScreen(self._screen.session, pictures, text)
        opened: LibraryPanel.Opened | None = await app.push_screen_wait(library)
        if opened is not None:
            await self._screen.show_opened(opened)

    async def find_picture(self, picture: Attachment) -> None:
        """Shows in which conversations a picture was used."""
        await self.choose(self._screen.session.library.name_picture(picture))


def place_of(opened: LibraryPanel.Opened) -> FoundPlace | None:
    """Returns what a conversation is opened at; None for its end."""
    if opened.hit is not None:
        return FoundPlace.of(opened.hit, opened.words)
    return FoundPlace(opened.words) if opened.words else None

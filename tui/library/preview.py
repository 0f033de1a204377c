"""What was said in the conversation at the cursor: its last turns, or those around a hit."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import getters, work
from textual.app import ComposeResult
from textual.containers import Vertical

from ...core.kept import Hit
from ...core.search_query import SearchQuery
from ..log import ChatLog
from ..session.library import Library
from ..session.shown_branch import last_messages

if TYPE_CHECKING:
    from ..log.drawn_pictures import PictureOrder
    from ..pictures import DrawnPicture, Pictures

_DELAY: Final = 0.12
"""Seconds that the cursor stays before what it stands on is read."""
_MOST: Final = 6
"""Messages that are shown."""


class LibraryPreview(Vertical):
    """A log that is only looked at."""

    DEFAULT_CSS = Path(__file__).with_suffix(".tcss").read_text("utf-8")

    log_view = getters.query_one(ChatLog)

    COMPONENT_CLASSES: ClassVar[set[str]] = set()

    def __init__(self, library: Library, pictures: "Callable[[], Pictures] | None") -> None:
        """Shows nothing yet.

        Args:
            library: reads conversations.
            pictures: returns what draws pictures; None for none.
        """
        super().__init__()
        self._library = library
        self._pictures = pictures
        self._shown: tuple[int | None, Hit | None, str] = (None, None, "")

    def compose(self) -> ComposeResult:
        """Yields the log."""
        yield ChatLog(self._draw if self._pictures else None)

    def on_mount(self) -> None:
        """Leaves the keys to the list."""
        self.log_view.can_focus = False

    def show(self, conversation: int | None, hit: Hit | None, words: str) -> None:
        """Shows a conversation, soon.

        Args:
            conversation: its id; None for none.
            hit: what is to be in view; None for the end.
            words: what is marked.
        """
        wanted = (conversation, hit, words)
        if wanted != self._shown:
            self._shown = wanted
            self._read(*wanted)

    @work(exclusive=True, group="preview")
    async def _read(self, conversation: int | None, hit: Hit | None, words: str) -> None:
        await asyncio.sleep(_DELAY)
        message, log = hit.message if hit else None, self.log_view
        read = None if conversation is None else await self._library.read(conversation)
        messages = last_messages(read, message, _MOST) if read else ()
        log.show_messages(messages)
        if words:
            ids = [it.id for it in messages]
            place = ids.index(message) if message in ids else 0
            log.search(SearchQuery(words).words, place, hit.place if hit else None)
        else:
            log.leave_search()

    async def _draw(self, order: "PictureOrder") -> "DrawnPicture":
        assert self._pictures is not None  # noqa: S101 - it draws only then
        return await self._pictures().draw(order.attachment, *order.bounds)

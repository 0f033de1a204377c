"""What the chat offers to whoever reads: search in the conversation, and the times of messages."""

from typing import TYPE_CHECKING

from textual import getters, on, work
from textual.containers import Vertical

from ...core.conversation import Message
from ..clipboard.copying_app import CopyingApp, copy_text
from ..keys.bindings import Keyed
from ..log import ChatLog
from .marked import Marked
from .prompt import Prompt

if TYPE_CHECKING:
    from ..session.found_place import FoundPlace
    from ..session.session import ChatSession
    from .search_row import SearchRow


class ReadingChat(Keyed, Vertical):
    """A log that is read: the row of its search stands below it while there is one."""

    log_view = getters.query_one(ChatLog)
    prompt = getters.query_one(Prompt)
    _session: "ChatSession"
    _search_row: "SearchRow | None" = None
    """Made with the first search."""

    async def action_find(self) -> None:
        """Lets words be typed that are searched for."""
        (await self._open_search_row()).begin()

    def leave_search(self) -> None:
        """Marks nothing any more, if anything was."""
        if self._search_row is not None:
            self._search_row.leave()

    async def show_found(self, found: "FoundPlace") -> None:
        """Marks what a search has found, shows the place that was chosen, and has keys walk."""
        shown = [view.message.id for view in self.log_view.transcript.views]
        message = shown.index(found.message) if found.message in shown else 0
        (await self._open_search_row()).show_found(found, message)
        self.log_view.focus()

    @work
    async def action_copy_all(self) -> None:
        """Copies the branch on screen as Markdown."""
        from ..export.as_markdown import MarkdownForm, as_markdown

        read = await self._session.tree.read()
        if read is not None:
            text = await as_markdown(read.conversation, MarkdownForm(), None)
            copy_text(self.app, text, "Conversation")

    def action_write_copied(self) -> None:
        """Writes what was copied last to a file, where no clipboard has got it."""
        if isinstance(self.app, CopyingApp):
            self.app.write_copied()

    def action_toggle_times(self) -> None:
        """Shows beside each name when the message was sent, or no longer."""
        self.log_view.shows_times = not self.log_view.shows_times

    @property
    def _messages(self) -> list[Message]:
        return [view.message for view in self.log_view.transcript.views]

    @property
    def _marked(self) -> Marked:
        """The message at the cursor while the log has the focus, else the last one."""
        messages, cursor = self._messages, self.log_view.cursor
        if cursor is not None and self.screen.focused is self.log_view:
            return Marked(messages, messages[cursor])
        return Marked(messages, messages[-1] if messages else None)

    @on(ChatLog.SearchMoved)
    def _show_count(self) -> None:
        if self._search_row is not None:
            self._search_row.show_count()

    async def _open_search_row(self) -> "SearchRow":
        if self._search_row is None:
            from .search_row import SearchRow

            self._search_row = SearchRow(self.log_view)
            self._search_row.display = False
            await self.mount(self._search_row, after=self.log_view)
        return self._search_row

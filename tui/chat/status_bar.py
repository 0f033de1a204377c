"""The status bar: the title, and the answers to four questions."""

from typing import ClassVar

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from ..session.chat_status import ChatStatus
from ..session.events import ConversationsFound, ConversationShown, StatusChanged
from ..session.session import ChatSession
from ..visible import visible_line
from .hearing import hear

NEW_TITLE = "New conversation"

_GAP = 2
_LEAST_TITLE = 12


class StatusBar(Widget):
    """Left the conversation's title; right the model, what it does, its context, its speed."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"status-bar--title", "status-bar--state"}

    title: reactive[str] = reactive(NEW_TITLE)
    status: reactive[ChatStatus] = reactive(ChatStatus())

    def __init__(self, session: ChatSession) -> None:
        super().__init__()
        self._session = session

    def on_mount(self) -> None:
        """Listens for what the bar tells."""
        events = self._session.events
        hear(self, events, StatusChanged, self._show_status)
        hear(self, events, ConversationShown, self._show_title)
        hear(self, events, ConversationsFound, self._show_found_title)

    def render(self) -> Content:
        """Returns one row; parts are left out from the right where it is too narrow."""
        width = self.content_size.width
        facts = self._facts(width)
        room = max(width - facts.cell_length - _GAP, 0)
        title = Content.styled(
            visible_line(self.title), self.get_visual_style("status-bar--title")
        ).truncate(room, ellipsis=True)
        return title + " " * (width - title.cell_length - facts.cell_length) + facts

    def _show_status(self, event: StatusChanged) -> None:
        self.status = event.status

    def _show_title(self, event: ConversationShown) -> None:
        self.title = event.conversation.summary.title if event.conversation else NEW_TITLE

    def _show_found_title(self, event: ConversationsFound) -> None:
        for summary in event.conversations:
            if summary.id == self._session.conversation:
                self.title = summary.title

    def _facts(self, width: int) -> Content:
        status = self.status
        state_style = self.get_visual_style("status-bar--state")
        state = Content.styled(visible_line(status.state), state_style)
        texts = (Content(text) for text in (status.context, status.speed) if text)
        parts = [Content(visible_line(status.model)), state, *texts]
        while len(parts) > 2 and _joined(parts).cell_length + _GAP + _LEAST_TITLE > width:
            parts.pop()
        return _joined(parts).truncate(width, ellipsis=True)


def _joined(parts: list[Content]) -> Content:
    return Content(" · ").join(part for part in parts if part)

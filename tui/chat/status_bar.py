"""The status bar: the title, and the answers to four questions."""

import time
from typing import ClassVar

from textual.content import Content
from textual.reactive import reactive
from textual.timer import Timer
from textual.widget import Widget

from ..session.events import (
    AnswerEnded,
    AnswerProgressed,
    ConversationsFound,
    ConversationShown,
    ModelChanged,
    SessionEvent,
)
from ..session.session import ChatSession
from ..status_words import context_words, model_words, speed_words, state_words
from ..visible import visible_line
from .hearing import hear

NEW_TITLE = "New conversation"

_GAP = 2
_LEAST_TITLE = 12
_TICK_SECONDS = 1.0


class StatusBar(Widget):
    """Left the conversation's title; right the model, what it does, its context, its speed."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"status-bar--title", "status-bar--state"}

    title: reactive[str] = reactive(NEW_TITLE)

    def __init__(self, session: ChatSession) -> None:
        super().__init__()
        self._session = session
        self._ticking: Timer | None = None

    def on_mount(self) -> None:
        """Listens for what the bar tells."""
        events = self._session.events
        for kind in (ModelChanged, AnswerProgressed, AnswerEnded):
            hear(self, events, kind, self._tell_again)
        hear(self, events, ConversationShown, self._show_title)
        hear(self, events, ConversationsFound, self._show_found_title)
        self._ticking = self.set_interval(_TICK_SECONDS, self.refresh, pause=True)

    def render(self) -> Content:
        """Returns one row; parts are left out from the right where it is too narrow."""
        width = self.content_size.width
        facts = self._facts(width)
        room = max(width - facts.cell_length - _GAP, 0)
        title = Content.styled(
            visible_line(self.title), self.get_visual_style("status-bar--title")
        ).truncate(room, ellipsis=True)
        return title + " " * (width - title.cell_length - facts.cell_length) + facts

    def _tell_again(self, _event: SessionEvent) -> None:
        """Draws what is the case now, and while the user waits the seconds that pass."""
        self.refresh()
        if self._ticking is not None:
            if self._session.turns.progress.is_wait or self._session.model.status.load:
                self._ticking.resume()
            else:
                self._ticking.pause()

    def _show_title(self, event: ConversationShown) -> None:
        self.title = event.conversation.summary.title if event.conversation else NEW_TITLE
        self.refresh()

    def _show_found_title(self, event: ConversationsFound) -> None:
        for row in event.conversations:
            if row.summary.id == self._session.conversation:
                self.title = row.summary.title

    def _facts(self, width: int) -> Content:
        status, turns = self._session.model.status, self._session.turns
        state = state_words(status, turns.progress, self._session.conversation, time.time())
        texts = [
            context_words(turns.stats, status.context_length),
            speed_words(turns.stats, turns.progress),
        ]
        parts = [
            Content(visible_line(model_words(status))),
            Content.styled(visible_line(state), self.get_visual_style("status-bar--state")),
            *(Content(text) for text in texts if text),
        ]
        while len(parts) > 2 and _joined(parts).cell_length + _GAP + _LEAST_TITLE > width:
            parts.pop()
        return _joined(parts).truncate(width, ellipsis=True)


def _joined(parts: list[Content]) -> Content:
    return Content(" · ").join(part for part in parts if part)

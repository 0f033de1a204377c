"""The status bar: the title, and the answers to four questions."""

import time
from typing import ClassVar

from rich.cells import cell_len
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
    PresetChanged,
    SessionEvent,
)
from ..session.session import ChatSession
from ..shortened import shorten_middle
from ..status_words import context_words, model_words, speed_words, state_words
from ..visible import visible_line
from .hearing import hear

NEW_TITLE = "New conversation"

_GAP = 2
_LEAST_TITLE = 28
"""Cells of a title before which context and speed are left out."""
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
        for kind in (ModelChanged, PresetChanged, AnswerProgressed, AnswerEnded):
            hear(self, events, kind, self._tell_again)
        hear(self, events, ConversationShown, self._show_title)
        hear(self, events, ConversationsFound, self._show_found_title)
        self._ticking = self.set_interval(_TICK_SECONDS, self.refresh, pause=True)

    def render(self) -> Content:
        """Returns one row; where it is too narrow facts go first, then the title's middle."""
        width = self.content_size.width
        words = visible_line(self.title)
        facts = self._facts(width - _GAP - min(cell_len(words), _LEAST_TITLE))
        title = shorten_middle(words, max(width - facts.cell_length - _GAP, 0))
        gap = " " * max(width - cell_len(title) - facts.cell_length, 0)
        style = self.get_visual_style("status-bar--title")
        return (Content.styled(title, style) + gap + facts).truncate(width)

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

    def _facts(self, room: int) -> Content:
        """Returns the answers to the four questions, as many as fit; model and state always."""
        status, turns = self._session.model.status, self._session.turns
        state = state_words(status, turns.progress, self._session.conversation, time.time())
        texts = [
            context_words(turns.stats, status.context_length, turns.freed_tokens),
            speed_words(turns.stats, turns.progress),
        ]
        parts = [
            Content(visible_line(model_words(status))),
            Content(visible_line(self._session.preset.name)),
            Content.styled(visible_line(state), self.get_visual_style("status-bar--state")),
            *(Content(text) for text in texts if text),
        ]
        while len(parts) > 3 and _joined(parts).cell_length > room:
            parts.pop()
        return _joined(parts).truncate(max(room, self.content_size.width // 2), ellipsis=True)


def _joined(parts: list[Content]) -> Content:
    return Content(" · ").join(part for part in parts if part)

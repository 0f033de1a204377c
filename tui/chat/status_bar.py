"""The status bar: the title, and the answers to four questions."""

import time
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive
from textual.timer import Timer
from textual.widget import Widget

from ..line_profile import line_of
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

_PRIVATE = "private · "
"""What stands before the title of a conversation that never touches the disk."""

_GAP = 2
_LEAST_TITLE = 28
"""Cells of a title before which context and speed are left out."""
_LEAST_MODEL = 16
"""Cells of the model's name below which the preset is left out."""
_BETWEEN = " · "
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
        self._ticks = 0
        self._step: tuple[str, bool] = ("", False)
        """What was being done, and whether a model was loaded, when the bar was drawn last."""

    def on_mount(self) -> None:
        """Listens for what the bar tells."""
        events = self._session.events
        for kind in (ModelChanged, PresetChanged, AnswerProgressed, AnswerEnded):
            hear(self, events, kind, self._tell_again)
        hear(self, events, ConversationShown, self._show_title)
        hear(self, events, ConversationsFound, self._show_found_title)
        self._ticking = self.set_interval(_TICK_SECONDS, self._tick, pause=True)

    def render(self) -> Content:
        """Returns one row; where it is too narrow facts go first, then the title's middle."""
        width = self.content_size.width
        words = visible_line(self.title)
        if self._session.shown.is_private:
            words = f"{_PRIVATE}{words}"
        facts = self._facts(width - _GAP - min(cell_len(words), _LEAST_TITLE))
        title = shorten_middle(words, max(width - facts.cell_length - _GAP, 0))
        gap = " " * max(width - cell_len(title) - facts.cell_length, 0)
        style = self.get_visual_style("status-bar--title")
        return (Content.styled(title, style) + gap + facts).truncate(width)

    def _tell_again(self, event: SessionEvent) -> None:
        """Draws what is the case now, and while the user waits the seconds that pass.

        On a slow line how far a step has come is drawn by the ticks alone.
        """
        progress = self._session.turns.progress
        step = (progress.step, self._session.model.status.load is not None)
        counts = isinstance(event, AnswerProgressed | ModelChanged) and step == self._step
        if not (counts and line_of(self.app).is_slow):
            self.refresh()
        self._step = step
        if self._ticking is not None:
            if self._session.turns.progress.is_wait or self._session.model.status.load:
                self._ticking.resume()
            else:
                self._ticking.pause()

    def _tick(self) -> None:
        self._ticks += 1
        if self._ticks % line_of(self.app).status_seconds == 0:
            self.refresh()

    def _show_title(self, event: ConversationShown) -> None:
        self.title = event.conversation.summary.title if event.conversation else NEW_TITLE
        self.refresh()

    def _show_found_title(self, event: ConversationsFound) -> None:
        for summary in event.summaries:
            if summary.id == self._session.conversation:
                self.title = summary.title

    def _facts(self, room: int) -> Content:
        """Returns the answers to the four questions, as many as fit; model and state always."""
        status, turns = self._session.model.status, self._session.turns
        state = state_words(status, turns.progress, self._session.conversation, time.time())
        facts = Facts(
            visible_line(model_words(status)),
            visible_line(self._session.preset.name),
            visible_line(state),
            context_words(turns.stats, status.context_length, turns.freed_tokens),
            speed_words(turns.stats, turns.progress),
        )
        fitted = facts.fit(room, self.content_size.width // 2)
        style = self.get_visual_style("status-bar--state")
        named = fitted._asdict().items()
        parts = (Content.styled(it, style) if of == "state" else Content(it) for of, it in named)
        return Content(_BETWEEN).join(part for part in parts if part)


class Facts(NamedTuple):
    """What the bar tells beside the title; what is empty takes no room."""

    model: str
    preset: str
    state: str
    context: str = ""
    speed: str = ""

    def fit(self, room: int, least_room: int) -> "Facts":
        """Returns as many facts as fit: speed goes first; then the model's name gets shorter.

        Args:
            room: cells that the title leaves.
            least_room: cells that model and state may take from the title.
        """
        for facts in (self, self._replace(speed="")):
            if facts.width <= room:
                return facts
        facts, room = self._replace(speed="", context=""), max(room, least_room)
        if facts.width - max(cell_len(self.model) - _LEAST_MODEL, 0) > room:
            facts = facts._replace(preset="")
        free = room - (facts.width - cell_len(self.model))
        return facts._replace(model=shorten_middle(self.model, max(free, 1)))

    @property
    def width(self) -> int:
        """Cells of the facts in a row."""
        shown = [fact for fact in self if fact]
        return sum(map(cell_len, shown)) + len(_BETWEEN) * (len(shown) - 1)

"""Why the core can't be used: above the prompt, which keeps the focus while keys are typed."""

from typing import ClassVar

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from ...core.errors import ConnectionLost, CoreDied, CoreVersionMismatch, SeeshellError
from ..keys.bindings import keymap_of
from ..session.events import CoreLost
from ..session.session import ChatSession
from ..visible import visible, visible_line
from .hearing import hear

_LOG_LINES = 6


class CoreNotice(Widget):
    """Says what became of the core, shows its last words and offers to start it again."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"core-notice--log", "core-notice--key"}

    error: reactive[SeeshellError | None] = reactive[SeeshellError | None](None, layout=True)
    """Why the core can't be used; None takes no row."""

    def __init__(self, session: ChatSession) -> None:
        super().__init__()
        self._session = session
        self.display = False

    def on_mount(self) -> None:
        """Listens for the loss of the core."""
        hear(self, self._session.events, CoreLost, self._show)

    def watch_error(self, error: SeeshellError | None) -> None:
        """Takes no row while there is nothing to say."""
        self.display = error is not None

    @property
    def is_of_other_version(self) -> bool:
        """Whether a core runs, but one that this client can't talk to."""
        return isinstance(self.error, CoreVersionMismatch)

    def _show(self, event: CoreLost) -> None:
        self.error = event.error

    def render(self) -> Content:
        """Returns the sentence, the end of the log and what can be done."""
        error = self.error
        keymap = keymap_of(self.app)
        lines = [Content(visible(keymap.fill(str(error))))]
        if isinstance(error, CoreDied) and error.log_tail:
            log, style = error.log_tail.strip().splitlines(), "core-notice--log"
            lines += [self._row(line, style) for line in ["", *log[-_LOG_LINES:]]]
        key = self.get_visual_style("core-notice--key")
        closing = "closes this. Your draft and saved messages are safe."
        start, back = keymap.show("screen.start_core"), keymap.show("screen.back")
        keys = Content.assemble((start, key), f" {self._offer}, ", (back, key), f" {closing}")
        lines += [Content(""), keys]
        return Content("\n").join(lines)

    @property
    def _offer(self) -> str:
        if self.is_of_other_version:
            return "ends it and starts one of this version"
        if isinstance(self.error, ConnectionLost):
            return "connects again"
        return "starts it again"

    def _row(self, text: str, style: str) -> Content:
        row = Content.styled(visible_line(text), self.get_visual_style(style))
        return row.truncate(self.content_size.width, ellipsis=True)

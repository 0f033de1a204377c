"""The library: everything that is kept on the whole screen, searched, sorted out and opened."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.events import Resize
from textual.screen import ModalScreen

from ..chat.hearing import hear
from ..key_line import KeyLine
from ..keys.bindings import bindings_of
from ..keys.focus import KeepsFocus
from ..keys.way_back import GoesBack, Step, WayBack
from ..session.events import LibraryShown
from ..session.session import ChatSession
from .panel import LibraryPanel
from .preview import LibraryPreview

if TYPE_CHECKING:
    from ..pictures import Pictures

_PREVIEW_FROM_COLUMNS: Final = 120

_STYLES: Final = [
    Path(__file__).with_suffix(".tcss"),
    Path(__file__).parents[1] / "key_line.tcss",
]


class LibraryScreen(KeepsFocus, GoesBack, ModalScreen[LibraryPanel.Opened | None]):
    """Closes with what is to be opened, or with None."""

    AUTO_FOCUS = ".library-filter"
    CSS: ClassVar = "".join(path.read_text("utf-8") for path in _STYLES)
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("library")

    panel = getters.query_one(LibraryPanel)
    preview = getters.query_one(LibraryPreview)

    def __init__(
        self,
        session: ChatSession,
        pictures: "Callable[[], Pictures] | None",
        text: str = "",
    ) -> None:
        """Lists what a line asks for.

        Args:
            session: whose conversations.
            pictures: returns what draws pictures; None for none.
            text: words and notation to begin with.
        """
        super().__init__()
        self._session = session
        self._pictures = pictures
        self._text = text
        self._view = session.library.open_view()
        self._has_preview = True
        self.way_back = WayBack(
            Step("unmark", lambda: self.panel.has_marks, lambda: self.panel.clear_marks()),
            Step("clear search", lambda: bool(self.panel.line.value), self._clear),
            Step("close", lambda: True, lambda: self.dismiss(None)),
        )

    def compose(self) -> ComposeResult:
        """Yields the list, what is said in the conversation at its cursor, and the keys."""
        with Horizontal():
            yield LibraryPanel(self._session, self._view, "full", self._pictures, self._text)
            yield LibraryPreview(self._session.library, self._pictures)
        yield KeyLine()

    def on_mount(self) -> None:
        """Lists what is wanted at first, and follows what becomes of it."""
        hear(self, self._session.events, LibraryShown, lambda _: self._show())
        self.run_worker(self._view.search(self._text))

    def on_unmount(self) -> None:
        """Ends the list."""
        self._session.library.close_view(self._view)

    def on_resize(self, _event: Resize) -> None:
        """Shows the preview where there is room."""
        self._arrange()

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Returns whether a key does anything now."""
        return action != "turn_preview" or self.app.size.width >= _PREVIEW_FROM_COLUMNS

    def action_turn_preview(self) -> None:
        """Shows the preview, or hides it."""
        self._has_preview = not self._has_preview
        self._arrange()

    @on(LibraryPanel.Opened)
    def _close_with(self, event: LibraryPanel.Opened) -> None:
        self.dismiss(event)

    @on(LibraryPanel.Highlighted)
    def _follow(self) -> None:
        if self.preview.display:
            self._show_preview()
        self.refresh_bindings()

    def _show(self) -> None:
        self.panel.show()
        self.refresh_bindings()

    def _arrange(self) -> None:
        is_wide = self.app.size.width >= _PREVIEW_FROM_COLUMNS
        self.preview.display = is_wide and self._has_preview
        if self.preview.display:
            self._show_preview()

    def _show_preview(self) -> None:
        rows, words = self.panel.rows, self._view.query.filter.words
        self.preview.show(rows.conversation, rows.hit, words)

    def _clear(self) -> None:
        self.panel.line.value = ""
        self.panel.line.focus()

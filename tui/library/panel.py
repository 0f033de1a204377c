"""The list of conversations with its filter, small as the sidebar and full in the library."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.widgets import Input, Static

from ...core.kept import Hit
from ..keys.bindings import Keyed, bindings_of, fill_keys
from ..session.library_query import ORDERS, SHELVES, put_piece, put_shelf
from ..session.library_view import LibraryView
from ..session.session import ChatSession
from .deed_keys import DEEDS, DeedKeys
from .filter_line import FilterLine
from .rows import Form, LibraryRows
from .told import count_words, empty_words

if TYPE_CHECKING:
    from ..pictures import Pictures

_PLACEHOLDERS: Final[dict[Form, str]] = {
    "small": "Filter conversations",
    "full": "Search everything: words, tag:x has:picture before:2026-05 is:pinned …",
}


class LibraryPanel(Keyed, DeedKeys):
    """A filter, a list, and the keys of what can be done with conversations."""

    DEFAULT_CSS = Path(__file__).with_suffix(".tcss").read_text("utf-8")

    BINDINGS: ClassVar[list[BindingType]] = bindings_of("list")

    line = getters.query_one(Input)

    @dataclass
    class Opened(Message):
        """The user chose a conversation, or a place in one."""

        conversation: int
        hit: Hit | None = None
        words: str = ""
        """What was searched for."""
        is_deleted: bool = False
        """Whether it has to be restored first."""

    @dataclass
    class Highlighted(Message):
        """The cursor came to a conversation, or left the list: None."""

        conversation: int | None

    def __init__(
        self,
        session: ChatSession,
        view: LibraryView,
        form: Form = "small",
        pictures: "Callable[[], Pictures] | None" = None,
        text: str = "",
    ) -> None:
        """Shows a list.

        Args:
            session: has done what keys ask for.
            view: what is listed.
            form: how much of each conversation is told.
            pictures: returns what draws thumbnails; None for none.
            text: what is searched for at first.
        """
        super().__init__(session, view, classes=f"-{form}")
        self._session = session
        self._form: Form = form
        self._pictures = pictures
        self._text = text
        self._awaits_list = False
        """Whether the filter has the focus only because there is no list yet."""

    def compose(self) -> ComposeResult:
        """Yields the filter, what is told of the list, and the list."""
        yield FilterLine(
            self._text,
            placeholder=_PLACEHOLDERS[self._form],
            # A long line is typed on; a few words are soon typed anew.
            select_on_focus=self._form == "small",
            classes="library-filter",
        )
        yield Static(classes="library-told", markup=False)
        yield Static(classes="library-empty", markup=False)
        yield LibraryRows(self._view, self._form, self._pictures)

    def on_mount(self) -> None:
        """Shows what is there."""
        self._show()

    def show(self) -> None:
        """Shows the list as it is now."""
        if self.is_mounted:
            self._show()

    def _show(self) -> None:
        shown = self._session.conversation
        self.rows.show(shown)
        if self._form == "small" and not self.rows.has_focus:
            self.rows.point_at(shown)
        self._tell()
        if self._awaits_list and len(self._view):
            self.focus_list()

    def focus_list(self) -> None:
        """Gives the list the focus; where it is empty the filter, until the list comes."""
        self._awaits_list = not len(self._view)
        (self.line if self._awaits_list else self.rows).focus()

    @property
    def is_filtering(self) -> bool:
        """Whether keys go to the filter, or to a list that it makes shorter."""
        return self.is_mounted and (
            self.line.has_focus or (self.rows.has_focus and bool(self.line.value))
        )

    def leave_filter(self) -> None:
        """Lists all conversations again and gives the list the keys."""
        self.line.value = ""
        self.rows.focus()

    def takes_letters(self) -> bool:
        """Returns whether the list has the keys."""
        return self.is_mounted and self.rows.has_focus

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Returns whether a key does anything now; letters act on the list only."""
        if not self.is_mounted:
            return False
        if action in ("open", "move_page"):
            return len(self._view) > 0
        if action == "to_list":
            return self.line.has_focus
        if not self.rows.has_focus:
            return False
        if action in DEEDS:
            return self.can_do(action)
        return action not in ("sort", "shelf") or self._view.hits is None

    def action_open(self) -> None:
        """Opens what the cursor stands on."""
        if (conversation := self.rows.conversation) is not None:
            words = self._view.query.filter.words
            is_deleted = self.rows.row is not None and self.rows.row.is_deleted
            self.post_message(self.Opened(conversation, self.rows.hit, words, is_deleted))

    def action_to_list(self) -> None:
        """Moves the focus from the filter to the list."""
        self.rows.focus()

    def action_filter(self) -> None:
        """Moves the focus to the filter."""
        self.line.focus()

    def action_move(self, distance: int) -> None:
        """Moves the cursor."""
        self.rows.move(distance)

    def action_move_page(self, direction: int) -> None:
        """Moves the cursor by a screenful."""
        self.rows.move_page(direction)

    def action_go(self, index: int) -> None:
        """Moves the cursor to the first one, or to the last."""
        self.rows.move_to(index if index >= 0 else len(self._view) - 1)

    def action_sort(self) -> None:
        """Sorts by the next order."""
        order = ORDERS[(ORDERS.index(self._view.query.order) + 1) % len(ORDERS)]
        self.line.value = put_piece(self.line.value, "sort", "" if order == ORDERS[0] else order)

    def action_shelf(self) -> None:
        """Lists the archive, then the bin, then the others."""
        shelf = SHELVES[(SHELVES.index(self._view.query.filter.shelf) + 1) % len(SHELVES)]
        self.line.value = put_shelf(self.line.value, shelf)

    @on(Input.Changed)
    @work
    async def _filter(self, event: Input.Changed) -> None:
        event.stop()
        self._awaits_list = False
        await self._view.search(event.value)

    @on(LibraryRows.Moved)
    def _tell_highlight(self, event: LibraryRows.Moved) -> None:
        event.stop()
        if self.rows.has_focus or self._form == "full":
            self.post_message(self.Highlighted(self.rows.conversation))
            self.refresh_bindings()

    @on(LibraryRows.Chosen)
    def _open_clicked(self, event: LibraryRows.Chosen) -> None:
        event.stop()
        self.action_open()

    def on_descendant_blur(self) -> None:
        """Tells that no conversation is at the cursor any more."""
        self._awaits_list = False
        if self._form == "small":
            self.post_message(self.Highlighted(None))

    def show_marks(self) -> None:
        """Shows which conversations are marked, and how many."""
        self.rows.refresh()
        self._tell()
        self.refresh_bindings()

    def _tell(self) -> None:
        """Says what is wrong with the line, how much is listed, or why nothing is."""
        empty = empty_words(self._view, finds_hits=self._form == "full")
        self.set_class(bool(empty), "-empty")
        self.query_one(".library-empty", Static).update(fill_keys(self, empty))
        marked = len(self.rows.marked)
        told, problem = self.query_one(".library-told", Static), self._view.problem
        told.update(problem or count_words(self._view, marked))
        told.set_class(bool(problem), "-problem")
        told.display = self._form == "full" or bool(problem or marked)

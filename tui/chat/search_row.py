"""The row in which words are typed that are searched for in the conversation."""

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Static

from ...core.folding import Words
from ...core.search_query import SearchQuery
from ..keys.bindings import Keyed, bindings_of
from ..log import ChatLog
from ..log.transcript import START, Position
from ..session.found_place import FoundPlace


class SearchRow(Keyed, Horizontal):
    """Searches as words are typed, and tells which of how many places is shown.

    It stays while the places are marked; Escape leaves the search where it began.
    """

    DEFAULT_CSS = Path(__file__).with_suffix(".tcss").read_text("utf-8")
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("find")

    def __init__(self, log: ChatLog) -> None:
        """Searches nothing yet.

        Args:
            log: that is searched.
        """
        super().__init__()
        self._log = log
        self._began_at: tuple[Position, bool] = (START, True)
        """The first line in view when the search began, and whether the log followed its end."""

    def compose(self) -> ComposeResult:
        """Yields the words and the count."""
        yield Static("/", id="search-sign")
        yield Input(compact=True)
        yield Static(id="search-count")

    @property
    def _words(self) -> Input:
        return self.query_one(Input)

    def begin(self) -> None:
        """Lets words be typed; those of the search before are there to be typed over."""
        if self._log.found is None:
            self._began_at = self._log.top, self._log.following
        self.display = True
        self._words.focus()
        self._words.action_select_all()
        self.show_count()

    def show_found(self, found: FoundPlace, message: int) -> None:
        """Marks the words of a search in all conversations, and shows the place that was chosen.

        Args:
            found: the words and what of the message holds them.
            message: index of the message.
        """
        self.display = True
        self._began_at = START, True
        with self.prevent(Input.Changed):
            self._words.value = " ".join(found.words.split())
        self._log.search(SearchQuery(found.words).words, message, found.place)

    def leave(self) -> None:
        """Ends the search; nothing is marked any more."""
        self.display = False
        with self.prevent(Input.Changed):
            self._words.value = ""
        self._log.leave_search()

    def show_count(self) -> None:
        """Tells which place is shown, and how many there are."""
        found, number = self._log.found, self._log.hit_number
        if found is None:
            told = ""
        elif not found.total:
            told = "not found"
        else:
            told = f"{found.total:,} found"
            if number is not None:
                told = f"{number + 1:,} of {found.total:,}"
        self.query_one("#search-count", Static).update(Content(told))

    @on(Input.Changed)
    def _search(self, event: Input.Changed) -> None:
        if event.value.strip():
            self._log.search(Words([event.value]), self._began_at[0].message)
        else:
            self._log.leave_search()

    def action_accept(self) -> None:
        """Goes to the log, where keys walk the places."""
        if self._log.found is None:
            self.leave()
        self._log.focus()

    def action_cancel(self) -> None:
        """Leaves the search and goes back to where it began."""
        self.leave()
        self._log.top, self._log.following = self._began_at
        self._log.focus()
        self._log.settle()

    def action_move_hit(self, distance: int) -> None:
        """Walks to another place while words are typed."""
        self._log.action_move_hit(distance)

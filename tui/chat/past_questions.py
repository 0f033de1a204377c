"""A search in what was asked before, in all conversations, to ask it again."""

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList

from ..key_line import KeyLine
from ..keys.bindings import Keyed, bindings_of
from ..keys.focus import KeepsFocus
from ..visible import visible_line

FindQuestions = Callable[[str], Awaitable[Sequence[str]]]


class PastQuestions(KeepsFocus, Keyed, ModalScreen[str | None]):
    """Lists questions while words are typed; closes with the chosen one, Escape with None."""

    CSS_PATH: ClassVar = ["chooser.tcss", "../key_line.tcss"]
    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("past")

    found = getters.query_one(OptionList)
    words = getters.query_one(Input)

    def __init__(self, find: FindQuestions) -> None:
        """Shows the newest questions.

        Args:
            find: returns the questions that hold some words, newest first.
        """
        super().__init__()
        self._find = find
        self._questions: Sequence[str] = ()

    def compose(self) -> ComposeResult:
        """Yields the words that are searched for above the questions, the newest first."""
        with Vertical(id="chooser"):
            yield Input(placeholder="Search your prompts", compact=True)
            yield OptionList(markup=False, compact=True)
            yield KeyLine()

    def on_mount(self) -> None:
        """Finds the newest."""
        self.found.can_focus = False
        self._search("")

    @on(Input.Changed)
    def _search_words(self, event: Input.Changed) -> None:
        self._search(event.value)

    @work(exclusive=True, group="search")
    async def _search(self, words: str) -> None:
        self._questions = await self._find(words)
        lines = [Content(visible_line(text)) for text in self._questions]
        nothing = "Nothing was asked with these words." if words.strip() else "Nothing asked yet."
        self.found.set_options(lines or [Content.styled(nothing, "$text-muted")])
        self.found.highlighted = 0 if lines else None

    @on(OptionList.OptionSelected)
    def action_choose(self) -> None:
        """Closes with the question at the cursor."""
        place = self.found.highlighted
        if place is not None and self._questions:
            self.dismiss(self._questions[place])

    def action_move(self, distance: int) -> None:
        """Moves the cursor to older questions, or back."""
        place = self.found.highlighted
        if place is not None:
            self.found.highlighted = max(0, min(place + distance, len(self._questions) - 1))

    def action_close(self) -> None:
        """Closes without a question."""
        self.dismiss(None)

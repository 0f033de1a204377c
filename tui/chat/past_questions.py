"""A search in what was asked before, in all conversations, to ask it again."""

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList

from ..key_line import KeyLine
from ..keys.bindings import bindings_of
from ..visible import visible_line
from .chooser import SearchedChooser

FindQuestions = Callable[[str], Awaitable[Sequence[str]]]


class PastQuestions(SearchedChooser):
    """Lists questions while words are typed; closes with the chosen one, Escape with None."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_of("past")

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
        self._search("")

    @on(Input.Changed)
    def _search_words(self, event: Input.Changed) -> None:
        self._search(event.value)

    @work(exclusive=True, group="search")
    async def _search(self, words: str) -> None:
        self._questions = await self._find(words)
        lines = [Content(visible_line(text)) for text in self._questions]
        nothing = "Nothing was asked with these words." if words.strip() else "Nothing asked yet."
        self.rows.set_options(lines or [Content.styled(nothing, "$text-muted")])
        self.rows.highlighted = 0 if lines else None

    @on(OptionList.OptionSelected)
    def action_choose(self) -> None:
        """Closes with the question at the cursor."""
        place = self.rows.highlighted
        if place is not None and self._questions:
            self.dismiss(self._questions[place])

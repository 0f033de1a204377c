"""Tab in the prompt: completes the word before the cursor, then walks through what fits."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from textual.widgets import TextArea
from textual.widgets.text_area import Location

from .tray import Choices

if TYPE_CHECKING:
    from ..session.completion import Choice, Word

FindChoices = Callable[["Word"], Awaitable[Sequence["Choice"]]]


class _Walk(Struct):
    """Choices that Tab walks through, and the place in the text where the chosen one stands."""

    choices: "Sequence[Choice]"
    start: Location
    end: Location
    chosen: int | None = None


class TabCompletion:
    """Completes in one text area; any other key than Tab ends the walk."""

    def __init__(self, area: TextArea, find: FindChoices, show: Callable[[Choices], None]) -> None:
        """Completes nothing yet.

        Args:
            area: the text.
            find: returns what a word can be completed to.
            show: shows what can be chosen.
        """
        self._area = area
        self._find = find
        self._show = show
        self._walk: _Walk | None = None

    async def press(self) -> "Choice | None":
        """Completes, or goes on to the next choice; returns the choice if it is the only one."""
        from ..session.completion import common_start, word_before

        if self._walk is not None:
            self._step(self._walk)
            return None
        row, column = self._area.cursor_location
        word = word_before(self._area.document.get_line(row), column)
        choices = await self._find(word) if word is not None else ()
        if word is None or not choices or self._area.cursor_location != (row, column):
            return None
        if len(choices) == 1:
            ending = "" if choices[0].is_folder else " "
            self._put(choices[0].text + ending, (row, word.start), (row, column))
            return choices[0]
        start = common_start(word, choices)
        end = (row, column)
        if len(start) > column - word.start:
            end = self._put(start, (row, word.start), end)
        self._walk = _Walk(choices, (row, word.start), end)
        self._show(Choices(tuple(choice.name for choice in choices)))
        return None

    def end(self) -> "Choice | None":
        """Ends the walk; returns what was chosen."""
        walk, self._walk = self._walk, None
        if walk is None:
            return None
        self._show(Choices())
        return None if walk.chosen is None else walk.choices[walk.chosen]

    def _step(self, walk: _Walk) -> None:
        walk.chosen = 0 if walk.chosen is None else (walk.chosen + 1) % len(walk.choices)
        walk.end = self._put(walk.choices[walk.chosen].text, walk.start, walk.end)
        self._show(Choices(tuple(choice.name for choice in walk.choices), walk.chosen))

    def _put(self, text: str, start: Location, end: Location) -> Location:
        result = self._area.replace(text, start, end, maintain_selection_offset=False)
        return result.end_location

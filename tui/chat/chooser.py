"""What the lists above the chat have in common: they close with what was chosen, or with None."""

from typing import ClassVar, TypeVar

from textual import getters
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList

from ..keys.bindings import Keyed
from ..keys.focus import KeepsFocus

Chosen = TypeVar("Chosen")


class Chooser(KeepsFocus, Keyed, ModalScreen[Chosen | None]):
    """A list that closes with the row that is chosen; Escape closes it with None."""

    CSS_PATH: ClassVar = ["chooser.tcss", "../key_line.tcss"]

    rows = getters.query_one(OptionList)

    def action_close(self) -> None:
        """Closes without a choice."""
        self.dismiss(None)


class SearchedChooser(Chooser[str]):
    """A list under words that are typed, which keep the focus while the cursor moves."""

    AUTO_FOCUS = "Input"

    words = getters.query_one(Input)

    def on_mount(self) -> None:
        """Leaves the focus to the words."""
        self.rows.can_focus = False

    def action_move(self, distance: int) -> None:
        """Moves the cursor, if there is one: a row that says that nothing was found has none."""
        place = self.rows.highlighted
        if place is not None:
            self.rows.highlighted = max(0, min(place + distance, self.rows.option_count - 1))

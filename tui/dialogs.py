"""Small questions that stand above the chat: yes or no, and one line of text."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from .key_line import KeyLine
from .keys.bindings import Keyed, bindings_of
from .keys.focus import KeepsFocus
from .visible import visible


class Confirm(KeepsFocus, Keyed, ModalScreen[bool]):
    """Asks a question that `y` answers with yes and every way out with no."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("confirm")

    def __init__(self, question: str) -> None:
        super().__init__(classes="dialog")
        self._question = question

    def compose(self) -> ComposeResult:
        """Yields the question above its keys."""
        with Vertical(classes="dialog-panel"):
            yield Static(visible(self._question), markup=False)
            yield KeyLine()

    def action_answer(self, answer: bool) -> None:
        """Closes the question with its answer."""
        self.dismiss(answer)


class AskLine(KeepsFocus, Keyed, ModalScreen[str | None]):
    """Asks for one line of text; Escape returns None."""

    CSS_PATH = "dialogs.tcss"
    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("line")

    def __init__(
        self, label: str, value: str = "", placeholder: str = "", *, may_be_empty: bool = False
    ) -> None:
        """Asks.

        Args:
            label: what for.
            value: stands in the line at first.
            placeholder: stands in a line that is empty.
            may_be_empty: whether an empty line is a text too.
        """
        super().__init__(classes="dialog")
        self._label = label
        self._value = value
        self._placeholder = placeholder
        self._may_be_empty = may_be_empty

    def compose(self) -> ComposeResult:
        """Yields the label, the line and its keys."""
        with Vertical(classes="dialog-panel"):
            yield Static(visible(self._label), markup=False)
            yield Input(
                visible(self._value),
                placeholder=self._placeholder,
                compact=True,
                select_on_focus=False,
            )
            yield KeyLine()

    def action_accept(self) -> None:
        """Closes with the text, or with None where there has to be one and is none."""
        text = self.query_one(Input).value.strip()
        self.dismiss(text if text or self._may_be_empty else None)

    def action_cancel(self) -> None:
        """Closes without a text."""
        self.dismiss(None)

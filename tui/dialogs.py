"""Small questions that stand above the chat: yes or no, and one line of text."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from .key_line import KeyLine
from .visible import visible

_LOG_LINES = 6


class Confirm(ModalScreen[bool]):
    """Asks a question that `y` answers with yes and every way out with no."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "yes"),
        Binding("n,escape", "answer(False)", "no"),
    ]

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


class AskLine(ModalScreen[str | None]):
    """Asks for one line of text; Escape returns None."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "accept", "accept", priority=True),
        Binding("escape", "cancel", "cancel"),
    ]

    def __init__(self, label: str, value: str = "", placeholder: str = "") -> None:
        super().__init__(classes="dialog")
        self._label = label
        self._value = value
        self._placeholder = placeholder

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
        """Closes with the text, or with None where there is none."""
        self.dismiss(self.query_one(Input).value.strip() or None)

    def action_cancel(self) -> None:
        """Closes without a text."""
        self.dismiss(None)


class CoreLostScreen(ModalScreen[bool]):
    """Says why the core can't be used, shows its last words and offers to start it again."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "answer(True)", "start it again"),
        Binding("escape", "answer(False)", "not now"),
    ]

    def __init__(self, sentence: str, log_tail: str) -> None:
        super().__init__(classes="dialog")
        self._sentence = sentence
        self._log_tail = log_tail

    def compose(self) -> ComposeResult:
        """Yields the sentence, the end of the log and the keys."""
        with Vertical(classes="dialog-panel"):
            yield Static(visible(self._sentence), markup=False)
            if self._log_tail:
                end = "\n".join(self._log_tail.strip().splitlines()[-_LOG_LINES:])
                yield Static(visible(end), markup=False, classes="dialog-log")
            yield Static(
                "What you typed is still in the prompt; what was stored is on disk.",
                classes="dialog-note",
            )
            yield KeyLine()

    def action_answer(self, answer: bool) -> None:
        """Closes the screen; True starts the core again."""
        self.dismiss(answer)

"""Asks what a roll begins with: pictures, as a folder, files or globs, and the question."""

import shlex
from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from ...core.excerpt import NamedPicture
from ..key_line import KeyLine
from ..keys.bindings import Keyed, bindings_of
from ..keys.focus import KeepsFocus
from ..visible import visible


class AskedRoll(NamedTuple):
    """What the user wants asked."""

    pictures: tuple[str | NamedPicture, ...]
    """Files, folders, globs and notations, or what was picked."""
    question: str


class NewRoll(KeepsFocus, Keyed, ModalScreen[AskedRoll | None]):
    """Two fields; Enter goes to the one that is empty, else closes with both."""

    CSS_PATH = "../dialogs.tcss"
    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("new_roll")

    def __init__(self, pictures: Sequence[NamedPicture] = (), question: str = "") -> None:
        """Fills the fields.

        Args:
            pictures: what was picked already.
            question: to begin with.
        """
        super().__init__(classes="dialog")
        self._picked = tuple(pictures)
        self._question = question

    def compose(self) -> ComposeResult:
        """Yields the fields above their keys."""
        with Vertical(classes="dialog-panel"):
            yield Static("Ask the same question about each of many pictures", markup=False)
            if self._picked:
                count = len(self._picked)
                told = "1 picture is" if count == 1 else f"{count} pictures are"
                yield Static(f"{told} picked.", markup=False)
            else:
                yield Input(
                    placeholder="Folder, files, or a glob such as scans/**/*.jpg",
                    compact=True,
                    id="roll-pictures",
                )
            yield Input(
                visible(self._question), placeholder="Question", compact=True, id="roll-question"
            )
            yield KeyLine()

    def action_start(self) -> None:
        """Closes with what is to be asked, once there are pictures and a question."""
        for field in self.query(Input):
            if not field.value.strip():
                field.focus()
                return
        question = self.query_one("#roll-question", Input).value.strip()
        self.dismiss(AskedRoll(self._picked or self._typed(), question))

    def action_cancel(self) -> None:
        """Closes without asking."""
        self.dismiss(None)

    def _typed(self) -> tuple[str, ...]:
        """Returns the words of the field as a shell reads them; one with an open quote is one."""
        text = self.query_one("#roll-pictures", Input).value.strip()
        try:
            return tuple(shlex.split(text))
        except ValueError:
            return (text,)

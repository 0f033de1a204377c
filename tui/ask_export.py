"""Asks in which form conversations are to be exported and where to, and has it done."""

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Final, NamedTuple

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static

from ..core.errors import TransferError
from .export import places_of
from .export.beside import ExportTold, export_beside
from .export.forms import FORMS, ExportChoices, ExportForm, keeps_metadata, suffix_of
from .export.picture_folder import safe_name
from .key_line import KeyLine
from .keys.bindings import Keyed, bindings_of
from .keys.focus import KeepsFocus
from .sizes import in_bytes
from .visible import visible, visible_line

_WORDS: Final[dict[ExportForm, str]] = {
    "html": "one page with its pictures, for every browser",
    "markdown": "a text, with a folder of pictures beside it",
    "json": "all that is known, for programs",
    "jsonl": "training rows, with a folder of pictures",
    "bundle": "everything, for another seeshell to import",
}
_NAME_WIDTH: Final = 10
_LONG_SECONDS: Final = 2.0
"""After so long it is said that an export takes time."""

_BOXES: Final = {False: "[ ]", True: "[x]"}


class AskedExport(NamedTuple):
    """What the user wants."""

    path: Path
    choices: ExportChoices


class ExportDialog(KeepsFocus, Keyed, ModalScreen[AskedExport | None]):
    """A list of forms above the place: what is typed goes there, arrows choose the form."""

    CSS_PATH = "ask_export.tcss"
    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("export")

    forms = getters.query_one(OptionList)
    place = getters.query_one(Input)

    def __init__(self, count: int, title: str) -> None:
        """Asks.

        Args:
            count: how many conversations are exported.
            title: of a single one.
        """
        super().__init__(classes="dialog")
        self._count = count
        self._what, self._file_name = _named(count, title)
        self._choices = ExportChoices()

    def compose(self) -> ComposeResult:
        """Yields the forms, the place, what else can be chosen, and the keys."""
        with Vertical(classes="dialog-panel"):
            yield Static(f"Export {visible(self._what)} as", markup=False)
            rows = [Content(f"{form:<{_NAME_WIDTH}}{_WORDS[form]}") for form in FORMS]
            yield OptionList(*rows, compact=True, markup=False)
            name = self._file_name + suffix_of("html", self._count)
            yield Input(name, compact=True, select_on_focus=False)
            yield Static(id="export-choices", markup=False)
            yield Static(id="export-warning", markup=False)
            yield KeyLine()

    def on_mount(self) -> None:
        """Leaves the focus to the place."""
        self.forms.can_focus = False
        self.forms.highlighted = 0
        self._tell_choices()

    def action_move(self, distance: int) -> None:
        """Chooses the form above or below; the ending of the name follows."""
        index = ((self.forms.highlighted or 0) + distance) % len(FORMS)
        self.forms.highlighted = index

    @on(OptionList.OptionHighlighted)
    def _take_form(self, event: OptionList.OptionHighlighted) -> None:
        before, form = self._choices.form, FORMS[event.option_index]
        if before != form:
            metadata = keeps_metadata(form)
            self._choices = self._choices._replace(form=form, keeps_metadata=metadata)
            self._tell_choices()
        ending, name = suffix_of(before, self._count), self.place.value
        if name.endswith(ending):
            self.place.value = name.removesuffix(ending) + suffix_of(form, self._count)

    @on(Input.Changed)
    def _forget_warning(self) -> None:
        """Another place has to be looked at anew."""
        self._choices = self._choices._replace(replaces=False)
        self.query_one("#export-warning", Static).update("")

    def action_turn_branches(self) -> None:
        """Takes other branches along, or not."""
        self._choices = self._choices._replace(all_branches=not self._choices.all_branches)
        self._tell_choices()

    def action_turn_metadata(self) -> None:
        """Leaves EXIF in pictures, or not."""
        self._choices = self._choices._replace(keeps_metadata=not self._choices.keeps_metadata)
        self._tell_choices()

    def action_accept(self) -> None:
        """Closes with what is wanted; where something is there already it asks once more."""
        typed = self.place.value.strip()
        if not typed:
            return
        path = Path(os.path.abspath(os.path.expanduser(typed)))  # noqa: PTH100, PTH111
        places = places_of(path, self._choices.form, self._count)
        taken = [it for it in places if os.path.lexists(it)]
        if taken and not self._choices.replaces:
            self._choices = self._choices._replace(replaces=True)
            warning = f"{taken[0]} is there already: the same key again replaces it."
            self.query_one("#export-warning", Static).update(visible(warning))
            return
        self.dismiss(AskedExport(path, self._choices))

    def action_cancel(self) -> None:
        """Closes without exporting."""
        self.dismiss(None)

    def _tell_choices(self) -> None:
        choices = self._choices
        branches, metadata = _BOXES[choices.all_branches], _BOXES[choices.keeps_metadata]
        words = f"{branches} all branches   {metadata} with EXIF and GPS in pictures"
        self.query_one("#export-choices", Static).update(words)


async def export_conversations(widget: Widget, ids: Sequence[int], title: str) -> None:
    """Asks how, exports, and says where it is.

    Args:
        widget: in whose app it is asked and told.
        ids: of the conversations, at least one.
        title: of a single one.
    """
    asked = await widget.app.push_screen_wait(ExportDialog(len(ids), title))
    if asked is None:
        return
    note = "The export goes on, and a notice says when it is done."
    timer = widget.set_timer(_LONG_SECONDS, lambda: widget.notify(note, markup=False))
    try:
        told = await export_beside(ids, asked.path, asked.choices)
    except TransferError as error:
        widget.notify(visible(str(error)), severity="error", markup=False)
        return
    finally:
        timer.stop()
    widget.notify(visible(_sentence(told)), timeout=10, markup=False)


def _named(count: int, title: str) -> tuple[str, str]:
    """Returns what is exported in words, and as the name of a file."""
    if count > 1:
        return f"{count:,} conversations", f"seeshell-{time.strftime('%Y-%m-%d')}"
    shown = visible_line(title) or "Untitled"
    return f"“{shown}”", safe_name(shown, "conversation")


def _sentence(told: ExportTold) -> str:
    lines = [f"Exported to {told.path} ({in_bytes(told.size_bytes)}).", *told.notes[:3]]
    if len(told.notes) > 3:
        lines.append(f"… and {len(told.notes) - 3} more notes.")
    return "\n".join(lines)

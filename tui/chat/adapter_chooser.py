"""The adapters that were trained here, to put one on the model; any folder can be typed."""

import asyncio
from collections.abc import Sequence
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static

from ...core.models.adapters_here import list_adapters
from ...core.settings import Paths
from ..key_line import KeyLine
from ..keys.bindings import bindings_of
from ..visible import visible_line
from .chooser import SearchedChooser

_PLACEHOLDER: Final = "Filter, or the folder of a LoRA adapter"
_NONE: Final = "no adapter"


class AdapterChooser(SearchedChooser):
    """Lists adapters while words are typed; closes with a folder, empty for none, or with None."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_of("adapters")

    def __init__(self, paths: Paths, adapter: str, cost: str) -> None:
        """Lists those that were trained here.

        Args:
            paths: where they lie.
            adapter: folder of the one that the model has; empty for none.
            cost: what a change costs in the conversation, in words; empty where nothing.
        """
        super().__init__()
        self._paths = paths
        self._adapter = adapter
        self._cost = cost
        self._names: Sequence[str] = ()
        self._folders: Sequence[str] = ()
        """Of the rows."""

    def compose(self) -> ComposeResult:
        """Yields the words, the adapters that fit them, and what a change costs."""
        with Vertical(id="chooser"):
            yield Input(placeholder=_PLACEHOLDER, compact=True)
            yield OptionList(markup=False, compact=True)
            if self._cost:
                yield Static(self._cost, id="details", markup=False)
            yield KeyLine()

    def on_mount(self) -> None:
        """Lists them once they are read."""
        self._read()

    @work
    async def _read(self) -> None:
        self._names = await asyncio.to_thread(list_adapters, self._paths)
        self._show_rows()

    @on(Input.Changed)
    def _show_rows(self) -> None:
        """Shows the adapters that hold what is typed, and that itself where it is a folder."""
        typed = self.words.value.strip()
        found = {
            name: self._paths.adapter(name)
            for name in self._names
            if typed.casefold() in name.casefold()
        }
        if typed.startswith(("/", "~", ".")):
            found[typed] = self._paths.adapter(typed)
        elif not typed:
            found = {_NONE: ""} | found
            if self._adapter and self._adapter not in found.values():
                found[self._adapter] = self._adapter
        self._folders = tuple(found.values())
        self.rows.set_options(
            [self._row(name, folder) for name, folder in found.items()]
            or [Content.styled("No adapter is called so.", "$text-muted")]
        )
        is_listed = not typed and self._adapter in self._folders
        place = self._folders.index(self._adapter) if is_listed else 0
        self.rows.highlighted = place if self._folders else None

    def _row(self, name: str, folder: str) -> Content:
        mark = "• " if folder == self._adapter else "  "
        return Content.assemble((mark, "$accent"), visible_line(name))

    @on(OptionList.OptionSelected)
    def action_choose(self) -> None:
        """Closes with the adapter at the cursor."""
        place = self.rows.highlighted
        if place is not None and place < len(self._folders):
            self.dismiss(self._folders[place])

"""The templates, each with the letter that puts it into the prompt."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key
from textual.widgets import OptionList, Static

from ...core.current_presets import CurrentPresets
from ...core.presets import CURSOR, Template
from ..key_line import KeyLine
from ..keys.bindings import bindings_of
from ..visible import visible, visible_line
from .chooser import Chooser

_NAME_WIDTH = 16


class TemplateMenu(Chooser[Template]):
    """Lists the templates; closes with the chosen one, Escape with None."""

    AUTO_FOCUS = "OptionList"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("templates")

    def __init__(self, presets: CurrentPresets) -> None:
        """Lists those of the file and the built-in ones that it does not replace."""
        super().__init__()
        self._presets = presets
        self._templates: Sequence[Template] = ()

    def compose(self) -> ComposeResult:
        """Yields the templates, and below them what is wrong with the file."""
        with Vertical(id="chooser"):
            yield Static("Templates: a letter or digit puts one into the prompt", classes="heading")
            yield OptionList(markup=False, compact=True)
            yield Static(id="details", markup=False)
            yield KeyLine()

    def on_mount(self) -> None:
        """Lists them."""
        self._list()

    def _list(self) -> None:
        self._presets.look()
        self._templates = self._presets.now.templates
        self.rows.set_options([_row(template) for template in self._templates])
        self.rows.highlighted = 0 if self._templates else None
        self.query_one("#details", Static).update(visible(self._presets.problem))

    def on_key(self, event: Key) -> None:
        """Closes with the template whose letter or digit was typed."""
        typed = (event.character or "").lower()
        found = [it for it in self._templates if typed and it.key == typed]
        if found:
            event.stop()
            event.prevent_default()
            self.dismiss(found[0])

    @on(OptionList.OptionSelected)
    def action_choose(self) -> None:
        """Closes with the template at the cursor."""
        place = self.rows.highlighted
        if place is not None:
            self.dismiss(self._templates[place])

    @work
    async def action_edit(self) -> None:
        """Hands the file to the user's editor, and lists what it holds afterwards."""
        from .presets_file import edit_presets

        await edit_presets(self, self._presets.path)
        self._list()


def _row(template: Template) -> Content:
    return Content.assemble(
        (f"{template.key or ' '}  ", "$accent"),
        f"{visible_line(template.name):<{_NAME_WIDTH}}  ",
        (visible_line(template.text.replace(CURSOR, "…")), "$text-muted"),
    )

"""Every key, by the place where it works."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from ..core.presets import BUILT_IN_TEMPLATES, Template
from .key_line import KeyLine
from .keys.bindings import Keyed, bindings_of, keymap_of
from .keys.chooser_commands import TEMPLATES
from .keys.command import Place
from .keys.focus import KeepsFocus
from .keys.table import PLACES
from .visible import visible_line

_KEYS_WIDTH: Final = 31
_HELP_WIDTH: Final = 46
_ID_WIDTH: Final = 28
"""A terminal that has room for it shows the id by which the settings name a command."""


class HelpScreen(KeepsFocus, Keyed, Screen[None]):
    """The keys in force, and below their place what they do."""

    CSS_PATH = "help_screen.tcss"
    AUTO_FOCUS = "VerticalScroll"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("help")

    def __init__(self, templates: Sequence[Template] = BUILT_IN_TEMPLATES) -> None:
        """Tells the keys; `templates` are those that their own letters pick."""
        super().__init__()
        self._templates = templates

    def compose(self) -> ComposeResult:
        """Yields one block of keys a place."""
        with VerticalScroll():
            for place in PLACES:
                yield Static(Content("\n").join(self._lines(place)), classes="keys")
        yield KeyLine()

    def _lines(self, place: Place) -> Iterator[Content]:
        keymap = keymap_of(self.app)
        letters = f" (letters {place.letters})" if place.letters else ""
        yield Content.assemble((place.title, "bold"), (letters, "$text-muted"))
        has_ids = self.app.size.width >= _KEYS_WIDTH + _HELP_WIDTH + _ID_WIDTH
        for command in place.commands:
            command_id = place.id_of(command)
            keys = keymap.show_all(command_id) or "no key"
            if len(keys) >= _KEYS_WIDTH:
                yield Content.styled(keys, "$accent")
                keys = ""
            text = keymap.fill(command.help)
            row = Content.assemble((f"{keys:<{_KEYS_WIDTH}}", "$accent"), text)
            if has_ids and not command.is_fixed:
                gap = " " * (_HELP_WIDTH - len(text))
                row += Content.assemble(gap, (command_id, "$text-muted"))
            yield row
        if place.note:
            yield Content.styled(place.note, "$text-muted")
        if place is TEMPLATES:
            for template in self._templates:
                keys = f"{template.key or 'no key':<{_KEYS_WIDTH}}"
                yield Content.assemble((keys, "$accent"), visible_line(template.name))

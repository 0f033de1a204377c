"""The presets to choose from: each with the user's words, its values, and what a change costs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static

from ...core.current_presets import CurrentPresets
from ...core.generation_options import NO_OPTIONS, GenerationOptions
from ...core.presets import Preset
from ..key_line import KeyLine
from ..keys.bindings import bindings_of, fill_keys
from ..preset_words import option_words
from ..visible import visible, visible_line
from .chooser import Chooser

_DEFAULT = "default"
_NAME_WIDTH = 20
_MOST_LINES = 6
"""Of a system prompt that are shown."""


@dataclass(frozen=True)
class PresetChoice:
    """What the chooser has to know of the conversation on screen."""

    presets: CurrentPresets
    name: str
    """Of the preset that it keeps; empty for the model's default one."""
    source: str
    """What names the model."""
    tell_cost: Callable[[GenerationOptions], str]
    """Returns what it costs to change to these options; empty where nothing."""


class PresetChooser(Chooser[str]):
    """Lists the presets; closes with the chosen one's name, Escape with None."""

    AUTO_FOCUS = "OptionList"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("presets")

    details = getters.query_one("#details", Static)

    def __init__(self, choice: PresetChoice) -> None:
        """Lists what the file holds now; `choice` says what counts in the conversation."""
        super().__init__()
        self._choice = choice
        self._listed: Sequence[Preset | None] = ()

    def compose(self) -> ComposeResult:
        """Yields the presets above what is known of the one under the cursor."""
        with Vertical(id="chooser"):
            yield Static(
                "Presets: how answers are given from the next question on", classes="heading"
            )
            yield OptionList(markup=False, compact=True)
            yield Static(id="details", markup=False)
            yield KeyLine()

    def on_mount(self) -> None:
        """Lists them, with the cursor on the one that counts."""
        self._list(self._choice.name)

    def _list(self, name: str) -> None:
        """Reads the file again where it has changed, and puts the cursor on a preset."""
        self._choice.presets.look()
        self._listed = (None, *self._choice.presets.now.presets)
        self.rows.set_options([self._row(preset) for preset in self._listed])
        names = [preset.name if preset else "" for preset in self._listed]
        self.rows.highlighted = names.index(name) if name in names else 0
        self._show_details()

    def _row(self, preset: Preset | None) -> Content:
        name = preset.name if preset else _DEFAULT
        mark = "• " if (preset.name if preset else "") == self._choice.name else "  "
        about = visible_line(preset.about if preset else self._default_words())
        return Content.assemble(
            (mark, "$accent"), f"{visible_line(name):<{_NAME_WIDTH}}  ", (about, "$text-muted")
        )

    def _default_words(self) -> str:
        default = self._choice.presets.now.default_of(self._choice.source)
        return f"this model's: {default.name}" if default else "as the settings and the model say"

    @on(OptionList.OptionHighlighted)
    def _show_details(self) -> None:
        place = self.rows.highlighted
        if place is not None:
            self.details.update(Content("\n").join(self._tell(self._listed[place])))

    def _tell(self, preset: Preset | None) -> list[Content]:
        """Returns the lines on a preset, and on the file where that can't be used."""
        choice = self._choice
        counts = preset or choice.presets.now.default_of(choice.source)
        options = counts.options if counts else NO_OPTIONS
        lines = [Content.styled(choice.tell_cost(options), "$warning")]
        lines.append(Content(option_words(options)))
        lines += [Content(line) for line in _beginning(options.system or "")]
        if choice.presets.problem:
            lines.append(Content.styled(visible(choice.presets.problem), "$warning"))
        elif not choice.presets.now.presets:
            begin = fill_keys(self, "{presets.edit} writes the first presets, for you to change.")
            lines.append(Content.styled(begin, "$text-muted"))
        return [line for line in lines if line]

    @on(OptionList.OptionSelected)
    def action_choose(self) -> None:
        """Closes with the preset at the cursor."""
        place = self.rows.highlighted
        if place is not None:
            preset = self._listed[place]
            self.dismiss(preset.name if preset else "")

    @work
    async def action_edit(self) -> None:
        """Hands the file to the user's editor, and lists what it holds afterwards."""
        from .presets_file import edit_presets

        place = self.rows.highlighted
        preset = self._listed[place] if place is not None else None
        await edit_presets(self, self._choice.presets.path)
        self._list(preset.name if preset else self._choice.name)


def _beginning(text: str) -> list[str]:
    """Returns the first lines of a text, and a sign where there are more."""
    lines = visible(text).strip().split("\n")
    return [*lines[:_MOST_LINES], *(["…"] if len(lines) > _MOST_LINES else [])]

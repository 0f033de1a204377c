"""What was chosen in the app of things that are settings too: it lasts until the setting changes.

`config.toml` is the user's file and is never written.
"""

from pathlib import Path

from msgspec import Struct, structs

from ..core.settings import Paths, Settings
from .state_file import read_state, write_state


class ThemeChoice(Struct, frozen=True):
    """A theme from the palette."""

    chosen: str
    instead_of: str
    """The setting at that time."""


class MouseChoice(Struct, frozen=True):
    """The mouse turned off or on in the palette."""

    chosen: bool
    instead_of: bool
    """The setting at that time."""


class _Kept(Struct, frozen=True):
    theme: ThemeChoice | None = None
    mouse: MouseChoice | None = None


class Choices:
    """The choices in force, kept in a file of the interface's own."""

    def __init__(self, paths: Paths, settings: Settings) -> None:
        self._file = choices_file(paths)
        self._settings = settings
        self._kept = read_state(self._file, _Kept) or _Kept()

    @property
    def theme(self) -> str:
        """Name of the theme: the one chosen, or that of the settings."""
        choice, setting = self._kept.theme, self._settings.theme
        return choice.chosen if choice is not None and choice.instead_of == setting else setting

    @theme.setter
    def theme(self, name: str) -> None:
        self._keep(structs.replace(self._kept, theme=ThemeChoice(name, self._settings.theme)))

    @property
    def mouse(self) -> bool:
        """Whether the mouse is the program's."""
        choice, setting = self._kept.mouse, self._settings.mouse
        return choice.chosen if choice is not None and choice.instead_of == setting else setting

    @mouse.setter
    def mouse(self, is_on: bool) -> None:
        self._keep(structs.replace(self._kept, mouse=MouseChoice(is_on, self._settings.mouse)))

    def _keep(self, kept: _Kept) -> None:
        self._kept = kept
        write_state(self._file, kept)


def choices_file(paths: Paths) -> Path:
    """Returns where they are kept."""
    return paths.data_dir / "choices.json"

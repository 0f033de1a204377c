"""Colour themes read from TOML files: the ones in `themes/` and the user's own."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct
from textual.color import Color, ColorParseError
from textual.theme import Theme

from ..core.errors import SettingsError

THEMES_DIR = Path(__file__).parent.parent / "themes"


class ThemeFile(Struct, frozen=True, forbid_unknown_fields=True):
    """What a theme's file holds; colours as Textual writes them (`#rrggbb`, `rgb()`, names)."""

    primary: str
    foreground: str
    background: str
    surface: str
    """Ground of panels."""
    panel: str
    """Ground of what is marked."""
    dark: bool = True
    secondary: str | None = None
    accent: str | None = None
    success: str | None = None
    warning: str | None = None
    error: str | None = None
    variables: dict[str, str] = {}
    """Overrides of single variables that Textual derives."""

    def colors(self) -> Iterator[tuple[str, str]]:
        """Yields the name and text of each colour that is set outside `variables`."""
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, str):
                yield name, value


def theme_names(folder: Path = THEMES_DIR) -> list[str]:
    """Returns the names that the setting `theme` may hold, sorted."""
    return sorted(path.stem for path in folder.glob("*.toml"))


def load_theme(name: str, folder: Path = THEMES_DIR) -> Theme:
    """Returns the theme of that name, ready to register with the app.

    Raises:
        SettingsError: there is no such theme, or its file is broken.
    """
    if name not in theme_names(folder):
        known = ", ".join(theme_names(folder))
        raise SettingsError(f"There is no theme named {name}. Set theme to one of: {known}.")
    path = folder / f"{name}.toml"
    try:
        content = msgspec.toml.decode(path.read_bytes(), type=ThemeFile)
        for field, color in content.colors():
            _check_color(field, color)
    except (OSError, UnicodeDecodeError, msgspec.DecodeError, ValueError) as error:
        raise SettingsError(f"The theme {path} can't be used: {error}.") from error
    fields = {field: getattr(content, field) for field in content.__struct_fields__}
    return Theme(name=name, **fields)


def _check_color(field: str, color: str) -> None:
    """Raises ValueError where Textual would fail later, with the field's name."""
    try:
        Color.parse(color)
    except ColorParseError:
        raise ValueError(f"{field} = {color!r} is no colour") from None

"""Colour themes read from TOML files: the ones in `themes/` and the user's own."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct
from textual.color import Color, ColorParseError
from textual.theme import Theme

from ..core.errors import SettingsError
from ..core.undecodable import UNDECODABLE
from .terminal.colour_filters import CURSOR, GROUND, INK, RAISED, STRONG_INK
from .terminal.xterm_colours import FIRST_FIXED, ColourDepth, value_of

THEMES_DIR = Path(__file__).parent.parent / "themes"

_DEFAULTS = {
    "raised-cursor-background": "block-cursor-background",
}
"""Variables of seeshell's own, and what they are where a theme does not say."""

_TEXT_STYLES = {"none", "bold", "dim", "italic", "underline", "reverse", "strike"}

_WITHOUT_COLOURS = {
    "primary": STRONG_INK,
    "secondary": INK,
    "accent": STRONG_INK,
    "foreground": INK,
    "background": GROUND,
    "surface": GROUND,
    "panel": RAISED,
    "success": INK,
    "warning": INK,
    "error": STRONG_INK,
    "text": INK,
    "text-muted": INK,
    "text-disabled": INK,
    "block-cursor-foreground": INK,
    "block-cursor-background": CURSOR,
    "block-cursor-text-style": "none",
    "block-cursor-blurred-background": RAISED,
    "raised-cursor-background": GROUND,
    "block-hover-background": GROUND,
    "input-cursor-foreground": GROUND,
    "input-cursor-background": INK,
    "input-selection-background": RAISED,
    "screen-selection-background": RAISED,
    "scrollbar": RAISED,
    "scrollbar-hover": RAISED,
    "scrollbar-active": RAISED,
    "scrollbar-background": GROUND,
    "scrollbar-background-hover": GROUND,
    "scrollbar-background-active": GROUND,
}
"""Every theme in a terminal of 16 colours; the line filter makes attributes of these."""


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
    palette_256: dict[str, int] = {}
    """Colours and variables in a terminal of 256 colours, by number from 16 to 255; what is not
    named gets the nearest number."""

    def colors(self) -> Iterator[tuple[str, str]]:
        """Yields the name and text of each colour that is set outside `variables`."""
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, str):
                yield name, value

    def theme(self, name: str, depth: ColourDepth) -> Theme:
        """Returns the theme for a terminal that shows so many colours."""
        colors: dict[str, str] = {**self.variables, **dict(self.colors())}
        if depth == "256":
            colors |= {key: _hex(number) for key, number in self.palette_256.items()}
        elif depth == "16":
            colors |= _WITHOUT_COLOURS
        for variable, stands_for in _DEFAULTS.items():
            colors.setdefault(variable, colors.get(stands_for, colors["primary"]))
        theme = Theme(name, colors["primary"], dark=self.dark, variables=colors)
        for field, _ in self.colors():
            setattr(theme, field, colors.pop(field))
        return theme


class ThemeFolders:
    """Where themes are looked for: the user's own folder before those that ship."""

    def __init__(self, *folders: Path) -> None:
        self._folders: Sequence[Path] = folders or (THEMES_DIR,)

    def names(self) -> list[str]:
        """Returns the names that the setting `theme` may hold, sorted."""
        return sorted({path.stem for folder in self._folders for path in folder.glob("*.toml")})

    def load(self, name: str, depth: ColourDepth = "truecolor") -> Theme:
        """Returns the theme of that name, ready to register with the app.

        Raises:
            SettingsError: there is no such theme, or its file is broken.
        """
        paths = [folder / f"{name}.toml" for folder in self._folders]
        # A name that leads out of the folder is none of a theme's.
        path = next((path for path in paths if path.stem == name and path.is_file()), None)
        if path is None:
            known = ", ".join(self.names())
            raise SettingsError(f"There is no theme named {name}. Set theme to one of: {known}.")
        try:
            content = msgspec.toml.decode(path.read_bytes(), type=ThemeFile)
            _check(content)
        except (OSError, ValueError, *UNDECODABLE) as error:
            raise SettingsError(f"The theme {path} can't be used: {error}.") from error
        return content.theme(name, depth)


def _check(content: ThemeFile) -> None:
    """Raises ValueError where Textual would fail later, with the field's name."""
    for field, color in content.colors():
        _check_color(field, color)
    for variable, value in content.variables.items():
        if variable.endswith("-style"):
            _check_style(variable, value)
        elif not value.startswith("auto"):
            _check_color(variable, value)
    for field, number in content.palette_256.items():
        if not FIRST_FIXED <= number <= 255:
            raise ValueError(f"{field} = {number} is no number from {FIRST_FIXED} to 255")


def _check_color(field: str, color: str) -> None:
    try:
        Color.parse(color)
    except ColorParseError:
        raise ValueError(f"{field} = {color!r} is no colour") from None


def _check_style(variable: str, value: str) -> None:
    if not set(value.split()) <= _TEXT_STYLES:
        raise ValueError(f"{variable} = {value!r} is none of {', '.join(sorted(_TEXT_STYLES))}")


def _hex(number: int) -> str:
    return "#{:02x}{:02x}{:02x}".format(*value_of(number))

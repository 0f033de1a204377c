"""Themes read from TOML files."""

from pathlib import Path

import pytest

from seeshell.core.errors import SettingsError
from seeshell.tui.themes import THEMES_DIR, ThemeFolders

SHIPPED = ThemeFolders()
WHOLE = (THEMES_DIR / "dark.toml").read_text("utf-8")


def test_a_light_and_a_dark_theme_ship() -> None:
    assert {"dark", "light"} <= set(SHIPPED.names())
    assert SHIPPED.load("dark").dark
    assert not SHIPPED.load("light").dark


@pytest.mark.parametrize("name", SHIPPED.names())
def test_every_theme_gives_textual_all_its_colours(name: str) -> None:
    colors = SHIPPED.load(name).to_color_system().generate()
    assert {"accent", "surface", "panel", "text-muted", "block-cursor-background"} <= set(colors)


@pytest.mark.parametrize("name", SHIPPED.names())
@pytest.mark.parametrize("ground", ["background", "surface"])
@pytest.mark.parametrize("ink", ["foreground", "accent", "error", "warning"])
def test_text_stands_out_from_every_ground(name: str, ground: str, ink: str) -> None:
    from textual.color import Color

    theme = SHIPPED.load(name)
    lightness = [Color.parse(getattr(theme, part)) for part in (ground, ink)]
    darker, lighter = sorted(_luminance(color) for color in lightness)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def test_an_unknown_theme_is_refused_with_the_names_of_the_others() -> None:
    with pytest.raises(SettingsError, match=r"no theme named neon.*dark, light"):
        SHIPPED.load("neon")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("dark = tru", "line 1, column 8"),
        (WHOLE.replace('primary = "#86c5bc"', ""), "primary"),
        (WHOLE.replace('panel = "#262a31"', 'panel = "blueish"'), "panel = 'blueish' is no colour"),
        ("shade = 1\n" + WHOLE, "shade"),
        (WHOLE.replace('text = "#d8dbe1"', 'text = "blueish"'), "text = 'blueish' is no colour"),
        (WHOLE.replace('text-style = "none"', 'text-style = "fat"'), "'fat' is none of bold"),
        (WHOLE.replace("surface = 234", "surface = 7"), "surface = 7 is no number from 16 to 255"),
    ],
)
def test_a_broken_theme_says_what_is_wrong_in_which_file(
    tmp_path: Path, text: str, reason: str
) -> None:
    (tmp_path / "mine.toml").write_text(text)
    with pytest.raises(SettingsError, match=r"mine\.toml") as caught:
        ThemeFolders(tmp_path).load("mine")
    assert reason in str(caught.value)


def _luminance(color: object) -> float:
    """Returns the relative luminance of WCAG 2."""
    channels = (part / 255 for part in color.rgb)  # type: ignore[attr-defined]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_theme_of_the_users_own_stands_beside_those_that_ship_and_before_them(
    tmp_path: Path,
) -> None:
    (tmp_path / "dusk.toml").write_text(WHOLE)
    (tmp_path / "light.toml").write_text(WHOLE)
    folders = ThemeFolders(tmp_path, THEMES_DIR)
    assert folders.names() == ["dark", "dusk", "light"]
    assert folders.load("dusk").primary == folders.load("dark").primary
    assert folders.load("light").dark


def test_a_theme_may_leave_out_what_is_seeshells_own(tmp_path: Path) -> None:
    (tmp_path / "dusk.toml").write_text(WHOLE.split("[variables]")[0])
    for depth in ("truecolor", "256", "16"):
        assert "raised-cursor-background" in ThemeFolders(tmp_path).load("dusk", depth).variables


def test_256_colours_are_exactly_those_of_the_file() -> None:
    theme = SHIPPED.load("light", "256")
    assert (theme.background, theme.accent) == ("#ffffff", "#005f5f")
    assert theme.variables["block-cursor-background"] == "#afd7d7"

"""What is on screen can be read, in every theme and in every number of colours."""

from math import dist

import pytest
from rich.style import Style
from textual.color import Color, rgb_to_lab
from textual.pilot import Pilot

from seeshell.core.settings import Paths
from seeshell.tui.app import SeeshellApp
from seeshell.tui.terminal.xterm_colours import ColourDepth, Rgb, value_of
from seeshell.tui.themes import THEMES_DIR, ThemeFolders

from .conftest import AppUser
from .scripted_app import app

THEMES = ThemeFolders(THEMES_DIR).names()
LEAST_CONTRAST = 4.5
"""WCAG 2, level AA, for text."""
LEAST_DIFFERENCE = 12.0
"""CIE76 distance of two grounds that are told apart at a glance; 2.3 is just noticeable."""

STEPS: tuple[tuple[str, ...], ...] = (
    (),
    ("f2",),
    ("d",),
    ("escape", "r"),
    ("escape", "escape", "ctrl+p"),
    ("down",),
    ("escape", "f1"),
    ("escape", "ctrl+o"),
    ("escape", "shift+tab", "k"),
    ("slash", "e", "enter"),
    ("escape", "v", "up"),
    ("escape", "escape", "alt+c"),
    ("down", "space"),
    ("slash", *"lemons"),
    ("escape", "escape", "escape", "ctrl+n"),
    ("a", "b", "shift+left"),
)
"""Keys that bring every kind of screen up, one after the other."""


def luminance(color: Rgb) -> float:
    """Returns the relative luminance of WCAG 2."""
    channels = (part / 255 for part in color)
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Rgb, other: Rgb) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def difference(one: Rgb, other: Rgb) -> float:
    """Returns the distance in CIE L*a*b* (CIE76)."""
    first, second = rgb_to_lab(Color(*one)), rgb_to_lab(Color(*other))
    return dist((first.L, first.a, first.b), (second.L, second.a, second.b))


def colors_of(style: Style) -> tuple[Rgb, Rgb]:
    """Returns text and ground of a style as a terminal shows them."""
    ink, ground = (_rgb(it) for it in (style.color, style.bgcolor))
    return (ground, ink) if style.reverse else (ink, ground)


def _rgb(color: object) -> Rgb:
    number = getattr(color, "number", None)
    triplet = getattr(color, "triplet", None)
    return value_of(number) if number is not None else tuple(triplet)  # type: ignore[return-value]


async def screens(theme: str, depth: ColourDepth, paths: Paths) -> list[tuple[str, Style]]:
    """Returns what is written on every kind of screen, with its style as the terminal gets it."""
    seen: dict[tuple[str, Style], None] = {}
    chat = app(paths, theme, depth=depth)
    async with chat.run_test(size=(130, 30), notifications=True) as pilot:
        user = AppUser(pilot)
        await user.sees("ready", "limes", "market stall")
        for keys in STEPS:
            await pilot.press(*keys)
            await settle(pilot)
            seen |= dict.fromkeys(written(chat))
        chat.notify("a toast")
        await user.sees("a toast")
        seen |= dict.fromkeys(written(chat))
    return list(seen)


async def settle(pilot: Pilot[None]) -> None:
    """Returns when the screen does not change any more."""
    user, seen = AppUser(pilot), ""
    while seen != user.screen:
        seen = user.screen
        await pilot.pause()


def written(chat: SeeshellApp) -> list[tuple[str, Style]]:
    """Returns the pieces of the screen after the filters that every line goes through."""
    pieces = []
    for strip in chat.screen._compositor.render_strips():
        for line_filter in chat.get_line_filters():
            strip = strip.apply_filter(line_filter, Color(0, 0, 0))
        pieces += [(text, style) for text, style, _ in strip if style is not None]
    return pieces


@pytest.mark.parametrize("depth", ["truecolor", "256"])
@pytest.mark.parametrize("theme", THEMES)
async def test_every_text_stands_out_from_its_ground(
    theme: str, depth: ColourDepth, paths: Paths
) -> None:
    pieces = await screens(theme, depth, paths)
    texts = {(text.strip(), *colors_of(style)) for text, style in pieces if text.strip(" ▁▂▃▄▅▆▇█")}
    assert len(texts) > 100
    faint = {it: contrast(it[1], it[2]) for it in texts if contrast(it[1], it[2]) < LEAST_CONTRAST}
    assert not faint


@pytest.mark.parametrize("depth", ["truecolor", "256"])
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    ("cursor", "ground"),
    [
        ("block-cursor-background", "background"),
        ("block-cursor-background", "surface"),
        ("block-cursor-background", "block-cursor-blurred-background"),
        ("raised-cursor-background", "panel"),
        ("input-selection-background", "surface"),
        ("input-selection-background", "panel"),
        ("screen-selection-background", "background"),
        ("screen-selection-background", "surface"),
        ("input-cursor-background", "surface"),
        ("input-cursor-background", "panel"),
        ("input-cursor-background", "input-selection-background"),
        ("scrollbar", "scrollbar-background"),
    ],
)
def test_cursor_and_selection_differ_from_what_is_around_them(
    theme: str, depth: ColourDepth, cursor: str, ground: str
) -> None:
    loaded = ThemeFolders(THEMES_DIR).load(theme, depth)
    colors = loaded.to_color_system().generate() | loaded.variables
    one, other = (Color.parse(colors[name]).rgb for name in (cursor, ground))
    assert difference(one, other) >= LEAST_DIFFERENCE


@pytest.mark.parametrize("theme", THEMES)
async def test_a_terminal_of_16_colours_gets_none_but_its_own(theme: str, paths: Paths) -> None:
    pieces = await screens(theme, "16", paths)
    assert pieces
    assert {style.color for _, style in pieces} | {style.bgcolor for _, style in pieces} == {None}

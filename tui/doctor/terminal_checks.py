"""Checks of the terminal itself: its name, how far away it is, its pictures and its colours."""

from typing import Final

from ...core.settings import IMAGES_VARIABLE
from ..terminal.facts import Drawing, guess_colours, known_drawings
from ..terminal.line_speed import SLOW_SECONDS
from .finding import Finding
from .surroundings import Surroundings

_NO_TERMINAL: Final = "standard input and output are no terminal"

_DRAWINGS: Final[dict[Drawing, str]] = {
    "tgp": "kitty's protocol with placeholder cells: sent once, every pixel",
    "kitty": "kitty's protocol without placeholder cells: sent once, every pixel",
    "sixel": "sixels: every pixel, sent again when the picture has moved",
    "iterm2": "iTerm2's protocol: every pixel, sent again when the picture has moved",
    "halfblock": "half blocks: two pixels a cell",
    "none": "none are drawn",
}

TMUX_FILE: Final = "~/.tmux.conf"


def check_terminal(around: Surroundings) -> Finding:
    """Says which terminal it is."""
    probed = around.probed
    if not around.is_terminal:
        return Finding("terminal", _NO_TERMINAL, "unknown")
    if probed.facts.name:
        return Finding("terminal", probed.facts.name)
    return Finding("terminal", f"it gives no name (TERM={around.term or 'unset'})", "unknown")


def check_round_trip(around: Surroundings) -> Finding:
    """Says how long the terminal takes to answer."""
    seconds = around.probed.facts.round_trip
    if not seconds:
        return Finding("round trip", "the terminal has answered nothing", "unknown")
    found = f"{1000 * seconds:.0f} ms"
    if seconds < SLOW_SECONDS:
        return Finding("round trip", found)
    return Finding(
        "round trip",
        f"{found}: a slow line",
        "poor",
        "Draw less on it: seeshell --slow-line, or the setting below.",
        around_settings(around),
        ('line = "slow"',),
    )


def check_pictures(around: Surroundings) -> Finding:
    """Says how pictures are drawn, why, and what would let them be drawn better."""
    forced = around.settings.images
    if forced != "auto":
        where = "SEESHELL_IMAGES" if around.environment.get(IMAGES_VARIABLE) else "the settings"
        return Finding("pictures", f"{_DRAWINGS[forced]} ({where}: {forced})")
    if not around.is_terminal:
        return Finding("pictures", _NO_TERMINAL, "unknown")
    drawing = around.probed.facts.images
    found = f"{_DRAWINGS[drawing]} ({_reason(around, drawing)})"
    tmux = around.tmux
    if tmux is not None and drawing == "halfblock" and not tmux.passes_escapes:
        if not tmux.knows_passthrough:
            return Finding("pictures", found, "poor", "Update tmux: from 3.3 on it can.")
        return Finding(
            "pictures",
            found,
            "poor",
            "In kitty, Ghostty and iTerm2 tmux can pass pictures on, once it may.",
            TMUX_FILE,
            ("set -g allow-passthrough on",),
        )
    return Finding("pictures", found)


def check_colours(around: Surroundings) -> Finding:
    """Says how many colours are used, why, and what would give more."""
    if not around.is_terminal:
        return Finding("colours", _NO_TERMINAL, "unknown")
    if "NO_COLOR" in around.environment:
        return Finding("colours", "none: NO_COLOR is set")
    depth = around.probed.facts.colours
    words = {"truecolor": "24 bits", "256": "256", "16": "16"}[depth]
    found = f"{words} ({_colour_reason(around)})"
    if depth == "truecolor":
        return Finding("colours", found)
    tmux = around.tmux
    if tmux is not None and "RGB" not in tmux.features:
        return Finding(
            "colours",
            found,
            "poor",
            "If the terminal around tmux shows 24 bits, tell tmux so.",
            TMUX_FILE,
            (f'set -as terminal-features ",{tmux.terminal or "xterm*"}:RGB"',),
        )
    if around.is_ssh:
        return Finding(
            "colours",
            found,
            "poor",
            "sshd drops COLORTERM: let it pass, here in sshd_config, there with SendEnv COLORTERM "
            "in ~/.ssh/config.",
            "/etc/ssh/sshd_config",
            ("AcceptEnv COLORTERM",),
        )
    return Finding(
        "colours", found, "poor", "If the terminal shows 24 bits, export COLORTERM=truecolor."
    )


def around_settings(around: Surroundings) -> str:
    """Returns where the settings are."""
    return str(around.paths.config_file)


def _reason(around: Surroundings, drawing: Drawing) -> str:
    facts, inner, outer = around.probed.facts, around.probed.inner, around.probed.outer
    if drawing == "none":
        return f"TERM={around.term or 'unset'}"
    if "NO_COLOR" in around.environment:
        return "NO_COLOR is set"
    if drawing == "sixel":
        return "it says that it draws sixels, and how large its cells are"
    if drawing != "halfblock":
        return f"{outer.name} knows it" + ("; tmux passes it on" if inner.is_tmux else "")
    known = [it for it in known_drawings(facts, inner, outer) if it != "halfblock"]
    if known:
        return f"{', '.join(known)} can be forced by SEESHELL_IMAGES, but is not proven here"
    if inner.is_tmux:
        return "tmux passes nothing better on"
    return "it says nothing of a better way" if inner.name else "it has answered nothing better"


def _colour_reason(around: Surroundings) -> str:
    guessed, outer = guess_colours(around.environment), around.probed.outer
    depth = around.probed.facts.colours
    if guessed == depth == "truecolor":
        return f"COLORTERM={around.environment.get('COLORTERM', '')}, TERM={around.term}"
    if outer.has_rgb:
        return "it kept a 24-bit colour"
    if depth == "truecolor":
        return f"{outer.name} is known to"
    if depth == "256" and guessed != "256":
        return f"it says that it has {outer.colour_count}"
    return f"TERM={around.term or 'unset'}, and nothing better was answered"

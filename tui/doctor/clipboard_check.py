"""Whether what is copied in the app gets into the clipboard of the machine in front of you.

Where there are no programs of this machine for it, that depends on the terminal.
"""

import shutil
import sys
from typing import Final

from ..clipboard.brands import DOES_NOT, TAKES_IT
from ..clipboard.ways import choose_ways
from ..keys.keymap import Keymap
from .finding import Finding
from .surroundings import Surroundings
from .terminal_checks import TMUX_FILE

_ONCE_ALLOWED: Final = {
    "iterm2": "Settings, General, Selection: let applications access the clipboard.",
    "xterm": "Add XTerm*disallowedWindowOps: 20,21,SetXprop to ~/.Xresources.",
    "mintty": "Add AllowSetSelection=yes to ~/.minttyrc.",
    "mlterm": "Add allow_osc52=true to ~/.mlterm/main.",
}

_WITHOUT: Final = "turn the mouse off ({app.commands}), and let the terminal select and copy."


def check_clipboard(around: Surroundings) -> Finding:
    """Says whether what is copied can be expected to reach the clipboard."""
    if not around.is_terminal:
        return Finding("clipboard", "standard output is no terminal", "unknown")
    ways = choose_ways(around.environment, around.brand, sys.platform, shutil.which)
    program = ways[0].program[0] if ways[0].program else ""
    if program and program != "tmux":
        return Finding("clipboard", f"what is copied goes there by {program}")
    tmux = around.tmux
    if tmux is not None and tmux.clipboard != "on" and not tmux.hands_on_text:
        return Finding(
            "clipboard",
            f"tmux takes no OSC 52 of programs (set-clipboard {tmux.clipboard or 'unknown'})",
            "poor",
            "Let it take what programs copy.",
            TMUX_FILE,
            ("set -g set-clipboard on",),
        )
    brand, keymap = around.brand, Keymap(around.settings.keys)
    if brand in TAKES_IT:
        return Finding("clipboard", f"{brand} takes OSC 52: what is copied reaches it")
    if brand in _ONCE_ALLOWED:
        found = f"{brand} takes OSC 52 once that is allowed"
        return Finding("clipboard", found, "unknown", _ONCE_ALLOWED[brand])
    if brand in DOES_NOT:
        return Finding(
            "clipboard",
            f"{brand} takes no OSC 52",
            "poor",
            keymap.fill(_WITHOUT),
        )
    return Finding(
        "clipboard",
        "nothing is known of this terminal and OSC 52",
        "unknown",
        keymap.fill(f"If copying does nothing: {_WITHOUT}"),
    )

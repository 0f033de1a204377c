"""What the tmux on this side says of itself and of the terminal around it."""

import subprocess
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

_FORMAT: Final = "\t".join(
    (
        "#{version}",
        "#{allow-passthrough}",
        "#{set-clipboard}",
        "#{focus-events}",
        "#{client_termname}",
        "#{client_termfeatures}",
    )
)


class TmuxState(Struct, frozen=True):
    """Its options, as far as pictures, colours and the clipboard depend on them."""

    version: str
    passes_escapes: bool
    """Whether `allow-passthrough` lets pictures through."""
    clipboard: str
    """`set-clipboard`: `on`, `external` or `off`."""
    reports_focus: bool
    """Whether programs in it hear whether the terminal is in front."""
    terminal: str
    """What the terminal around it calls itself in TERM."""
    features: tuple[str, ...]
    """What tmux takes the terminal around it to know."""

    @property
    def knows_passthrough(self) -> bool:
        """Whether it has the option at all: from 3.3 on."""
        return self._number >= (3, 3)

    @property
    def hands_on_text(self) -> bool:
        """Whether it hands text to the clipboard of the terminal when asked to: from 3.2 on."""
        return self._number >= (3, 2)

    @property
    def _number(self) -> tuple[int, ...]:
        digits = "".join(it if it.isdigit() else " " for it in self.version).split()
        return tuple(map(int, digits[:2]))


def read_tmux(environment: Mapping[str, str], seconds: float) -> TmuxState | None:
    """Returns what tmux says; None if it says nothing in time.

    Args:
        environment: names its socket.
        seconds: patience.
    """
    try:
        said = subprocess.run(
            ["tmux", "display-message", "-p", _FORMAT],
            capture_output=True,
            text=True,
            timeout=seconds,
            env=dict(environment),
            check=True,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    version, passthrough, clipboard, focus, terminal, features = [
        *said.rstrip("\n").split("\t"),
        *[""] * 6,
    ][:6]
    return TmuxState(
        version,
        passthrough in {"on", "all", "1", "2"},
        clipboard,
        focus in {"on", "1"},
        terminal,
        tuple(filter(None, features.split(","))),
    )

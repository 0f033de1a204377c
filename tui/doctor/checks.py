"""Every check, in the order in which the doctor tells of them."""

from collections.abc import Callable
from pathlib import Path
from socket import gethostname
from typing import Final

from .clipboard_check import check_clipboard
from .core_checks import check_core, check_model, check_settings
from .finding import Finding
from .redaction import Redaction
from .session_checks import (
    check_connection,
    check_locale,
    check_notifications,
    check_term,
    check_tmux,
)
from .surroundings import Surroundings
from .terminal_checks import check_colours, check_pictures, check_round_trip, check_terminal

Check = Callable[[Surroundings], Finding]

CHECKS: Final[tuple[Check, ...]] = (
    check_terminal,
    check_connection,
    check_round_trip,
    check_pictures,
    check_colours,
    check_tmux,
    check_clipboard,
    check_notifications,
    check_locale,
    check_term,
    check_settings,
    check_core,
    check_model,
)


def run_checks(around: Surroundings, home: Path) -> list[Finding]:
    """Returns what all checks have found, without what is private.

    Args:
        around: what to look at.
        home: of the user; written as `~`.
    """
    redaction = redact(around, home)
    return [redaction.finding(check(around)) for check in CHECKS]


def redact(around: Surroundings, home: Path) -> Redaction:
    """Returns what takes names out of findings: those of user, machine and servers."""
    user = around.environment.get("USER") or around.environment.get("LOGNAME") or home.name
    server = around.core.server if around.core else ""
    names = ((user, "USER"), (gethostname(), "HOST"), (server, "a server"))
    moved = around.environment.get("SEESHELL_HOME", "")
    return Redaction({moved: "$SEESHELL_HOME", str(home): "~"}, names)

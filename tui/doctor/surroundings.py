"""What the checks look at: terminal, environment, tmux, core and settings, gathered once."""

import asyncio
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from ...core.errors import SeeshellError
from ...core.messages.events import CoreStatus
from ...core.settings import Paths, Settings, read_settings
from ..terminal.probe import Probed, probe_terminal
from .tmux import TmuxState, read_tmux

_TMUX_SECONDS: Final = 2.0


_BRANDS: Final = {
    "Apple_Terminal": "terminal.app",
    "iTerm.app": "iterm2",
    "vscode": "xterm.js",
    "mlterm": "mlterm",
    "foot": "foot",
    "alacritty": "alacritty",
}
"""By TERM_PROGRAM, which SSH does not bring along, or TERM."""


class Surroundings(Struct, frozen=True):
    """One look at everything."""

    environment: Mapping[str, str]
    is_terminal: bool
    """Whether standard input and output are one."""
    probed: Probed
    """What the terminal has answered."""
    tmux: TmuxState | None
    """What tmux says that runs on this side; None if none does."""
    paths: Paths
    settings: Settings
    settings_error: str = ""
    """Why the settings can't be used; empty if they can, else they are the defaults here."""
    core: CoreStatus | None = None
    """What the core does; None if none runs."""
    core_error: str = ""
    """Why the core can't be asked though it runs."""

    @property
    def is_ssh(self) -> bool:
        """Whether the terminal is on another machine."""
        return any(self.environment.get(it) for it in ("SSH_TTY", "SSH_CONNECTION", "SSH_CLIENT"))

    @property
    def term(self) -> str:
        """What TERM names."""
        return self.environment.get("TERM", "")

    @property
    def brand(self) -> str:
        """The terminal's own name in lower case, around tmux where that is known; or empty.

        One that gives none may be named by the environment.
        """
        outer = self.probed.outer
        if outer.name or self.tmux is not None:
            return "" if outer.is_tmux else outer.brand
        program = self.environment.get("TERM_PROGRAM", "")
        return _BRANDS.get(program) or _BRANDS.get(self.term, "")


def look_around(paths: Paths, environment: Mapping[str, str], *, is_terminal: bool) -> Surroundings:
    """Returns what is the case; starts nothing and changes nothing.

    Args:
        paths: where everything lies.
        environment: of this process.
        is_terminal: whether there is a terminal to ask.
    """
    settings, settings_error = Settings(), ""
    try:
        settings = read_settings(paths, environment)
    except SeeshellError as error:
        settings_error = str(error)
    core, core_error = asyncio.run(_ask_core(paths, settings))
    return Surroundings(
        environment,
        is_terminal,
        # Whatever the settings say of drawing, the doctor wants to know what there is.
        probe_terminal("auto", environment),
        read_tmux(environment, _TMUX_SECONDS) if environment.get("TMUX") else None,
        paths,
        settings,
        settings_error,
        core,
        core_error,
    )


async def _ask_core(paths: Paths, settings: Settings) -> tuple[CoreStatus | None, str]:
    """Returns the core's word, or why there is none; neither where no core runs."""
    from ...core.ipc.client import CoreClient
    from ...core.ipc.lock import is_core_alive
    from ...core.messages.requests import GetStatus
    from ..session.handed_over import read_handed_over

    try:
        if not is_core_alive(paths):
            return None, ""
        environment = read_handed_over(paths, settings)
        client = await CoreClient.connect(paths, start=False, environment=environment)
    except SeeshellError as error:
        return None, str(error)
    try:
        reply = await client.request(GetStatus())
    except SeeshellError as error:
        return None, str(error)
    finally:
        await client.close()
    return (reply, "") if isinstance(reply, CoreStatus) else (None, "")

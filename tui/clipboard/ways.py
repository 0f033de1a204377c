"""Which way a text gets into the clipboard of the machine in front of the user. Pure."""

from collections.abc import Callable, Mapping
from typing import Final, Literal, NamedTuple

from .brands import DOES_NOT, TAKES_IT, most_bytes

FindProgram = Callable[[str], str | None]
"""Returns where a program is; None if it is not installed."""

_WAYLAND: Final = (("wl-copy",),)
_X11: Final = (("xclip", "-selection", "clipboard"), ("xsel", "--clipboard", "--input"))
_TMUX: Final = ("tmux", "load-buffer", "-w", "-")
"""tmux hands the text to the terminal itself; OSC 52 of programs it drops by default."""


class Way(NamedTuple):
    """One way."""

    kind: Literal["program", "osc52", "file"]
    program: tuple[str, ...] = ()
    """With its arguments; reads the text from standard input."""
    most_bytes: int = 0
    """Of text that OSC 52 carries."""
    is_sure: bool = True
    """Whether what was sent can be expected to arrive."""


FILE: Final = Way("file")


def choose_ways(
    environment: Mapping[str, str], brand: str, platform: str, find: FindProgram
) -> list[Way]:
    """Returns the ways to try, in their order; the last one never fails.

    Over SSH the clipboard of this machine is not the one in front of the user.

    Args:
        environment: of this process.
        brand: of the terminal, in lower case; empty if it is not known.
        platform: as `sys.platform` says.
        find: finds programs.
    """
    is_remote = bool(environment.get("SSH_CONNECTION") or environment.get("SSH_TTY"))
    programs = [] if is_remote else _local_programs(environment, platform)
    if environment.get("TMUX"):
        programs.append(_TMUX)
    ways = [Way("program", it) for it in programs if find(it[0])]
    is_screen = environment.get("TERM", "").startswith("screen") and not environment.get("TMUX")
    if brand not in DOES_NOT and not is_screen:
        ways.append(Way("osc52", (), most_bytes(brand), is_sure=brand in TAKES_IT))
    return [*ways, FILE]


def _local_programs(environment: Mapping[str, str], platform: str) -> list[tuple[str, ...]]:
    if platform == "darwin":
        return [("pbcopy",)]
    programs = list(_WAYLAND) if environment.get("WAYLAND_DISPLAY") else []
    return programs + (list(_X11) if environment.get("DISPLAY") else [])

"""Which ways are tried to the clipboard in front of the user."""

import pytest

from seeshell.tui.clipboard.brands import MOST_BYTES, MOST_BYTES_KNOWN
from seeshell.tui.clipboard.ways import Way, choose_ways

SSH = {"SSH_CONNECTION": "10.0.0.2 50000 10.0.0.1 22"}
X11 = {"DISPLAY": ":0"}
WAYLAND = {"WAYLAND_DISPLAY": "wayland-0"}
TMUX = {"TMUX": "/tmp/tmux-501/default,1,0"}


def told(ways: list[Way]) -> list[str]:
    return [it.program[0] if it.program else it.kind for it in ways]


@pytest.mark.parametrize(
    ("environment", "brand", "platform", "ways"),
    [
        ({}, "iterm2", "darwin", ["pbcopy", "osc52", "file"]),
        (SSH, "iterm2", "darwin", ["osc52", "file"]),
        (SSH | TMUX, "", "darwin", ["tmux", "osc52", "file"]),
        (WAYLAND | X11, "foot", "linux", ["wl-copy", "xclip", "xsel", "osc52", "file"]),
        (X11 | SSH, "kitty", "linux", ["osc52", "file"]),
        (SSH, "vte", "linux", ["file"]),
        ({"TERM": "screen"}, "", "linux", ["file"]),
        ({"TERM": "screen"} | TMUX, "", "linux", ["tmux", "osc52", "file"]),
    ],
)
def test_over_ssh_the_terminal_gets_it_and_else_a_program_of_this_machine(
    environment: dict[str, str], brand: str, platform: str, ways: list[str]
) -> None:
    assert told(choose_ways(environment, brand, platform, lambda name: name)) == ways


def test_programs_that_are_not_installed_are_not_tried() -> None:
    assert told(choose_ways(WAYLAND | X11, "", "linux", {"xsel": "/usr/bin/xsel"}.get)) == [
        "xsel",
        "osc52",
        "file",
    ]


@pytest.mark.parametrize(("brand", "most"), [("kitty", MOST_BYTES_KNOWN), ("", MOST_BYTES)])
def test_a_terminal_that_is_not_known_gets_less_at_once(brand: str, most: int) -> None:
    way = choose_ways({}, brand, "linux", {}.get)[0]
    assert (way.most_bytes, way.is_sure) == (most, bool(brand))

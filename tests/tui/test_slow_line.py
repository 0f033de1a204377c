"""The profile for slow lines: asked for, offered, and what it draws."""

import sys
import time
from pathlib import Path

import pytest

from seeshell.core.settings import Settings
from seeshell.tui.app import SeeshellApp
from seeshell.tui.line_profile import FAST, SLOW, line_of
from seeshell.tui.session.launch_options import LaunchOptions
from seeshell.tui.terminal.facts import TerminalFacts
from seeshell.tui.terminal.line_speed import BEHIND_SECONDS, LineSpeed

from ..running_core import RunningCore
from ..terminal.installed import Installed
from ..terminal.pseudo_terminal import PseudoTerminal
from .conftest import AppUser

KITTY = TerminalFacts(images="tgp", colours="truecolor", round_trip=0.02)
FAR = TerminalFacts(images="halfblock", colours="truecolor", round_trip=0.31)

SOON = 0.3
SOON_BEHIND = f"""
import sys
from seeshell.tui.terminal import line_speed
line_speed.BEHIND_SECONDS = {SOON}
from seeshell.tui.cli.command import main
sys.exit(main([]))
"""


def open_on(
    core: RunningCore, terminal: TerminalFacts, settings: Settings | None = None
) -> SeeshellApp:
    return SeeshellApp(core.paths, settings or Settings(), terminal, LaunchOptions())


def picture_rows(user: AppUser) -> int:
    """How many rows of half blocks are on screen."""
    return sum("▀▀▀" in row for row in user.screen.splitlines())


def test_a_line_is_slow_by_its_round_trip_or_when_writes_back_up() -> None:
    assert LineSpeed(0.25).is_slow
    speed = LineSpeed(0.02)
    assert not speed.is_slow
    assert not speed.note(0.0, is_behind=True)
    assert not speed.note(BEHIND_SECONDS - 0.1, is_behind=True)
    assert not speed.note(BEHIND_SECONDS - 0.05, is_behind=False)
    assert not speed.note(BEHIND_SECONDS, is_behind=True)
    assert speed.note(2 * BEHIND_SECONDS, is_behind=True)
    # It is found only once.
    assert not speed.note(3 * BEHIND_SECONDS, is_behind=True)


def test_a_line_that_takes_everything_at_once_is_not_slow(tmp_path: Path) -> None:
    installed = Installed(tmp_path)
    command = [sys.executable, "-c", SOON_BEHIND]
    with PseudoTerminal(command, installed.environment) as terminal:
        terminal.wait_for("Ask about")
        for typed in ("a", "ab", "abc", "abcd"):
            # Frames that stand further apart than writes may back up.
            time.sleep(2 * SOON)
            terminal.send(typed[-1])
            terminal.wait_for(typed)
        assert "Slow line" not in terminal.text
    installed.run("stop")


def test_a_slow_line_gets_half_blocks_unless_pictures_are_forced() -> None:
    assert SLOW.terminal(KITTY, is_forced=False).images == "halfblock"
    assert SLOW.terminal(KITTY, is_forced=True).images == "tgp"
    assert SLOW.terminal(TerminalFacts(images="none"), is_forced=False).images == "none"
    assert FAST.terminal(KITTY, is_forced=False) == KITTY
    assert (FAST.blinks(True), SLOW.blinks(True)) == (True, False)


async def test_a_slow_line_is_offered_to_draw_less_and_a_key_does_it(
    shared_demo_core: RunningCore, samples: Path
) -> None:
    app = open_on(shared_demo_core, FAR)
    async with app.run_test(size=(100, 40), notifications=True) as pilot:
        user = AppUser(pilot)
        await user.until(lambda: user.chat.session.is_ready)
        await user.sees("Slow line (310 ms): alt+l draws less.")
        await user.attach(samples / "green-star.png")
        await user.ask("what is it?")
        await user.until(lambda: picture_rows(user) > SLOW.picture_rows)
        await user.press("alt+l")
        await user.until(lambda: picture_rows(user) == SLOW.picture_rows)
        assert line_of(app).is_slow
        await user.press("alt+l")
        await user.until(lambda: picture_rows(user) > SLOW.picture_rows)


@pytest.mark.parametrize(
    ("line", "terminal", "is_offered"),
    [("fast", FAR, False), ("auto", KITTY, False), ("slow", FAR, False), ("auto", FAR, True)],
)
async def test_it_is_offered_on_slow_lines_alone(
    shared_demo_core: RunningCore, line: str, terminal: TerminalFacts, is_offered: bool
) -> None:
    offered: list[str] = []
    app = open_on(shared_demo_core, terminal, Settings(line=line))  # type: ignore[arg-type]
    app.notify = lambda message, **_: offered.append(message)  # type: ignore[method-assign]
    async with app.run_test() as pilot:
        user = AppUser(pilot)
        await user.until(lambda: user.chat.session.is_ready)
        app.offer_slow_line()
        assert bool(offered) == (is_offered or (line == "auto"))
        assert app.line.is_slow == (line == "slow")
        assert user.chat.prompt.cursor_blink is False


async def test_pictures_of_kitty_become_half_blocks_and_come_back(
    shared_demo_core: RunningCore, samples: Path
) -> None:
    app = open_on(shared_demo_core, KITTY)
    async with app.run_test(size=(100, 40)) as pilot:
        user = AppUser(pilot)
        await user.until(lambda: user.chat.session.is_ready)
        await user.attach(samples / "green-star.png")
        await user.ask("what is it?")
        await user.until(lambda: "\U0010eeee" in user.screen)
        await user.press("alt+l")
        await user.until(lambda: picture_rows(user) == SLOW.picture_rows)
        assert "\U0010eeee" not in user.screen
        await user.press("alt+l")
        await user.until(lambda: "\U0010eeee" in user.screen)

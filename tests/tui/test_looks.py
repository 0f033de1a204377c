"""How the screens look; `pytest --snapshot-update` accepts a new look after a look at it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from seeshell.core.settings import Paths

from .conftest import AppUser
from .scripted_app import app

SnapCompare = Callable[..., bool]


async def until_shown(pilot: Pilot[None], *texts: str) -> None:
    """Returns when these texts are on screen and it does not change any more."""
    user = AppUser(pilot)
    await user.sees(*texts)
    seen = ""
    while seen != user.screen:
        seen = user.screen
        await pilot.pause()


async def open_chat(pilot: Pilot[None]) -> None:
    await until_shown(pilot, "ready", "tokens/s", "limes", "market stall")


@pytest.mark.parametrize(("theme", "size"), [("dark", (80, 24)), ("light", (120, 30))])
def test_a_conversation(
    snap_compare: SnapCompare, paths: Paths, theme: str, size: tuple[int, int]
) -> None:
    assert snap_compare(app(paths, theme), terminal_size=size, run_before=open_chat)


def test_an_empty_conversation_with_pictures_to_send(
    snap_compare: SnapCompare, paths: Paths
) -> None:
    async def attach(pilot: Pilot[None]) -> None:
        user = AppUser(pilot)
        await user.sees("ready")
        for name in ("lemons.png", "a [b]strange[/b] name.jpg"):
            await user.chat.session.unsent.attach(Path("/pictures") / name)
        await user.type("first line\nsecond")
        await until_shown(pilot, "lemons.png 972 tok", "name.jpg 972 tok", "second")

    assert snap_compare(app(paths, "dark", None), run_before=attach)


@pytest.mark.parametrize(
    "steps",
    [
        {"f1": "Show all commands"},
        {"f2": "older conversation 4"},
        {"f2": "older conversation 4", "d": "u undo delete"},
        {"ctrl+p": "Answer again"},
        {"alt+c": "4 conversations", "k": "1 place"},
    ],
    ids="-".join,
)
def test_what_lies_above_the_chat(
    snap_compare: SnapCompare, paths: Paths, steps: dict[str, str]
) -> None:
    async def open_it(pilot: Pilot[None]) -> None:
        await open_chat(pilot)
        for key, text in steps.items():
            await pilot.press(key)
            await until_shown(pilot, text)

    assert snap_compare(app(paths, "dark"), run_before=open_it)

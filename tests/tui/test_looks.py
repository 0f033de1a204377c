"""How the screens look; `pytest --snapshot-update` accepts a new look after a look at it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from seeshell.core.conversation import Attachment, TurnStats
from seeshell.core.settings import Notification, Paths, Settings
from seeshell.tui.app import SeeshellApp
from seeshell.tui.session.launch_options import LaunchOptions
from seeshell.tui.terminal.facts import TerminalFacts
from seeshell.tui.terminal.xterm_colours import ColourDepth

from ..messages import answer, question
from .conftest import AppUser
from .scripted_client import ScriptedClient, conversation

SnapCompare = Callable[..., bool]

LEMONS = Attachment("a" * 64, "IMG_0412.HEIC", 4032, 3024, 1152, 864, 972)
STATS = TurnStats(995, 984, 11, 17, 0, 1, ttft=0.09, prompt_tps=122.0, generation_tps=54.0)
MARKET = conversation(
    1,
    "market stall",
    question(1, "How much are the lemons?", LEMONS),
    answer(
        2,
        "The sign above the *yellow* crate reads **2.50** a kilo:\n\n- lemons `2.50`\n- limes",
        stats=STATS,
        model="Qwen3-VL-4B",
    ),
)
OTHERS = [conversation(n, f"older conversation {n} about a long subject") for n in (2, 3, 4)]


def app(
    paths: Paths,
    theme: str,
    chat: int | None = 1,
    *,
    depth: ColourDepth = "truecolor",
    client: ScriptedClient | None = None,
    notify: Notification = "none",
) -> SeeshellApp:
    """Returns the app with a core that always says the same, or with another client."""
    terminal = TerminalFacts(images="none", colours=depth)
    app = SeeshellApp(
        paths, Settings(theme=theme, notify=notify), terminal, LaunchOptions(chat=chat)
    )

    async def connect(_replace_core: bool) -> Any:
        return client or ScriptedClient(MARKET, *OTHERS)

    app._connect = connect  # type: ignore[method-assign]
    return app


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
            await user.chat.session.attach(Path("/pictures") / name)
        await user.type("first line\nsecond")
        await until_shown(pilot, "lemons.png 972 tok", "name.jpg 972 tok", "second")

    assert snap_compare(app(paths, "dark", None), run_before=attach)


@pytest.mark.parametrize(
    "steps",
    [
        {"f1": "Show all commands"},
        {"f2": "older conversation 4"},
        {"f2": "older conversation 4", "d": "u undo delete"},
        {"ctrl+p": "To the end"},
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

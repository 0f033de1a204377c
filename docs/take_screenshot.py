"""Takes the README's screenshot: the real app and core, the demonstration model, two questions.

Run by `make screenshot`; writes `docs/screenshot.svg`.
"""

import asyncio
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

from textual.pilot import Pilot

from seeshell.core.demo import SAMPLES_PATH
from seeshell.core.ipc.client import stop_core
from seeshell.core.settings import Settings, find_paths
from seeshell.tui.app import SeeshellApp
from seeshell.tui.chat.chat_screen import ChatScreen
from seeshell.tui.session.launch_options import LaunchOptions
from seeshell.tui.terminal.facts import TerminalFacts

CHATS = (
    (("green-star.png",), ("what color is the star?",)),
    (("green-star.png", "yellow-triangle-purple-cross.png"), ("which picture has a cross?",)),
    (
        ("red-star-green-circle-blue-diamond-orange-square.png",),
        ("what is in the picture?", "where is the diamond?"),
    ),
)
"""Sample pictures and the questions about them; the last chat is the one on the screenshot."""
SIZE = (128, 30)
"""Columns and rows; the conversations stand beside the chat from 120 columns on."""
TERMINAL = TerminalFacts(images="halfblock", colours="truecolor")
LOOK_SECONDS = 0.05


async def take_screenshot(size: tuple[int, int] = SIZE) -> str:
    """Chats in the app and returns what it shows then, as SVG."""
    paths = find_paths(os.environ)
    app = SeeshellApp(paths, Settings(model="demo"), TERMINAL, LaunchOptions(model="demo"))
    try:
        async with app.run_test(size=size) as pilot:
            screen = cast(ChatScreen, app.screen)
            await until(pilot, lambda: screen.session.status.state == "ready")
            for pictures, questions in CHATS:
                await chat(pilot, screen, [SAMPLES_PATH / name for name in pictures], questions)
            await until(pilot, lambda: not any(it.group == "pictures" for it in app.workers))
            # Some viewers leave out spaces at the ends of texts otherwise.
            svg = app.export_screenshot(title="seeshell")
            return svg.replace("<svg ", '<svg xml:space="preserve" ', 1)
    finally:
        await stop_core(paths)


async def chat(
    pilot: Pilot[None], screen: ChatScreen, pictures: list[Path], questions: Sequence[str]
) -> None:
    """Asks questions about pictures in a new conversation, each after the answer before."""
    await pilot.press("ctrl+n")
    await until(pilot, lambda: screen.session.conversation is None)
    screen.attach(pictures)
    await until(pilot, lambda: len(screen.session.draft.attachments) == len(pictures))
    for count, question in enumerate(questions, start=1):
        await pilot.press(*question, "enter")
        await until(pilot, lambda: count_answers(screen) == count)  # noqa: B023 - waits for it


def count_answers(screen: ChatScreen) -> int:
    """Returns how many answers on screen are complete."""
    views = screen.chat.log_view.transcript.views
    return sum(bool(view.message.finish_reason) for view in views)


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    """Returns when the condition holds."""
    while not condition():
        await pilot.pause(LOOK_SECONDS)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="seeshell-") as folder:
        os.environ["SEESHELL_HOME"] = folder
        picture = asyncio.run(take_screenshot())
    Path(__file__).with_name("screenshot.svg").write_text(picture)

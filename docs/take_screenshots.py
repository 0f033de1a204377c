"""Takes the documentation's screenshots: the real app and core, the demonstration model.

Run by `make screenshot`, which writes `docs/screenshots`, and by `make check-screenshot`.
"""

import asyncio
import difflib
import html
import os
import re
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, chdir, closing
from pathlib import Path
from typing import Final, cast

from scenes import CHATS, PICTURES, SCENES, Chat, Scene
from textual.pilot import Pilot

from seeshell.core.demo import SAMPLES_PATH
from seeshell.core.ipc.client import stop_core
from seeshell.core.settings import Paths, Settings, find_paths
from seeshell.tui.app import SeeshellApp
from seeshell.tui.chat.chat_screen import ChatScreen
from seeshell.tui.session.launch_options import LaunchOptions
from seeshell.tui.terminal.facts import TerminalFacts

FOLDER: Final = Path(__file__).with_name("screenshots")
TERMINAL: Final = TerminalFacts(images="halfblock", colours="truecolor")
_QUIET_LOOKS: Final = 10
"""So often in a row the screen is the same before it is taken."""
LOOK_SECONDS: Final = 0.05
PATIENCE_SECONDS: Final = 60


class NotShownError(Exception):
    """What a screenshot waits for did not come; says for which one, and what is on screen."""


class User:
    """Somebody in front of the app."""

    def __init__(self, pilot: Pilot[None], purpose: str) -> None:
        self.pilot = pilot
        self.purpose = purpose
        self.app = pilot.app
        self.chat = cast(ChatScreen, pilot.app.screen)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Returns when the condition holds."""
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            if time.monotonic() > give_up_at:
                raise NotShownError(
                    f"{self.screen}\n\n{self.purpose} can't be taken: its scene in "
                    f"docs/scenes.py waits for what is not on the screen above."
                )
            await self.pilot.pause(LOOK_SECONDS)

    async def sees(self, *texts: str) -> None:
        """Returns when all texts are on screen and it does not change any more."""
        await self.until(lambda: all(text in self.screen for text in texts))
        seen: list[str] = []
        while len(seen) < _QUIET_LOOKS:
            await self.pilot.pause(LOOK_SECONDS)
            seen = [*(seen if self.screen in seen else ()), self.screen]

    @property
    def screen(self) -> str:
        """Everything on screen, as text."""
        return "\n".join(strip.text for strip in self.app.screen._compositor.render_strips())

    async def have(self, chat: Chat) -> None:
        """Has a conversation, each question after the answer before."""
        session = self.chat.session
        await self.pilot.press("ctrl+n")
        await self.until(lambda: session.conversation is None)
        self.chat.chat.composer.attach([Path.cwd() / it for it in chat.pictures])
        await self.until(lambda: len(session.unsent.draft.attachments) == len(chat.pictures))
        for question in chat.questions:
            await self._ask(question)
        for question in chat.edits:
            await self.pilot.press("shift+tab", "up", "e", "ctrl+u")
            await self._ask(question)

    async def _ask(self, question: str) -> None:
        await self.pilot.press(*question, "enter")
        await self.until(lambda: self._is_answered(question))

    def _is_answered(self, question: str) -> bool:
        views = self.chat.chat.log_view.transcript.views
        return (
            len(views) > 1
            and views[-2].text == question
            and views[-1].message.finish_reason is not None
        )


@asynccontextmanager
async def opened_app(paths: Paths, scene: Scene) -> AsyncIterator[User]:
    """Opens the app on a scene's conversation and gives its user."""
    launch = LaunchOptions(model="demo", chat=scene.chat)
    app = SeeshellApp(paths, Settings(model="demo"), TERMINAL, launch)
    async with app.run_test(size=scene.size) as pilot:
        user = User(pilot, file_of(scene.name))
        await user.until(lambda: user.chat.session.is_ready)
        yield user


async def take(paths: Paths, scene: Scene) -> str:
    """Returns a screenshot as SVG."""
    async with opened_app(paths, scene) as user:
        for step in scene.steps:
            await user.pilot.press(*step.keys)
            await user.sees(*step.texts)
        return tidy(user.app.export_screenshot(title="seeshell"))


def tidy(svg: str) -> str:
    """Returns an SVG that asks nobody for a font and keeps spaces at the ends of texts."""
    svg = re.sub(r"\s*@font-face \{.*?\}\n", "", svg, flags=re.DOTALL)
    return svg.replace("<svg ", '<svg xml:space="preserve" ', 1)


async def take_all() -> Mapping[str, str]:
    """Has the conversations and returns the screenshots by their names."""
    paths = find_paths(os.environ)
    try:
        async with opened_app(paths, SCENES[0]._replace(chat=None)) as user:
            for chat in CHATS:
                await user.have(chat)
        await stop_core(paths)
        date_back(paths)
        return {scene.name: await take(paths, scene) for scene in SCENES}
    finally:
        await stop_core(paths)


def date_back(paths: Paths) -> None:
    """Makes the conversations as old as they are to be, so that no age depends on the machine."""
    with closing(sqlite3.connect(paths.database)) as database, database:
        for number, chat in enumerate(CHATS, start=1):
            then = time.time() - 3600 * chat.hours_ago
            database.execute(
                "UPDATE conversation SET created_at = ?, updated_at = ? WHERE id = ?",
                (then, then, number),
            )
            database.execute(
                "UPDATE message SET created_at = ? WHERE conversation_id = ?", (then, number)
            )


def file_of(name: str) -> str:
    """Returns how a screenshot's file is called in sentences."""
    return f"docs/screenshots/{name}.svg"


def words(svg: str) -> str:
    """Returns the lines of text in a screenshot, without its figures, which differ each time."""
    texts = re.findall(r"<text [^>]*>([^<]*)</text>", svg)
    # Spaces make room for figures.
    lines = [" ".join(html.unescape(it).split()) for it in texts]
    return re.sub(r"[\d.,]+", "0", "\n".join(filter(None, lines)))


def find_changed(taken: Mapping[str, str]) -> Iterator[str]:
    """Yields the files that show something else than what was taken, and prints what differs."""
    for name, svg in taken.items():
        path = FOLDER / f"{name}.svg"
        before = words(path.read_text()) if path.exists() else ""
        if before != (now := words(svg)):
            lines = difflib.ndiff(before.splitlines(), now.splitlines())
            sys.stdout.writelines(f"{it}\n" for it in lines if it[0] in "-+")
            yield file_of(name)


def main() -> None:
    """Writes the screenshots; with `--check` compares them with those that are there."""
    with tempfile.TemporaryDirectory(prefix="seeshell-") as folder:
        os.environ |= {"SEESHELL_HOME": f"{folder}/seeshell", "HOME": folder}
        pictures = Path(folder, "Pictures")
        pictures.mkdir()
        for name, sample in PICTURES.items():
            shutil.copyfile(SAMPLES_PATH / sample, pictures / name)
        # The picker begins in the working directory.
        with chdir(pictures):
            try:
                taken = asyncio.run(take_all())
            except NotShownError as error:
                raise SystemExit(str(error)) from None
    if sys.argv[1:] != ["--check"]:
        for name, svg in taken.items():
            (FOLDER / f"{name}.svg").write_text(svg)
    elif changed := list(find_changed(taken)):
        raise SystemExit(
            f"Out of date: {', '.join(changed)}; run `make screenshot` and look at it."
        )


if __name__ == "__main__":
    main()

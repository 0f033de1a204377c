"""The real app on the real core, driven through Textual's pilot."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from seeshell.core.conversation import Message
from seeshell.core.ipc.core_process import core_command
from seeshell.core.ipc.lock import read_address
from seeshell.core.settings import Settings, find_paths
from seeshell.tui.app import SeeshellApp
from seeshell.tui.chat.chat_screen import ChatScreen
from seeshell.tui.session.launch_options import LaunchOptions
from seeshell.tui.terminal.facts import TerminalFacts
from seeshell.tui.terminal.input_reader import InputReader

from ..conftest import OPENBLAS
from ..patience import PATIENCE
from ..rambling import lift_answer_limit
from ..running_core import RunningCore
from .answering_terminal import AnsweringTerminal


class AppUser:
    """Somebody in front of the app: presses keys, reads the screen, waits for what is to come."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self.pilot = pilot
        app = pilot.app
        assert isinstance(app, SeeshellApp)
        self.app = app

    @property
    def chat(self) -> ChatScreen:
        """The chat screen, also while another one lies above it."""
        screen = self.app.screen_stack[0]
        assert isinstance(screen, ChatScreen)
        return screen

    @property
    def screen(self) -> str:
        """Everything on screen, as text."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text for strip in strips)

    @property
    def messages(self) -> list[Message]:
        """The messages of the log, oldest first."""
        return [view.message for view in self.chat.chat.log_view.transcript.views]

    @property
    def answer(self) -> str:
        """The newest answer as far as it has come; on screen its beginning may scroll away."""
        views = self.chat.chat.log_view.transcript.views
        return views[-1].text if views and views[-1].message.role == "assistant" else ""

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        """Types a text as fast as a line delivers it; a newline is Ctrl+J."""
        for key in InputReader().feed(text.encode(), 0.0):
            self.app.post_message(key)
        await self.pilot.pause()

    async def until(self, condition: Callable[[], object]) -> None:
        """Returns when the condition holds; looks after every round of the app's messages."""
        give_up_at = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < give_up_at, f"waited in vain on:\n{self.screen}"
            await self.pilot.pause(0.01)

    async def sees(self, *texts: str) -> None:
        """Returns when all the texts are on screen."""
        await self.until(lambda: all(text in self.screen for text in texts))

    async def attach(self, picture: Path) -> None:
        """Pastes a picture's path and waits until the core has it."""
        count = len(self.chat.session.draft.pictures)
        self.chat.chat.composer.attach([picture])
        pictures = self.chat.session.draft.pictures
        await self.until(lambda: len(pictures) > count and not pictures[-1].is_checking)

    async def ask(self, text: str) -> None:
        """Types a message, sends it and waits for the end of the answer."""
        await self.type(text)
        count = len(self.messages)
        await self.press("enter")
        await self.until(
            lambda: len(self.messages) == count + 2 and self.messages[-1].finish_reason
        )


OpenApp = Callable[..., AbstractAsyncContextManager[AppUser]]


@pytest.fixture
def open_app() -> OpenApp:
    """A function that runs the app on a core, as wide and high as asked for."""

    @asynccontextmanager
    async def open_app(
        core: RunningCore,
        *,
        size: tuple[int, int] = (80, 24),
        launch: LaunchOptions | None = None,
        theme: str = "dark",
        keeps_drafts: bool = False,
        keys: dict[str, tuple[str, ...]] | None = None,
    ) -> AsyncIterator[AppUser]:
        if not keeps_drafts:
            shutil.rmtree(core.paths.data_dir / "unsent", ignore_errors=True)
        terminal = TerminalFacts(images="halfblock", colours="truecolor")
        settings = Settings(theme=theme, keys=keys or {})
        app = SeeshellApp(core.paths, settings, terminal, launch or LaunchOptions())
        async with app.run_test(size=size, notifications=True) as pilot:
            user = AppUser(pilot)
            await user.until(lambda: user.chat.session.is_ready)
            yield user

    return open_app


@pytest.fixture(autouse=True)
def no_drafts(request: pytest.FixtureRequest) -> None:
    """Leaves nothing unsent from one test of a shared core to the next."""
    for name in {"shared_demo_core", "shared_rambling_core"} & set(request.fixturenames):
        core: RunningCore = request.getfixturevalue(name)
        shutil.rmtree(core.paths.data_dir / "unsent", ignore_errors=True)


@pytest.fixture(scope="session")
def shared_demo_core() -> Iterator[RunningCore]:
    """A core with the demonstration model, for all tests that leave it alive."""
    with running_core("demo") as core:
        yield core


@pytest.fixture(scope="session")
def shared_rambling_core(rambling_checkpoint: Path) -> Iterator[RunningCore]:
    """A core whose answers go on until they are stopped, for all tests that leave it alive."""
    with running_core(str(rambling_checkpoint), is_endless=True) as core:
        yield core


@contextmanager
def running_core(model: str, *, is_endless: bool = False) -> Iterator[RunningCore]:
    """Runs a core with a model for the time of the block."""
    with tempfile.TemporaryDirectory(prefix="ss-", dir="/tmp") as home:
        paths = find_paths({"SEESHELL_HOME": home})
        if is_endless:
            lift_answer_limit(paths)
        command = core_command(paths, ["--background", "--model", model])
        preload = {"LD_PRELOAD": str(OPENBLAS)} if OPENBLAS.exists() else {}
        # Its standard output ends when it serves.
        subprocess.run(
            command,
            env=os.environ | preload,
            stdout=subprocess.PIPE,
            start_new_session=True,
            check=True,
        )
        address = read_address(paths)
        assert address is not None
        core = RunningCore(paths, address.pid)
        yield core
        core.kill()


@pytest.fixture
def open_terminal() -> Iterator[Callable[..., AnsweringTerminal]]:
    """Opens terminals that answer as told and closes them after the test."""
    opened: list[AnsweringTerminal] = []

    def open_one(*args: object, **options: object) -> AnsweringTerminal:
        opened.append(AnsweringTerminal(*args, **options))  # type: ignore[arg-type]
        return opened[-1]

    yield open_one
    for terminal in opened:
        terminal.close()

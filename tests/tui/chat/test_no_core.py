"""The app without a core that it can talk to: nothing typed is lost, and one key helps."""

import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.events import Paste

import seeshell
from seeshell.core.ipc.core_process import core_command
from seeshell.core.ipc.lock import read_address
from seeshell.core.messages.lines import PROTOCOL
from seeshell.core.messages.requests import SubmitTurn
from seeshell.core.settings import Paths, Settings
from seeshell.tui.app import SeeshellApp
from seeshell.tui.session.draft import DraftPicture
from seeshell.tui.session.launch_options import LaunchOptions
from seeshell.tui.terminal.facts import TerminalFacts

from ...running_core import RunningCore
from ..conftest import AppUser, OpenApp
from ..scripted_client import ScriptedClient

OTHER_VERSION = "0.0.9"
PICTURE = "red-circle-blue-square.png"

OpenAnyhow = Callable[[LaunchOptions], AbstractAsyncContextManager[AppUser]]


@pytest.fixture
def open_anyhow(paths: Paths) -> OpenAnyhow:
    """A function that runs the app whether it can reach a core or not."""

    @asynccontextmanager
    async def open_anyhow(launch: LaunchOptions) -> AsyncIterator[AppUser]:
        terminal = TerminalFacts(images="none")
        app = SeeshellApp(paths, Settings(), terminal, launch)
        async with app.run_test(size=(80, 24), notifications=True) as pilot:
            yield AppUser(pilot)

    return open_anyhow


@pytest.fixture(scope="session")
def other_seeshell(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds seeshell of another protocol, to be put on PYTHONPATH."""
    folder = tmp_path_factory.mktemp("other")
    (installed,) = seeshell.__path__
    package = folder / "seeshell"
    shutil.copytree(installed, package, ignore=shutil.ignore_patterns("__pycache__"))
    init = package / "__init__.py"
    init.write_text(init.read_text().replace(seeshell.__version__, OTHER_VERSION))
    lines = package / "core" / "messages" / "lines.py"
    lines.write_text(lines.read_text().replace(f"Final = {PROTOCOL}\n", "Final = 1\n"))
    return folder


@pytest.fixture
def ask_other(other_seeshell: Path, paths: Paths) -> Callable[[str], str]:
    """A function that asks a core of the other protocol, which stays, and returns the answer."""
    environment = os.environ | {"PYTHONPATH": str(other_seeshell)}

    def run(*arguments: str) -> str:
        return subprocess.run(
            arguments,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout

    def ask(question: str) -> str:
        run(*core_command(paths, ["--background", "--model", "demo"]))
        return run(sys.executable, "-P", "-m", "seeshell", "ask", question)

    return ask


async def test_what_is_typed_while_the_core_is_gone_stays_in_the_prompt(
    open_app: OpenApp, demo_core: RunningCore
) -> None:
    async with open_app(demo_core) as user:
        await user.ask("how many shapes?")
        await user.type("is it ")
        demo_core.kill()
        await user.sees("The core has ended.", "f5 starts it again")
        await user.type("red\nor ")
        user.app.post_message(Paste("blue"))
        await user.until(lambda: user.chat.prompt.text == "is it red\nor blue")
        await user.press("enter")
        await user.sees("There is no core; f5 starts one.", "or blue")
        await user.press("escape")
        await user.until(lambda: "f5 starts one" not in user.screen)
        await user.press("enter")
        await user.sees("There is no core; f5 starts one.", "or blue")
        await user.press("f5")
        await user.until(lambda: user.chat.session.is_ready)
        assert "f5 starts one" not in user.screen
        assert "starts it again" not in user.screen
        assert user.chat.prompt.text == "is it red\nor blue"
        await user.ask("?")
        assert user.messages[-2].text == "is it red\nor blue?"


async def test_a_line_that_was_lost_is_not_called_the_cores_end_and_is_made_again(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core) as user:
        await user.ask("how many shapes?")
        await user.type("is it red?")
        client = user.chat.session._link._client
        assert client is not None
        client._writer.transport.abort()
        await user.sees("The connection to the core was lost", "f5 connects again")
        await user.sees("demo · not connected", "Your draft and saved messages are safe.")
        assert "has ended" not in user.screen
        await user.press("f5")
        await user.until(lambda: user.chat.session.is_ready)
        assert "connects again" not in user.screen
        assert user.chat.prompt.text == "is it red?"
        await user.ask("")
        assert user.messages[-2].text == "is it red?"
    assert read_address(shared_demo_core.paths).pid == shared_demo_core.pid


async def test_a_core_of_another_protocol_is_named_and_replaced_by_one_key(
    open_anyhow: OpenAnyhow, ask_other: Callable[[str], str], samples: Path
) -> None:
    answer = ask_other("how many shapes?")
    async with open_anyhow(
        LaunchOptions(images=(DraftPicture(samples / PICTURE),), continue_last=True)
    ) as user:
        await user.sees(f"seeshell {OTHER_VERSION} (protocol 1)", "f5")
        await user.type("what is in the picture?")
        await user.press("f5")
        await user.sees("ready", "how many shapes?", f"[1] {PICTURE}")
        assert user.messages[1].text == answer.strip()
        await user.ask("")
        assert user.messages[-2].text == "what is in the picture?"
        assert "blue square" in user.answer


async def test_a_question_sent_before_the_core_is_there_has_the_pictures_of_the_start(
    paths: Paths, samples: Path
) -> None:
    client = ScriptedClient()
    client.may_reply.clear()

    async def connect(_replace_core: bool) -> Any:
        return client

    launch = LaunchOptions(images=(DraftPicture(samples / PICTURE),))
    app = SeeshellApp(paths, Settings(), TerminalFacts(images="none"), launch)
    app._connect = connect  # type: ignore[method-assign]
    async with app.run_test(size=(80, 24)) as pilot:
        user = AppUser(pilot)
        await user.sees(f"[1] {PICTURE}")
        await user.type("what is in the picture?")
        await user.press("enter")
        client.may_reply.set()
        await user.until(lambda: any(isinstance(it, SubmitTurn) for it in client.asked))
        (turn,) = [it for it in client.asked if isinstance(it, SubmitTurn)]
        assert len(turn.attachments) == 1

"""The welcome offers a sample picture where the demonstration model answers, and only there."""

import pytest

from seeshell.core.demo import GREETING, SAMPLE_NAME, SAMPLE_QUESTION
from seeshell.core.messages.events import CoreStatus
from seeshell.core.messages.requests import GetStatus, Request
from seeshell.core.settings import Paths, Settings
from seeshell.tui.app import SeeshellApp
from seeshell.tui.session.launch_options import LaunchOptions
from seeshell.tui.terminal.facts import TerminalFacts

from ...running_core import RunningCore
from ..conftest import AppUser, OpenApp
from ..scripted_client import ScriptedClient


async def test_two_keys_bring_the_first_answer(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core) as user:
        await user.sees("f4", "sample picture", "f4 sample")
        await user.press("f4")
        await user.sees(SAMPLE_QUESTION, f"[1] {SAMPLE_NAME}")
        assert "f4 sample" not in user.screen
        await user.press("enter")
        await user.until(lambda: "red circle" in user.answer)


async def test_a_question_that_was_typed_stays_and_a_second_sample_is_not_added(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core) as user:
        await user.sees("f4 sample")
        await user.type("How many shapes?")
        await user.press("f4")
        await user.sees(f"[1] {SAMPLE_NAME}")
        await user.press("f4")
        await user.press("enter")
        await user.until(lambda: len(user.messages) == 2)
        assert user.messages[0].text == "How many shapes?"
        assert len(user.messages[0].attachments) == 1


@pytest.mark.parametrize(
    ("model", "notice"), [("Qwen3-VL-4B", ""), ("demo", ""), ("big", GREETING)]
)
async def test_no_other_model_is_offered_a_sample(paths: Paths, model: str, notice: str) -> None:
    def script(request: Request) -> CoreStatus | None:
        if isinstance(request, GetStatus):
            return CoreStatus(version="1", pid=1, state="ready", model=model, model_notice=notice)
        return None

    async def connect(_replace_core: bool) -> ScriptedClient:
        return ScriptedClient(script=script)

    app = SeeshellApp(paths, Settings(), TerminalFacts(images="none"), LaunchOptions())
    app._connect = connect  # type: ignore[method-assign, assignment]
    async with app.run_test(size=(80, 24)) as pilot:
        user = AppUser(pilot)
        await user.sees(model)
        assert "f4" not in user.screen
        await user.press("f4")
        assert not user.chat.session.draft.pictures

"""The end of an answer is told to somebody who looks elsewhere."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.events import AppBlur, AppFocus

from seeshell.core.messages.events import TurnEnded, WorkChanged
from seeshell.core.settings import Notification, Paths
from seeshell.tui.terminal.driver_output import DriverOutput

from ...messages import answer, question
from ..conftest import AppUser
from ..scripted_app import app
from ..scripted_client import ScriptedClient, conversation

SHOWN = conversation(1, "lemons", question(1, "How much?"), answer(2, "", None))


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    texts: list[str] = []
    monkeypatch.setattr(DriverOutput, "write", lambda _, text: texts.append(text))
    return texts


@asynccontextmanager
async def open_chat(
    paths: Paths, notify: Notification
) -> AsyncIterator[tuple[AppUser, ScriptedClient]]:
    client = ScriptedClient(SHOWN)
    chat = app(paths, "dark", 1, client=client, notify=notify)
    async with chat.run_test() as pilot:
        user = AppUser(pilot)
        await user.sees("lemons")
        yield user, client


@pytest.mark.parametrize(
    ("notify", "told"), [("bell", "\a"), ("osc9", "\x1b]9;lemons: Two euros.\a"), ("none", None)]
)
async def test_an_answer_that_ends_while_the_terminal_is_behind_is_told(
    paths: Paths, written: list[str], notify: Notification, told: str | None
) -> None:
    async with open_chat(paths, notify) as (user, client):
        user.app.post_message(AppBlur())
        await user.until(lambda: not user.app.app_focus)
        client.tell(TurnEnded(conversation=1, message=answer(2, "Two euros.")))
        await user.sees("Two euros.")
        assert written == ([told] if told else [])


async def test_nobody_is_told_who_looks_at_it(paths: Paths, written: list[str]) -> None:
    async with open_chat(paths, "bell") as (user, client):
        user.app.post_message(AppBlur())
        user.app.post_message(AppFocus())
        await user.until(lambda: user.app.app_focus)
        client.tell(TurnEnded(conversation=1, message=answer(2, "Two euros.")))
        await user.sees("Two euros.")
        assert not written


async def test_an_end_in_another_conversation_is_told_too(paths: Paths, written: list[str]) -> None:
    async with open_chat(paths, "osc777") as (user, client):
        user.app.post_message(AppBlur())
        await user.until(lambda: not user.app.app_focus)
        client.tell(WorkChanged(answering=7, waiting=()))
        client.tell(WorkChanged(answering=None, waiting=()))
        await user.until(lambda: written)
        assert written == ["\x1b]777;notify;seeshell;The answer is there.\a"]

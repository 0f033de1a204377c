"""An answer that was cut off: what stands below it, and the key that has it go on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from msgspec.structs import replace

from seeshell.core.conversation import Conversation, compose
from seeshell.core.messages.events import Delta, TurnEnded, TurnStarted
from seeshell.core.messages.library_requests import ContinueAnswer
from seeshell.core.settings import Paths, Settings
from seeshell.tui.app import SeeshellApp
from seeshell.tui.session.launch_options import LaunchOptions
from seeshell.tui.terminal.facts import TerminalFacts

from ...messages import answer, opened, question
from ..conftest import AppUser
from ..scripted_client import ScriptedClient, conversation

ASKED = question(1, "What is it?")
STOPPED = conversation(1, "a dog", ASKED, answer(2, "A small ", "cancelled"))
DIED = conversation(
    1, "a dog", ASKED, answer(2, "A small ", "failed", error="The core ended during this answer.")
)
COMPLETE = conversation(1, "a dog", ASKED, answer(2, "A small dog."))
OFFER = "alt+a finishes it"


@asynccontextmanager
async def shown(
    stored: Conversation, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[AppUser, ScriptedClient]]:
    client = ScriptedClient(stored)

    async def connect(_app: SeeshellApp, _replace_core: bool) -> Any:
        return client

    monkeypatch.setattr(SeeshellApp, "_connect", connect)
    app = SeeshellApp(paths, Settings(), TerminalFacts(images="none"), LaunchOptions(chat=1))
    async with app.run_test(size=(100, 24)) as pilot:
        user = AppUser(pilot)
        await user.sees("What is it?")
        yield user, client


@pytest.mark.parametrize(
    ("stored", "told"),
    [
        (STOPPED, [f"stopped: {OFFER}"]),
        (DIED, ["The core ended during this answer.", OFFER]),
    ],
)
@pytest.mark.parametrize("keys", [("shift+tab", "a"), ("alt+a",)])
async def test_what_was_cut_off_says_so_and_goes_on_by_key(
    stored: Conversation,
    told: list[str],
    keys: tuple[str, ...],
    paths: Paths,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with shown(stored, paths, monkeypatch) as (user, client):
        await user.sees(*told)
        await user.press(*keys)
        await user.until(lambda: any(isinstance(it, ContinueAnswer) for it in client.asked))
        grown = replace(opened(2), parent_id=1, turn="more")
        client.tell(
            TurnStarted(conversation=1, turn="more", user_message=ASKED, answer=grown),
            Delta(conversation=1, message=2, text="A small "),
            Delta(conversation=1, message=2, text="dog."),
        )
        await user.sees("A small dog.")
        assert OFFER not in user.screen
        ended = replace(grown, parts=compose("A small dog."), finish_reason="stop")
        client.tell(TurnEnded(conversation=1, message=ended))
        await user.until(lambda: not user.messages[-1].is_open)
        assert [it.id for it in user.messages] == [1, 2]
        assert OFFER not in user.screen


async def test_a_complete_answer_has_no_such_key(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with shown(COMPLETE, paths, monkeypatch) as (user, client):
        await user.press("alt+a")
        await user.press("shift+tab", "a")
        await user.until(lambda: True)
        assert not any(isinstance(it, ContinueAnswer) for it in client.asked)

"""An answer that waits, thinks and ends without a word, on screen; its key asks again."""

from typing import Any

import pytest
from msgspec.structs import replace

from seeshell.core.conversation import compose
from seeshell.core.messages.events import (
    CoreStatus,
    Delta,
    Prefilled,
    ThoughtsDelta,
    TurnEnded,
    Waiting,
)
from seeshell.core.messages.requests import GetStatus, RegenerateAnswer, Request
from seeshell.core.settings import Paths, Settings
from seeshell.tui.app import SeeshellApp
from seeshell.tui.session.launch_options import LaunchOptions
from seeshell.tui.terminal.facts import TerminalFacts

from ...messages import opened, question
from ..conftest import AppUser
from ..scripted_client import ScriptedClient, conversation

OPEN = conversation(1, "market stall", question(1, "How many lemons?"), opened(2))
NAMES = {"conversation": 1, "message": 2}
BUSY = Waiting(reason="The server is busy; it is asked again in 5 s.", **NAMES)
ELSEWHERE = {"conversation": 9, "message": 2}
SENT = "Text and pictures are sent to example.org."


def script(request: Request) -> CoreStatus | None:
    if isinstance(request, GetStatus):
        return CoreStatus(
            version="1", pid=1, state="prefilling", model="big", is_loaded=True, model_notice=SENT
        )
    return None


async def test_it_says_what_it_does_and_loses_no_word(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = ScriptedClient(OPEN, script=script)

    async def connect(_app: SeeshellApp, _replace_core: bool) -> Any:
        return client

    monkeypatch.setattr(SeeshellApp, "_connect", connect)
    app = SeeshellApp(paths, Settings(), TerminalFacts(images="none"), LaunchOptions(chat=1))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        user = AppUser(pilot)
        await user.sees(
            "How many lemons?", "preparing", "Text and pictures are sent to", "example.org."
        )
        for end in (
            Prefilled(done=1, total=9, reused=0, **NAMES),
            ThoughtsDelta(text="Hm.", **NAMES),
            Delta(text=" \n", **NAMES),
        ):
            client.tell(BUSY)
            await user.sees("waiting", BUSY.reason)
            client.tell(ThoughtsDelta(text="Hm.", **ELSEWHERE), end)
            await user.until(lambda: "waiting" not in user.screen)
            await user.until(lambda: BUSY.reason not in user.screen)
        client.tell(ThoughtsDelta(text="Two, I'd say.", **NAMES))
        await user.sees("thinking")
        message = replace(
            opened(2),
            parts=compose(" \n", thoughts="Hm.Two, I'd say."),
            finish_reason="thoughts_only",
            error="The model ended after thinking, without an answer: ask again.",
        )
        client.tell(TurnEnded(conversation=1, message=message))
        await user.sees("Hm.Two, I'd say.", message.error, "ready")
        await user.press("shift+tab", "r")
        await user.until(lambda: any(isinstance(it, RegenerateAnswer) for it in client.asked))

"""What a window tells of the core's model: once what it is, and whose load failed."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from seeshell.core.errors import BadRequest, SeeshellError
from seeshell.core.messages.events import AnyEvent, CoreStatus, Notice
from seeshell.core.messages.model_events import ModelFailed, ModelLoaded, ModelLoading
from seeshell.core.messages.model_requests import LoadModel
from seeshell.core.messages.requests import GetStatus, Request
from seeshell.core.settings import Paths
from seeshell.tui.session.events import CoreLost, NoticeTold, RequestRefused, SessionEvent
from seeshell.tui.session.launch_options import LaunchOptions
from seeshell.tui.session.session import ChatSession

from ...messages import answer, question
from ...patience import PATIENCE
from ..scripted_client import ScriptedClient, conversation

SENT = "Text and pictures are sent to example.org."
OLD = conversation(1, "old", question(1, "What?"), answer(2, "That.", model="old-vl"))


def status(notice: str = SENT, model: str = "big") -> CoreStatus:
    return CoreStatus(
        version="1", pid=1, state="ready", is_loaded=True, model=model, model_notice=notice
    )


def loaded(notice: str = SENT, model: str = "big") -> ModelLoaded:
    return ModelLoaded(model=model, context_length=9, notice=notice, source=model)


class Window:
    """A session on a core whose model says something of itself."""

    def __init__(self, paths: Paths, first: CoreStatus) -> None:
        self.first = first
        self.told: list[SessionEvent] = []
        self.refused: SeeshellError | None = None
        """What `LoadModel` brings."""
        self.session = ChatSession(self._connect, paths.data_dir, paths.presets_file)
        self.session.events.listen(SessionEvent, self.told.append)

    async def _connect(self, _replace_core: bool) -> Any:
        self.client = ScriptedClient(OLD, script=self._reply)
        return self.client

    def _reply(self, request: Request) -> AnyEvent | SeeshellError | None:
        if isinstance(request, LoadModel):
            return self.refused
        return self.first if isinstance(request, GetStatus) else None

    @property
    def notices(self) -> list[str]:
        kinds = [it for it in self.told if isinstance(it, NoticeTold)]
        return [it.sentence for it in kinds if not isinstance(it, RequestRefused)]

    async def hears(self, *events: AnyEvent) -> None:
        """Returns when the events, and what they bring, were taken in."""
        self.client.tell(*events, Notice(sentence="heard"))
        await self.until(lambda: "heard" in self.notices)
        self.told.remove(next(it for it in self.told if getattr(it, "sentence", "") == "heard"))

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not condition():  # noqa: ASYNC110 - any of many events may fulfil it
                await asyncio.sleep(0)

    async def run(self, launch: LaunchOptions) -> "asyncio.Task[None]":
        self.told.clear()
        running = asyncio.create_task(self.session.run(launch))
        await self.until(lambda: self.session.has_begun)
        return running


async def leave(running: "asyncio.Task[None]") -> None:
    running.cancel()
    await asyncio.wait([running])


@pytest.mark.parametrize(
    ("first", "chat", "events", "notices"),
    [
        pytest.param(status(), 1, [], [SENT], id="a conversation is opened"),
        pytest.param(status(), None, [], [], id="the welcome shows it"),
        pytest.param(status(model="old-vl"), 1, [], [], id="it gave the last answer there"),
        pytest.param(status(), 1, [loaded()], [SENT], id="it is loaded again"),
        pytest.param(status(), None, [loaded()], [], id="it is loaded again below the welcome"),
        pytest.param(status(""), 1, [], [], id="there is nothing to say"),
        pytest.param(status("", "demo"), 1, [loaded()], [SENT], id="another window switches"),
        pytest.param(
            status(), 1, [loaded("", "demo"), loaded()], [SENT], id="there and back again"
        ),
        pytest.param(
            status(), 1, [loaded(model="small")], [SENT, SENT], id="another model of that server"
        ),
        pytest.param(
            status(),
            1,
            [ModelLoading(model="other", stage="reading"), loaded("", "other")],
            [SENT],
            id="a model without a notice is loaded",
        ),
    ],
)
async def test_what_a_model_is_is_told_once(
    paths: Paths,
    first: CoreStatus,
    chat: int | None,
    events: list[AnyEvent],
    notices: list[str],
) -> None:
    window = Window(paths, first)
    running = await window.run(LaunchOptions(chat=chat))
    await window.hears(*events)
    assert window.notices == notices
    await leave(running)


async def test_a_window_that_connects_again_tells_it_no_second_time(paths: Paths) -> None:
    window = Window(paths, status())
    running = await window.run(LaunchOptions(chat=1))
    await window.hears()
    assert window.notices == [SENT]
    window.client.die()
    await window.until(lambda: isinstance(window.told[-1], CoreLost))
    await running
    running = await window.run(LaunchOptions(chat=1))
    await window.until(lambda: window.session.model.status.notice)
    await window.hears(loaded())
    assert window.notices == []
    await leave(running)


async def test_notices_of_the_core_are_told_as_such(paths: Paths) -> None:
    window = Window(paths, status(""))
    running = await window.run(LaunchOptions())
    await window.hears(Notice(sentence="config.toml changed."))
    assert window.notices == ["config.toml changed."]
    await leave(running)


def failed(model: str) -> ModelFailed:
    return ModelFailed(model=model, error="ModelError", sentence="No.")


def loading(model: str) -> ModelLoading:
    return ModelLoading(model=model, stage="downloading", fraction=0.4)


@pytest.mark.parametrize(
    ("first", "asked", "events", "sentences"),
    [
        pytest.param(
            status(""), "m", [loading("m"), failed("m")], ["No. big goes on answering."], id="own"
        ),
        pytest.param(status(""), "m", [loading("n"), failed("n")], [], id="another window's"),
        pytest.param(status(""), "", [loading("m"), failed("m")], [], id="nothing was asked for"),
        pytest.param(
            CoreStatus(version="1", pid=1, state="loading", model="m", loading="m"),
            "",
            [failed("m")],
            ["No."],
            id="no model is left for anybody",
        ),
        pytest.param(
            status(""),
            "m",
            [loading("m"), failed("m"), loading("n")],
            ["No. big goes on answering."],
            id="another one is being loaded",
        ),
        pytest.param(
            status(""), "m", [loading("m"), failed("m"), loading("m")], [], id="it is tried again"
        ),
        pytest.param(
            status(""), "m", [failed("m"), loaded("", "n")], [], id="another one is there"
        ),
    ],
)
async def test_a_failed_load_is_decided_about_where_it_was_asked_for(
    paths: Paths, first: CoreStatus, asked: str, events: list[AnyEvent], sentences: list[str]
) -> None:
    window = Window(paths, first)
    running = await window.run(LaunchOptions(model=asked))
    await window.hears(*events)
    decisions = window.session.decisions.open
    assert [it.sentence for it in decisions] == sentences
    assert all(it.ways_out == ("load again", "load another") for it in decisions)
    assert not [it for it in window.told if isinstance(it, RequestRefused)]
    await leave(running)


async def test_a_model_that_is_refused_at_once_is_decided_about_too(paths: Paths) -> None:
    window = Window(paths, status(""))
    window.refused = BadRequest("That is no address.")
    running = await window.run(LaunchOptions())
    await window.session.model.load("http://")
    (decision,) = window.session.decisions.open
    assert decision.sentence == "That is no address. big goes on answering."
    assert decision.model == "http://"
    await leave(running)

"""A conversation with questions that wait, for the tests of sessions."""

import asyncio

import pytest

from seeshell.core.messages.events import Prefilled, TurnStarted
from seeshell.core.messages.queue_events import TurnQueued
from seeshell.core.sessions.sessions import Sessions

from ..scripted_engine import ScriptedEngine
from ..talk import Listener, end_of, start_of, submit


@pytest.fixture
async def gate() -> asyncio.Event:
    """What the first answer waits for."""
    return asyncio.Event()


@pytest.fixture
async def turns(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, gate: asyncio.Event
) -> list[TurnQueued]:
    """Questions 1 to 3 of one conversation; the first is being answered."""
    for script in ((gate, "one"), ("two",), ("three",)):
        engine.enqueue(*script)
    first = await submit(sessions, client, "1")
    await client.until(Prefilled)
    more = [await submit(sessions, client, text, first.conversation) for text in ("2", "3")]
    return [first, *more]


@pytest.fixture
async def asked(sessions: Sessions, engine: ScriptedEngine, client: Listener) -> TurnStarted:
    """A conversation with one question and its answer."""
    engine.enqueue("A dog.")
    queued = await submit(sessions, client, "What is it?")
    await end_of(client, queued)
    return await start_of(client, queued)

"""What every client is told of the engine's work: whom it serves, with which model, how far."""

import asyncio
from itertools import pairwise

import pytest

from seeshell.core.engine.engine import (
    AnswerProgress,
    DecodeProgress,
    LoadedModel,
    PictureProgress,
    PrefillProgress,
    Waiting,
)
from seeshell.core.messages.events import (
    AnyEvent,
    ConversationDeleted,
    ConversationRestored,
    CoreStatus,
    Decoded,
    Delta,
    PictureBegun,
    Prefilled,
    TurnEnded,
    TurnStarted,
    WorkChanged,
)
from seeshell.core.messages.events import Waiting as Waits
from seeshell.core.messages.model_events import ModelLoaded
from seeshell.core.messages.requests import (
    DeleteConversation,
    GetStatus,
    OpenConversation,
    RestoreConversation,
)
from seeshell.core.sessions.sessions import Sessions

from ..scripted_engine import ScriptedEngine
from ..talk import Listener, carry_out, end_of, submit


async def test_whom_the_engine_serves_and_who_waits_is_told_to_all(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    other, gate = Listener(), asyncio.Event()
    sessions.add_client(other)
    engine.enqueue(gate, "one")
    engine.enqueue("two")
    first = await submit(sessions, client, "1")
    await client.until(Prefilled)
    second = await submit(sessions, client, "2")
    one, two = first.conversation, second.conversation
    await other.until(WorkChanged, answering=one, waiting=(two,))
    status: CoreStatus = await carry_out(sessions, GetStatus(), client)
    assert (status.answering, status.waiting) == (one, (two,))
    gate.set()
    await end_of(client, second)
    await other.until(WorkChanged, answering=two, waiting=())
    await other.until(WorkChanged, where=lambda it: it == WorkChanged(answering=None, waiting=()))
    told = [it for it in other.heard if isinstance(it, WorkChanged)]
    assert all(before != after for before, after in pairwise(told))


NAMES = {"conversation": 1, "message": 2}


@pytest.mark.parametrize(
    ("progress", "event", "is_replayed"),
    [
        (PictureProgress(1, 2), PictureBegun(number=1, total=2, **NAMES), True),
        (PrefillProgress(3, 9, 1), Prefilled(done=3, total=9, reused=1, **NAMES), True),
        (Waiting("Busy."), Waits(reason="Busy.", **NAMES), True),
        (DecodeProgress(60, 59.5), Decoded(tokens=60, tps=59.5, **NAMES), False),
    ],
    ids=["picture", "prefill", "waiting", "decoding"],
)
async def test_progress_is_told_and_the_newest_again_to_whoever_comes_late(
    sessions: Sessions,
    engine: ScriptedEngine,
    client: Listener,
    progress: AnswerProgress,
    event: AnyEvent,
    is_replayed: bool,
) -> None:
    gate, late = asyncio.Event(), Listener()
    engine.enqueue(progress, gate, "one")
    queued = await submit(sessions, client, "1")
    told = await client.until(type(event), where=lambda it: it == event)
    assert told == event
    sessions.add_client(late)
    events = await sessions.carry_out(OpenConversation(conversation=queued.conversation), late)
    assert (event in events) == is_replayed
    gate.set()
    await end_of(client, queued)


async def test_a_model_that_a_server_takes_up_in_mid_turn_is_told_to_all(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    other, gate = Listener(), asyncio.Event()
    sessions.add_client(other)
    engine.enqueue(gate, "one")
    queued = await submit(sessions, client, "1")
    await client.until(Prefilled)
    engine.become(LoadedModel("two", "http://h/v1", 900, server="h"))
    gate.set()
    ended: TurnEnded = await end_of(client, queued)
    assert ended.message.model == "two"
    loaded = await other.until(ModelLoaded)
    assert loaded == ModelLoaded(model="two", context_length=900, source="http://h/v1", server="h")
    kinds = [type(it) for it in client.heard]
    assert kinds.index(ModelLoaded) < kinds.index(Delta)
    status: CoreStatus = await carry_out(sessions, GetStatus(), client)
    assert (status.model, status.is_loaded, status.server) == ("two", True, "h")


async def test_a_deletion_and_its_end_are_told_to_those_who_follow_and_did_not_ask(
    sessions: Sessions, client: Listener, asked: TurnStarted
) -> None:
    follower, stranger = Listener(), Listener()
    sessions.add_client(follower)
    sessions.add_client(stranger)
    it = asked.conversation
    await carry_out(sessions, OpenConversation(conversation=it), follower)
    await carry_out(sessions, DeleteConversation(conversation=it), client)
    await carry_out(sessions, RestoreConversation(conversation=it), client)
    both = [ConversationDeleted(conversation=it), ConversationRestored(conversation=it)]
    assert [event for event in follower.heard if event in both] == both
    assert not [event for event in (*client.heard, *stranger.heard) if event in both]

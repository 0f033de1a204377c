"""Thoughts are kept beside the text, shown to whoever comes late, and told to no model."""

import asyncio
from functools import partial

import pytest

from seeshell.core.conversation import Message, TextPart, ThoughtsPart
from seeshell.core.engine.engine import AnswerEvent, PrefillProgress, ThoughtsDelta
from seeshell.core.engine.engine import Waiting as EngineWaiting
from seeshell.core.messages import events
from seeshell.core.messages.events import (
    AnyEvent,
    ConversationOpened,
    CoreStatus,
    Delta,
    Prefilled,
    Waiting,
)
from seeshell.core.messages.requests import (
    ForkConversation,
    GetStatus,
    ListConversations,
    OpenConversation,
    SubmitTurn,
)
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.store.archive import Archive

from ...patience import PATIENCE
from ..scripted_engine import ScriptedEngine
from ..talk import Listener, carry_out, end_of, submit

BUSY = EngineWaiting("The server is busy; the question is sent again in 5 s.")
STILL_BUSY = EngineWaiting("The server is busy; the question is sent again in 9 s.")


async def opened(sessions: Sessions, conversation: int) -> tuple[list[Message], list[AnyEvent]]:
    """Returns what a client that comes now gets: the messages, and the events after them."""
    late = Listener()
    sessions.add_client(late)
    reply: ConversationOpened = await carry_out(
        sessions, OpenConversation(conversation=conversation), late
    )
    return list(reply.conversation.messages), late.heard


async def test_a_client_that_comes_late_gets_the_thoughts_before_the_text(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    gate = asyncio.Event()
    engine.enqueue(ThoughtsDelta("Hm. "), "Two ", ThoughtsDelta("Sure?"), "lemons.", gate, " Yes.")
    queued = await submit(sessions, client, "?")
    await client.until(Delta, text="lemons.")
    messages, replay = await opened(sessions, queued.conversation)
    answer = messages[-1]
    names = {"conversation": queued.conversation, "message": answer.id}
    assert answer.parts == ()
    assert replay == [
        Prefilled(done=5, total=5, reused=0, **names),
        events.ThoughtsDelta(text="Hm. Sure?", **names),
        Delta(text="Two lemons.", **names),
    ]
    gate.set()
    ended = await end_of(client, queued)
    assert ended.message.parts == (ThoughtsPart("Hm. Sure?"), TextPart("Two lemons. Yes."))
    messages, replay = await opened(sessions, queued.conversation)
    assert (messages[-1], replay) == (ended.message, [])


@pytest.mark.parametrize(
    ("then", "last", "is_over"),
    [
        pytest.param([], {"reason": BUSY.reason}, False, id="nothing"),
        pytest.param([ThoughtsDelta("Hm.")], {"text": "Hm."}, True, id="thoughts"),
        pytest.param(["Two"], {"text": "Two"}, True, id="text"),
        pytest.param([PrefillProgress(1, 9, 0)], {"total": 9}, True, id="progress"),
        pytest.param(["Two", STILL_BUSY], {"reason": STILL_BUSY.reason}, False, id="another wait"),
    ],
)
async def test_a_client_that_comes_late_hears_of_a_wait_that_is_not_over(
    sessions: Sessions,
    engine: ScriptedEngine,
    client: Listener,
    then: list[AnswerEvent | str],
    last: dict[str, object],
    is_over: bool,
) -> None:
    gate = asyncio.Event()
    engine.enqueue(BUSY, *then, gate)
    queued = await submit(sessions, client, "?")
    await client.until(Prefilled, Waiting, Delta, events.ThoughtsDelta, where=partial(has, last))
    _, replay = await opened(sessions, queued.conversation)
    assert isinstance(replay[-1], Waiting) == (not is_over)
    gate.set()
    await end_of(client, queued)


def has(fields: dict[str, object], event: AnyEvent) -> bool:
    return all(getattr(event, name, None) == value for name, value in fields.items())


async def test_thoughts_are_saved_while_they_come_and_found_by_a_search(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, archive: Archive
) -> None:
    gate = asyncio.Event()
    engine.enqueue(ThoughtsDelta("Lemons, "), ThoughtsDelta("surely."), gate, "Two fruits.")
    queued = await submit(sessions, client, "How many?")
    await client.until(events.ThoughtsDelta)
    async with asyncio.timeout(PATIENCE):
        while not (await archive.read_conversation(queued.conversation)).messages[-1].parts:  # noqa: ASYNC110
            await asyncio.sleep(0)
    stored = (await archive.read_conversation(queued.conversation)).messages[-1]
    assert (stored.thoughts[:7], stored.text, stored.is_open) == ("Lemons,", "", True)
    status: CoreStatus = await carry_out(sessions, GetStatus(), client)
    assert status.state == "decoding"
    gate.set()
    await end_of(client, queued)
    for query, count in (("lemons", 1), ("fruits", 1), ("oranges", 0)):
        listed = await carry_out(sessions, ListConversations(query=query), client)
        assert len(listed.conversations) == count


async def test_a_fork_keeps_thoughts_and_no_title_comes_of_them(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    engine.enqueue(ThoughtsDelta("Hm. "), "Two.")
    queued = await submit(sessions, client, "How many?")
    answer = (await end_of(client, queued)).message
    fork = ForkConversation(conversation=queued.conversation, message=answer.id)
    copy = (await carry_out(sessions, fork, client)).conversation
    assert copy.messages[-1].parts == answer.parts
    assert copy.summary.title == "How many? (fork)"


async def test_a_turn_that_is_sent_again_brings_its_thoughts(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    gate = asyncio.Event()
    engine.enqueue(ThoughtsDelta("Hm. "), "Two.", gate)
    request = SubmitTurn(text="?", turn="mine")
    queued = await carry_out(sessions, request, client)
    await client.until(Delta)
    again = Listener()
    sessions.add_client(again)
    await carry_out(sessions, request, again)
    assert [it.text for it in again.heard if isinstance(it, events.ThoughtsDelta)] == ["Hm. "]
    gate.set()
    await end_of(client, queued)
    last = Listener()
    sessions.add_client(last)
    await carry_out(sessions, request, last)
    assert (await end_of(last, queued)).message.thoughts == "Hm. "


async def test_no_prompt_repeats_thoughts(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    conversation = None
    for number in range(3):
        engine.enqueue(ThoughtsDelta("Hm, secretly."), f"Answer {number}.")
        queued = await submit(sessions, client, f"{number}?", conversation)
        conversation = queued.conversation
        await end_of(client, queued)
    dump = repr(engine.history)
    assert "secretly" not in dump
    assert "Answer 1." in dump

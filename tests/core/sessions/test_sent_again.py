"""Turns that are sent again after a lost reply are stored once."""

import asyncio

import pytest

from seeshell.core.errors import (
    OutOfMemory,
)
from seeshell.core.messages.events import (
    AnyEvent,
    Delta,
    Prefilled,
    TurnEnded,
    TurnFailed,
    TurnStarted,
)
from seeshell.core.messages.queue_events import QueueChanged, TurnQueued
from seeshell.core.messages.requests import (
    EditQuestion,
    ListConversations,
    RegenerateAnswer,
    SubmitTurn,
)
from seeshell.core.sessions.sessions import Sessions

from ..scripted_engine import ScriptedEngine
from ..talk import Listener, carry_out, end_of, start_of, submit


def same_again(
    conversation: int | None, kind: str, message: int | None
) -> SubmitTurn | EditQuestion | RegenerateAnswer:
    if kind == "submit" or conversation is None or message is None:
        return SubmitTurn(text="again?", conversation=conversation, turn="mine")
    if kind == "edit":
        return EditQuestion(conversation=conversation, message=message, text="again?", turn="mine")
    return RegenerateAnswer(conversation=conversation, turn="mine")


@pytest.mark.parametrize("kind", ["new", "submit", "edit", "regenerate"])
async def test_a_turn_sent_again_after_a_lost_reply_is_stored_once(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, asked: TurnStarted, kind: str
) -> None:
    """While it waits, while it is answered, and when it has ended."""
    other_gate, gate = asyncio.Event(), asyncio.Event()
    engine.enqueue(other_gate, "other")
    other = await submit(sessions, client, "other?")
    await client.until(Prefilled, message=(await start_of(client, other)).answer.id)
    conversation = None if kind == "new" else asked.conversation
    request = same_again(conversation, kind, asked.user_message.id)
    engine.enqueue("Half", gate, " and half")

    async def send() -> tuple[TurnQueued, list[AnyEvent], Listener]:
        again = Listener()
        sessions.add_client(again)
        reply: TurnQueued = await carry_out(sessions, request, again)
        return reply, list(again.heard), again

    first = await carry_out(sessions, request, client)
    reply, more, _ = await send()
    assert reply == first
    assert [type(event) for event in more][-1] == QueueChanged

    other_gate.set()
    await client.until(Delta, text="Half")
    reply, more, again = await send()
    assert (reply.conversation, reply.turn.id) == (first.conversation, "mine")
    assert [type(event) for event in more] == [TurnStarted, Prefilled, Delta]
    gate.set()
    ended = await end_of(again, first)

    reply, more, _ = await send()
    assert reply.turn.id == "mine"
    assert [type(event) for event in more] == [TurnStarted, TurnEnded]
    assert (more[0].turn, more[-1].message) == ("mine", ended.message)  # type: ignore[union-attr]
    assert ended.message.text == "Half and half"
    assert len(engine.history) == 3
    listed = await carry_out(sessions, ListConversations(), client)
    assert len(listed.conversations) == (3 if kind == "new" else 2)


async def test_a_turn_sent_again_after_it_failed_tells_that(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    engine.enqueue(OutOfMemory("The memory ran out."))
    request = SubmitTurn(text="?", turn="mine")
    first: TurnQueued = await carry_out(sessions, request, client)
    failed = await end_of(client, first)
    again = Listener()
    sessions.add_client(again)
    await carry_out(sessions, request, again)
    told = again.heard[-1]
    assert isinstance(told, TurnFailed)
    assert (told.message, told.sentence) == (failed.message, "The memory ran out.")

"""Turns that wait: seen by every client, changed by request, answered in order."""

import asyncio
from pathlib import Path

import pytest

from seeshell.core.errors import (
    BadRequest,
    ImageError,
    NotStored,
    SeeshellError,
)
from seeshell.core.messages.events import (
    CoreStatus,
    Done,
    TurnEnded,
    TurnStarted,
    TurnWithdrawn,
)
from seeshell.core.messages.library_events import LibraryChanged
from seeshell.core.messages.picture_requests import Attach
from seeshell.core.messages.queue_events import QueueChanged, TurnQueued
from seeshell.core.messages.queue_requests import EditQueued, MoveQueued, RemoveQueued
from seeshell.core.messages.requests import (
    AnyRequest,
    GetStatus,
    ListConversations,
    OpenConversation,
    StopTurn,
    SubmitTurn,
    SwitchBranch,
)
from seeshell.core.sessions import queue
from seeshell.core.sessions.sessions import Sessions

from ..scripted_engine import ScriptedEngine
from ..talk import Listener, carry_out, end_of, start_of, submit
from .shown import opened, queue_of, queues_heard, wait_for_queue


async def test_messages_sent_while_an_answer_runs_are_stored_and_answered_in_their_order(
    sessions: Sessions,
    engine: ScriptedEngine,
    client: Listener,
    gate: asyncio.Event,
    turns: list[TurnQueued],
) -> None:
    conversation = turns[0].conversation
    shown = (await opened(sessions, conversation)).conversation
    assert [message.text for message in shown.messages] == ["1", ""]
    assert shown.queue == (turns[1].turn, turns[2].turn)
    status: CoreStatus = await carry_out(sessions, GetStatus(), client)
    assert (status.state, status.open_turns) == ("prefilling", 3)
    gate.set()
    ended = [await end_of(client, turn) for turn in turns]
    assert [event.message.text for event in ended] == ["one", "two", "three"]
    assert [message.text for message in engine.history[-1]] == ["1", "one", "2", "two", "3"]
    shown = (await opened(sessions, conversation)).conversation
    assert [it.text for it in shown.messages] == ["1", "one", "2", "two", "3", "three"]
    assert (shown.queue, sessions.is_busy) == ((), False)


async def test_everybody_who_follows_sees_the_queue_and_what_is_taken_from_it(
    sessions: Sessions, client: Listener, gate: asyncio.Event, turns: list[TurnQueued]
) -> None:
    other = Listener()
    sessions.add_client(other)
    await carry_out(sessions, OpenConversation(conversation=turns[0].conversation), other)
    gate.set()
    await end_of(other, turns[2])
    assert [
        (type(event), event.turn if isinstance(event, TurnStarted) else None)
        for event in other.heard
        if isinstance(event, TurnStarted | QueueChanged | TurnEnded)
    ] == [
        (TurnEnded, None),
        (TurnStarted, turns[1].turn.id),
        (QueueChanged, None),
        (TurnEnded, None),
        (TurnStarted, turns[2].turn.id),
        (QueueChanged, None),
        (TurnEnded, None),
    ]
    assert queues_heard(other) == [(["3"], False), ([], False)]
    assert queues_heard(client)[:4] == [
        (["1"], False),
        ([], False),
        (["2"], False),
        (["2", "3"], False),
    ]


async def test_a_queued_question_is_edited_with_its_pictures(
    sessions: Sessions,
    engine: ScriptedEngine,
    client: Listener,
    gate: asyncio.Event,
    turns: list[TurnQueued],
    picture: Path,
) -> None:
    conversation = turns[0].conversation
    sha256 = (await carry_out(sessions, Attach(path=str(picture)), client)).attachment.sha256
    edit = EditQueued(
        conversation=conversation, turn=turns[1].turn.id, text="two?", attachments=(sha256,)
    )
    assert await carry_out(sessions, edit, client) == Done()
    await wait_for_queue(client, "two?", "3")
    gate.set()
    await end_of(client, turns[1])
    question = engine.history[1][-1]
    assert (question.text, [it.sha256 for it in question.images]) == ("two?", [sha256])
    assert (await start_of(client, turns[1])).user_message.attachments[0].tokens == 1


async def test_queued_turns_are_moved_and_removed(
    sessions: Sessions,
    engine: ScriptedEngine,
    client: Listener,
    gate: asyncio.Event,
    turns: list[TurnQueued],
) -> None:
    first, second, third = turns
    conversation = first.conversation
    fourth = await submit(sessions, client, "4", conversation)
    requests: list[AnyRequest] = [
        MoveQueued(conversation=conversation, turn=fourth.turn.id, before=second.turn.id),
        MoveQueued(conversation=conversation, turn=second.turn.id),
        RemoveQueued(conversation=conversation, turn=third.turn.id),
    ]
    for request in requests:
        assert await carry_out(sessions, request, client) == Done()
    assert queues_heard(client)[-3:] == [
        (["4", "2", "3"], False),
        (["4", "3", "2"], False),
        (["4", "2"], False),
    ]
    gate.set()
    await end_of(client, second)
    asked = [prompt[-1].text for prompt in engine.history]
    assert asked == ["1", "4", "2"]
    shown = (await opened(sessions, conversation)).conversation
    assert "3" not in [message.text for message in shown.messages]


async def test_a_conversation_whose_only_turn_is_removed_is_gone(
    sessions: Sessions, client: Listener, turns: list[TurnQueued]
) -> None:
    alone = await submit(sessions, client, "alone")
    remove = RemoveQueued(conversation=alone.conversation, turn=alone.turn.id)
    await carry_out(sessions, remove, client)
    listed = await carry_out(sessions, ListConversations(), client)
    assert [it.id for it in listed.conversations] == [turns[0].conversation]
    gone = QueueChanged(conversation=alone.conversation, queue=(), is_paused=False)
    assert client.heard[-1] == gone
    await client.until(LibraryChanged, where=lambda it: it.gone == (alone.conversation,))


@pytest.mark.parametrize(
    ("request_made", "error"),
    [
        (EditQueued(conversation=1, turn="?", text="x"), NotStored),
        (EditQueued(conversation=1, turn="?", text=" "), BadRequest),
        (EditQueued(conversation=1, turn="?", text="x", attachments=("0" * 64,)), NotStored),
        (MoveQueued(conversation=1, turn="?"), NotStored),
        (RemoveQueued(conversation=1, turn="?"), NotStored),
        (RemoveQueued(conversation=7, turn="?"), NotStored),
        (SwitchBranch(conversation=1, message=1), BadRequest),
    ],
)
async def test_a_request_that_does_not_fit_the_queue_is_refused_and_changes_nothing(
    sessions: Sessions,
    client: Listener,
    turns: list[TurnQueued],
    request_made: AnyRequest,
    error: type[SeeshellError],
) -> None:
    await carry_out(sessions, StopTurn(conversation=turns[0].conversation), client)
    heard = list(client.heard)
    with pytest.raises(error, match=r"\S \S.*\.$"):
        await carry_out(sessions, request_made, client)
    assert client.heard == heard
    assert await queue_of(sessions, 1) == (["2", "3"], True)


async def test_a_turn_that_is_being_answered_can_not_be_removed_any_more(
    sessions: Sessions, client: Listener, turns: list[TurnQueued]
) -> None:
    remove = RemoveQueued(conversation=turns[0].conversation, turn=turns[0].turn.id)
    with pytest.raises(NotStored):
        await carry_out(sessions, remove, client)


async def test_conversations_take_turns(
    sessions: Sessions,
    engine: ScriptedEngine,
    client: Listener,
    gate: asyncio.Event,
    turns: list[TurnQueued],
) -> None:
    engine.enqueue("four")
    other = await submit(sessions, client, "other?")
    gate.set()
    await end_of(client, turns[2])
    await end_of(client, other)
    assert [prompt[-1].text for prompt in engine.history] == ["1", "other?", "2", "3"]


async def test_clients_that_submit_at_the_same_time_are_all_queued(
    sessions: Sessions,
    engine: ScriptedEngine,
    client: Listener,
    gate: asyncio.Event,
    turns: list[TurnQueued],
) -> None:
    conversation = turns[0].conversation
    others = [Listener() for _ in range(5)]
    for other in others:
        sessions.add_client(other)
        engine.enqueue("yes")
    replies = await asyncio.gather(
        *(submit(sessions, other, str(index), conversation) for index, other in enumerate(others))
    )
    gate.set()
    for other, reply in zip(others, replies, strict=True):
        await end_of(other, reply)
    asked = [prompt[-1].text for prompt in engine.history]
    assert asked == ["1", "2", "3", "0", "1", "2", "3", "4"]


async def test_a_queue_takes_so_many_turns_and_no_more(
    sessions: Sessions,
    client: Listener,
    turns: list[TurnQueued],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(queue, "MOST_QUEUED", 3)
    conversation = turns[0].conversation
    request = SubmitTurn(text="4", conversation=conversation, turn="mine")
    fourth = await carry_out(sessions, request, client)
    assert (await carry_out(sessions, request, client)).turn == fourth.turn
    with pytest.raises(BadRequest, match="3 questions are queued"):
        await submit(sessions, client, "5", conversation)
    assert await queue_of(sessions, conversation) == (["2", "3", "4"], False)
    remove = RemoveQueued(conversation=conversation, turn=turns[1].turn.id)
    await carry_out(sessions, remove, client)
    await submit(sessions, client, "5", conversation)
    assert await queue_of(sessions, conversation) == (["3", "4", "5"], False)


async def test_a_turn_whose_pictures_the_model_can_not_take_is_given_back(
    sessions: Sessions,
    engine: ScriptedEngine,
    client: Listener,
    picture: Path,
    asked: TurnStarted,
) -> None:
    """It was attached before a model was loaded that could have told."""
    sha256 = (await carry_out(sessions, Attach(path=str(picture)), client)).attachment.sha256
    before = (await opened(sessions, asked.conversation)).conversation
    engine.measure_error = ImageError("circle.png is too long and thin for this model.")
    for conversation in (asked.conversation, None):
        request = SubmitTurn(text="?", attachments=(sha256,), conversation=conversation)
        queued: TurnQueued = await carry_out(sessions, request, client)
        withdrawn: TurnWithdrawn = await client.until(TurnWithdrawn, turn=queued.turn.id)
        assert (withdrawn.error, withdrawn.sentence) == ("ImageError", str(engine.measure_error))
        assert withdrawn.restored == (before if conversation else None)
    assert (await opened(sessions, asked.conversation)).conversation == before
    assert (len(engine.history), sessions.is_busy) == (1, False)
    engine.measure_error = None
    engine.enqueue("A circle.")
    await end_of(client, await carry_out(sessions, request, client))

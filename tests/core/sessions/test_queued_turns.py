"""Turns that wait: seen by every client, changed by request, computed in order."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from seeshell.core.errors import (
    BadRequest,
    ImageError,
    NotStored,
    OutOfMemory,
    PromptTooLong,
    SeeshellError,
)
from seeshell.core.messages.events import (
    AnyEvent,
    ConversationOpened,
    ConversationsChanged,
    CoreStatus,
    Delta,
    Done,
    Prefilled,
    QueueChanged,
    TurnEnded,
    TurnFailed,
    TurnQueued,
    TurnStarted,
    TurnWithdrawn,
)
from seeshell.core.messages.requests import (
    AnyRequest,
    Attach,
    EditQuestion,
    EditQueued,
    GetStatus,
    ListConversations,
    MoveQueued,
    OpenConversation,
    RegenerateAnswer,
    RemoveQueued,
    ResumeQueue,
    StopTurn,
    SubmitTurn,
    SwitchBranch,
)
from seeshell.core.sessions import queue
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.settings import Paths, Settings
from seeshell.core.store.archive import Archive

from ...patience import PATIENCE
from ..scripted_engine import ScriptedEngine
from ..talk import Listener, carry_out, end_of, let_write, start_of, submit


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


async def opened(sessions: Sessions, conversation: int) -> ConversationOpened:
    request = OpenConversation(conversation=conversation)
    reply: ConversationOpened = await carry_out(sessions, request, Listener())
    return reply


async def queue_of(sessions: Sessions, conversation: int) -> tuple[list[str], bool]:
    """The questions that wait in a conversation, and whether they are paused."""
    stored = (await opened(sessions, conversation)).conversation
    return [turn.question.text for turn in stored.queue], stored.is_paused


def queues_heard(client: Listener) -> list[tuple[list[str], bool]]:
    return [
        ([turn.question.text for turn in event.queue], event.is_paused)
        for event in client.heard
        if isinstance(event, QueueChanged)
    ]


async def wait_for_queue(client: Listener, *texts: str, is_paused: bool = False) -> None:
    def fits(event: QueueChanged) -> bool:
        waiting = tuple(turn.question.text for turn in event.queue)
        return (waiting, event.is_paused) == (texts, is_paused)

    await client.until(QueueChanged, where=fits)


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
    assert client.heard[-2:] == [gone, ConversationsChanged()]


@pytest.mark.parametrize(
    ("request_made", "error"),
    [
        (EditQueued(conversation=1, turn="?", text="x"), NotStored),
        (EditQueued(conversation=1, turn="?", text=" "), BadRequest),
        (EditQueued(conversation=1, turn="?", text="x", attachments=("0" * 64,)), NotStored),
        (MoveQueued(conversation=1, turn="?"), NotStored),
        (RemoveQueued(conversation=1, turn="?"), NotStored),
        (RemoveQueued(conversation=7, turn="?"), NotStored),
        (RegenerateAnswer(conversation=1), BadRequest),
        (EditQuestion(conversation=1, message=1, text="x"), BadRequest),
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


async def test_after_a_stop_the_rest_is_paused_until_it_is_resumed(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, turns: list[TurnQueued]
) -> None:
    conversation = turns[0].conversation
    await carry_out(sessions, StopTurn(conversation=conversation), client)
    assert (await end_of(client, turns[0])).message.finish_reason == "cancelled"
    await wait_for_queue(client, "2", "3", is_paused=True)
    fourth = await submit(sessions, client, "4", conversation)
    assert await queue_of(sessions, conversation) == (["2", "3", "4"], True)
    assert not sessions.is_busy
    await carry_out(sessions, StopTurn(conversation=conversation), client)
    assert await queue_of(sessions, conversation) == (["2", "3", "4"], True)

    engine.enqueue()
    assert await carry_out(sessions, ResumeQueue(conversation=conversation), client) == Done()
    await end_of(client, fourth)
    assert [prompt[-1].text for prompt in engine.history] == ["1", "1\n\n2", "3", "4"]
    assert await queue_of(sessions, conversation) == ([], False)


async def test_a_stop_that_comes_too_late_for_its_answer_still_pauses_the_rest(
    sessions: Sessions,
    engine: ScriptedEngine,
    client: Listener,
    gate: asyncio.Event,
    turns: list[TurnQueued],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "stop", gate.set)
    await carry_out(sessions, StopTurn(conversation=turns[0].conversation), client)
    assert (await end_of(client, turns[0])).message.finish_reason == "stop"
    assert await queue_of(sessions, turns[0].conversation) == (["2", "3"], True)


async def test_resuming_where_nothing_is_paused_changes_nothing(
    sessions: Sessions, client: Listener, gate: asyncio.Event, turns: list[TurnQueued]
) -> None:
    await carry_out(sessions, ResumeQueue(conversation=turns[0].conversation), client)
    assert queues_heard(client)[-1] == (["2", "3"], False)
    gate.set()
    await end_of(client, turns[2])


@pytest.mark.parametrize(
    "error", [OutOfMemory("The memory ran out."), ValueError("odd"), PromptTooLong("Too long.")]
)
async def test_after_a_failure_the_rest_is_paused(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, error: Exception
) -> None:
    gate = asyncio.Event()
    engine.enqueue(gate, error)
    first = await submit(sessions, client, "1")
    await submit(sessions, client, "2", first.conversation)
    gate.set()
    await client.until(TurnFailed, TurnWithdrawn)
    await wait_for_queue(client, "2", is_paused=True)
    assert await queue_of(sessions, first.conversation) == (["2"], True)


async def test_a_withdrawn_first_question_leaves_the_conversation_to_those_behind_it(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    gate = asyncio.Event()
    engine.enqueue(gate, PromptTooLong("Too long."))
    first = await submit(sessions, client, "1")
    second = await submit(sessions, client, "2", first.conversation)
    gate.set()
    withdrawn: TurnWithdrawn = await client.until(TurnWithdrawn)
    assert withdrawn.restored is not None
    assert (withdrawn.restored.messages, withdrawn.restored.queue) == ((), (second.turn,))
    assert withdrawn.restored.is_paused
    engine.enqueue("two")
    await carry_out(sessions, ResumeQueue(conversation=first.conversation), client)
    await end_of(client, second)
    assert [message.text for message in engine.history[-1]] == ["2"]


async def test_the_other_conversations_go_on_after_a_stop(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, turns: list[TurnQueued]
) -> None:
    other = await submit(sessions, client, "other?")
    await carry_out(sessions, StopTurn(conversation=turns[0].conversation), client)
    assert (await end_of(client, other)).message.finish_reason == "stop"
    assert engine.history[-1][-1].text == "other?"
    assert not sessions.is_busy


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


async def test_a_stop_right_behind_its_submit_stops_that_turn(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    engine.enqueue(asyncio.Event(), "never said")
    queued = await submit(sessions, client, "1")
    async with asyncio.timeout(PATIENCE):
        assert await carry_out(sessions, StopTurn(conversation=queued.conversation), client) == (
            Done()
        )
    ended = [event for event in client.heard if isinstance(event, TurnEnded)]
    assert [event.message.finish_reason for event in ended] == ["cancelled"]
    shown = (await opened(sessions, queued.conversation)).conversation
    assert [message.text for message in shown.messages] == ["1", ""]
    assert (shown.queue, sessions.is_busy) == ((), False)


async def test_a_turn_that_waits_for_another_conversation_is_stopped_at_once(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    gate = asyncio.Event()
    engine.enqueue(gate, "first")
    first = await submit(sessions, client, "1")
    second = await submit(sessions, client, "2")
    third = await submit(sessions, client, "3", second.conversation)
    await carry_out(sessions, StopTurn(conversation=second.conversation), client)
    ended = await end_of(client, second)
    assert (ended.message.finish_reason, ended.message.text) == ("cancelled", "")
    assert (await start_of(client, second)).user_message.text == "2"
    assert await queue_of(sessions, second.conversation) == (["3"], True)
    gate.set()
    assert (await end_of(client, first)).message.finish_reason == "stop"
    assert len(engine.history) == 1
    assert third.turn.id not in [e.turn for e in client.heard if isinstance(e, TurnStarted)]


async def test_a_turn_that_waits_for_a_model_is_stopped_at_once(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    await engine.unload()
    engine.load_gate = asyncio.Event()
    sessions.load_model("slow")
    queued = await submit(sessions, client, "1")
    await carry_out(sessions, StopTurn(conversation=queued.conversation), client)
    assert (await end_of(client, queued)).message.finish_reason == "cancelled"


def same_again(
    conversation: int | None, kind: str, message: int | None
) -> SubmitTurn | EditQuestion | RegenerateAnswer:
    if kind == "submit" or conversation is None or message is None:
        return SubmitTurn(text="again?", conversation=conversation, turn="mine")
    if kind == "edit":
        return EditQuestion(conversation=conversation, message=message, text="again?", turn="mine")
    return RegenerateAnswer(conversation=conversation, turn="mine")


@pytest.fixture
async def asked(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> AsyncIterator[TurnStarted]:
    """A conversation with one question and its answer."""
    engine.enqueue("A dog.")
    queued = await submit(sessions, client, "What is it?")
    await end_of(client, queued)
    yield await start_of(client, queued)


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


async def restart(sessions: Sessions, archive: Archive, paths: Paths) -> Archive:
    await sessions.close()
    await archive.close()
    return await Archive.open(paths, Settings().max_pixels)


async def test_a_core_that_ends_stops_the_open_turn_and_keeps_the_others_paused(
    sessions: Sessions, client: Listener, archive: Archive, turns: list[TurnQueued], paths: Paths
) -> None:
    conversation = turns[0].conversation
    again = await restart(sessions, archive, paths)
    assert (await end_of(client, turns[0])).message.finish_reason == "cancelled"
    with pytest.raises(BadRequest, match="ending"):
        await submit(sessions, client, "4")
    engine = ScriptedEngine()
    engine.enqueue("two")
    engine.enqueue("three")
    later, reader = Sessions(again, engine, paths, Settings(), "1.0"), Listener()
    later.add_client(reader)
    shown: ConversationOpened = await carry_out(
        later, OpenConversation(conversation=conversation), reader
    )
    waiting = tuple(turn.turn for turn in turns[1:])
    assert (shown.conversation.queue, shown.conversation.is_paused) == (waiting, True)
    assert [message.finish_reason for message in shown.conversation.messages] == [None, "cancelled"]
    assert (engine.history, later.is_busy) == ([], False)
    await carry_out(later, ResumeQueue(conversation=conversation), reader)
    assert (await end_of(reader, turns[2])).message.text == "three"
    await later.close()
    await again.close()


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


async def test_a_turn_that_the_disk_does_not_let_start_waits_for_the_user(
    sessions: Sessions,
    engine: ScriptedEngine,
    client: Listener,
    archive: Archive,
    gate: asyncio.Event,
    turns: list[TurnQueued],
) -> None:
    other = await submit(sessions, client, "other?")
    await let_write(archive, may_write=False)
    gate.set()
    await end_of(client, turns[0])
    for waiting in (("2", "3"), ("other?",)):
        await wait_for_queue(client, *waiting, is_paused=True)
    with pytest.raises(SeeshellError, match="only be read"):
        await carry_out(sessions, ResumeQueue(conversation=other.conversation), client)
    await let_write(archive, may_write=True)
    engine.enqueue("other")
    for conversation in (turns[0].conversation, other.conversation):
        await carry_out(sessions, ResumeQueue(conversation=conversation), client)
    await end_of(client, other)
    await end_of(client, turns[2])
    shown = (await opened(sessions, turns[0].conversation)).conversation
    assert [message.finish_reason for message in shown.messages if message.role != "user"] == [
        "failed",
        "stop",
        "stop",
    ]

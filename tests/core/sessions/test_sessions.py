"""Turns, their queue and their end, on a real store with a scripted engine."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from seeshell.core.conversation import Message
from seeshell.core.engine.engine import AnswerEnd
from seeshell.core.errors import (
    BadRequest,
    ImageError,
    NotStored,
    OutOfMemory,
    SeeshellError,
    StoreError,
)
from seeshell.core.messages.events import (
    ConversationOpened,
    CoreStatus,
    Delta,
    Prefilled,
    TurnEnded,
    TurnFailed,
    TurnStarted,
    TurnWithdrawn,
    WorkChanged,
)
from seeshell.core.messages.model_requests import LoadModel
from seeshell.core.messages.picture_events import Attached
from seeshell.core.messages.picture_requests import Attach
from seeshell.core.messages.queue_events import QueueChanged
from seeshell.core.messages.requests import (
    AnyRequest,
    DeleteConversation,
    GetStatus,
    Hello,
    ListConversations,
    OpenConversation,
    RenameConversation,
    StopTurn,
    SubmitTurn,
)
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.settings import Paths
from seeshell.core.store.archive import Archive

from ...patience import PATIENCE
from ..scripted_engine import ScriptedEngine
from ..talk import Listener, carry_out, end_of, let_write, submit


async def stored_answer(sessions: Sessions, conversation: int) -> Message:
    opened = await carry_out(sessions, OpenConversation(conversation=conversation), Listener())
    message: Message = opened.conversation.messages[-1]
    return message


async def test_the_question_is_on_disk_before_computing_starts(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, archive: Archive
) -> None:
    gate = asyncio.Event()
    engine.enqueue(gate, "Yes")
    queued = await submit(sessions, client, "Is it?")
    await client.until(Prefilled)
    stored = await archive.read_conversation(queued.conversation)
    assert [message.text for message in stored.messages] == ["Is it?", ""]
    gate.set()
    ended = await end_of(client, queued)
    assert await stored_answer(sessions, queued.conversation) == ended.message


async def test_text_is_stored_while_the_answer_is_open(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, archive: Archive
) -> None:
    engine.enqueue("Once", " upon", asyncio.Event())
    queued = await submit(sessions, client, "Tell me")
    async with asyncio.timeout(PATIENCE):
        text = ""
        while text != "Once upon":
            stored = await archive.read_conversation(queued.conversation)
            text = "".join(message.text for message in stored.messages[1:])


async def test_answers_are_computed_one_at_a_time_in_the_order_of_submission(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    gate = asyncio.Event()
    for script in ((gate, "first"), ("second",), ("third",)):
        engine.enqueue(*script)
    turns = [await submit(sessions, client, text) for text in ("1", "2", "3")]
    await client.until(Prefilled)
    status: CoreStatus = await carry_out(sessions, GetStatus(), client)
    assert (status.state, status.open_turns, len(engine.history)) == ("prefilling", 3, 1)
    gate.set()
    ended = [await end_of(client, turn) for turn in turns]
    assert [event.message.text for event in ended] == ["first", "second", "third"]
    order = [event for event in client.heard if isinstance(event, TurnEnded)]
    assert order == ended


async def test_a_stop_that_comes_before_the_engine_has_begun_is_not_lost(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    engine.enqueue(asyncio.Event(), "never said")
    queued = await submit(sessions, client, "1")
    stop = sessions.carry_out(StopTurn(conversation=queued.conversation), client)
    async with asyncio.timeout(PATIENCE):
        await stop
    assert (await end_of(client, queued)).message.finish_reason == "cancelled"


async def test_stopping_where_nothing_is_open_changes_nothing(
    sessions: Sessions, client: Listener
) -> None:
    await carry_out(sessions, StopTurn(conversation=5), client)
    assert client.heard == []


@pytest.mark.parametrize(
    ("error", "name"),
    [(OutOfMemory("The memory ran out."), "OutOfMemory"), (ValueError("odd"), "TurnError")],
)
async def test_a_failed_answer_keeps_its_text_and_the_next_one_works(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, error: Exception, name: str
) -> None:
    engine.enqueue("Half", error)
    queued = await submit(sessions, client, "1")
    failed = await end_of(client, queued)
    assert isinstance(failed, TurnFailed)
    assert (failed.error, failed.message.text) == (name, "Half")
    assert failed.message.error == failed.sentence
    assert str(error) in failed.sentence
    stored = await stored_answer(sessions, queued.conversation)
    assert stored == failed.message
    engine.enqueue("Whole")
    again = await submit(sessions, client, "2", queued.conversation)
    ended = await client.until(TurnEnded, conversation=again.conversation)
    assert ended.message.text == "Whole"
    assert [message.text for message in engine.history[-1]] == ["1", "Half", "2"]


async def test_a_client_hears_only_the_conversations_that_it_follows(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    other = Listener()
    sessions.add_client(other)
    engine.enqueue("Yes")
    queued = await submit(sessions, client, "1")
    await end_of(client, queued)
    assert {type(event) for event in other.heard} == {WorkChanged}
    other.heard.clear()
    engine.enqueue("No")
    await carry_out(sessions, OpenConversation(conversation=queued.conversation), other)
    second = await submit(sessions, client, "2", queued.conversation)
    await end_of(other, second)
    assert [type(event) for event in other.heard if not isinstance(event, WorkChanged)] == [
        QueueChanged,
        TurnStarted,
        QueueChanged,
        Prefilled,
        Delta,
        TurnEnded,
    ]


async def test_whoever_opens_an_open_answer_hears_all_of_it(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    words = [f"{number} " for number in range(5)]
    gates = [asyncio.Event() for _ in words]
    engine.enqueue(*(it for pair in zip(words, gates, strict=True) for it in pair))
    queued = await submit(sessions, client, "count")
    late: list[Listener] = []
    for word, gate in zip(words, gates, strict=True):
        await client.until(Delta, text=word)
        late.append(Listener())
        sessions.add_client(late[-1])
        request = OpenConversation(conversation=queued.conversation)
        opened: ConversationOpened = await carry_out(sessions, request, late[-1])
        question, answer = opened.conversation.messages
        assert (question.text, answer.text, answer.is_open) == ("count", "", True)
        gate.set()
    for listener in late:
        ended = await end_of(listener, queued)
        heard = "".join(event.text for event in listener.heard if isinstance(event, Delta))
        assert heard == ended.message.text == "".join(words)


async def test_a_picture_is_sent_with_every_later_turn(
    sessions: Sessions,
    engine: ScriptedEngine,
    client: Listener,
    picture: Path,
    paths: Paths,
) -> None:
    attached: Attached = await carry_out(sessions, Attach(path=str(picture), name="it"), client)
    sha256 = attached.attachment.sha256
    assert attached.attachment.tokens == 1
    remove(picture)
    engine.enqueue("A circle")
    request = SubmitTurn(text="", attachments=(sha256,))
    queued = await carry_out(sessions, request, client)
    await end_of(client, queued)
    engine.enqueue("Red")
    again = await submit(sessions, client, "Colour?", queued.conversation)
    await end_of(client, again)
    question, answer, follow_up = engine.history[-1]
    assert (question.images[0].path, question.images[0].name) == (paths.picture(sha256), "it")
    assert (answer.text, follow_up.text, follow_up.images) == ("A circle", "Colour?", ())


def remove(path: Path) -> None:
    path.unlink()


def overwrite(path: Path) -> None:
    path.write_bytes(b"something else")


@pytest.mark.parametrize("spoil", [remove, overwrite])
async def test_a_turn_never_starts_without_its_picture(
    sessions: Sessions,
    engine: ScriptedEngine,
    client: Listener,
    picture: Path,
    paths: Paths,
    spoil: Any,
) -> None:
    attached: Attached = await carry_out(sessions, Attach(path=str(picture)), client)
    sha256 = attached.attachment.sha256
    engine.enqueue("A circle")
    queued = await carry_out(sessions, SubmitTurn(text="", attachments=(sha256,)), client)
    await end_of(client, queued)
    spoil(paths.picture(sha256))
    with pytest.raises(NotStored, match=r"circle\.png .*attach it again"):
        await sessions.carry_out(SubmitTurn(text="And?", attachments=(sha256,)), client)
    again = await submit(sessions, client, "And?", queued.conversation)
    withdrawn = await client.until(TurnWithdrawn, turn=again.turn.id)
    assert (withdrawn.error, len(withdrawn.restored.messages)) == ("NotStored", 2)
    assert len(engine.history) == 1


async def test_a_picture_that_was_never_attached_blocks_the_turn(
    sessions: Sessions, client: Listener
) -> None:
    with pytest.raises(NotStored, match="attach it again"):
        await sessions.carry_out(SubmitTurn(text="?", attachments=("0" * 64,)), client)
    listed = await carry_out(sessions, ListConversations(), client)
    assert listed.conversations == ()


@pytest.mark.parametrize(
    ("request_made", "error"),
    [
        (SubmitTurn(text=" \n"), BadRequest),
        (SubmitTurn(text="?", conversation=7), NotStored),
        (OpenConversation(conversation=7), NotStored),
        (RenameConversation(conversation=7, title="x"), NotStored),
        (DeleteConversation(conversation=7), NotStored),
        (Attach(path="here.png"), ImageError),
        (Attach(path="/nowhere/here.png"), ImageError),
        (LoadModel(model=" "), BadRequest),
        (Hello(version="1.0"), BadRequest),
    ],
)
async def test_a_request_that_can_not_be_carried_out_is_refused_and_changes_nothing(
    sessions: Sessions,
    client: Listener,
    request_made: AnyRequest,
    error: type[SeeshellError],
) -> None:
    with pytest.raises(error, match=r"\S \S.*\.$"):
        await sessions.carry_out(request_made, client)
    assert client.heard == []
    assert not sessions.is_busy


async def test_an_answer_that_can_not_be_saved_is_stopped_and_says_why(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, archive: Archive
) -> None:
    gate = asyncio.Event()
    engine.enqueue(gate, "Once", asyncio.Event())
    queued = await submit(sessions, client, "Tell me")
    await client.until(Prefilled)
    await let_write(archive, may_write=False)
    gate.set()
    failed = await client.until(TurnFailed, conversation=queued.conversation)
    assert (failed.error, failed.message.text) == ("StoreError", "Once")
    assert "only be read" in failed.sentence
    assert await stored_answer(sessions, queued.conversation) == failed.message
    with pytest.raises(StoreError):
        await submit(sessions, client, "And?")

    await let_write(archive, may_write=True)
    engine.enqueue("Better")
    again = await submit(sessions, client, "And?", queued.conversation)
    await end_of(client, again)
    stored = await archive.read_conversation(queued.conversation)
    assert [it.text for it in stored.messages] == ["Tell me", "Once", "And?", "Better"]
    assert stored.messages[1] == failed.message


async def test_the_length_limit_is_told_as_the_engine_told_it(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    engine.enqueue("a", AnswerEnd("length"))
    queued = await submit(sessions, client, "1")
    assert (await end_of(client, queued)).message.finish_reason == "length"

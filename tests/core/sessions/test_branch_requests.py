"""Regenerate, edit, fork and switch as requests, on a real store with a scripted engine."""

import asyncio
from pathlib import Path

import pytest

from seeshell.core.errors import BadRequest, NotStored, SeeshellError
from seeshell.core.messages.events import (
    ConversationOpened,
    Prefilled,
    TurnStarted,
)
from seeshell.core.messages.library_events import LibraryChanged
from seeshell.core.messages.picture_requests import Attach
from seeshell.core.messages.queue_events import QueueChanged
from seeshell.core.messages.requests import (
    AnyRequest,
    DeleteConversation,
    EditQuestion,
    ForkConversation,
    ListConversations,
    OpenConversation,
    RegenerateAnswer,
    StopTurn,
    SubmitTurn,
    SwitchBranch,
)
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.settings import Paths
from seeshell.core.store.archive import Archive

from ..scripted_engine import ScriptedEngine
from ..talk import Listener, carry_out, end_of, let_write, start_of, submit


async def texts(sessions: Sessions, conversation: int) -> list[str]:
    opened: ConversationOpened = await carry_out(
        sessions, OpenConversation(conversation=conversation), Listener()
    )
    return [message.text for message in opened.conversation.messages]


async def test_an_answer_given_again_is_asked_with_the_same_prompt(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, asked: TurnStarted
) -> None:
    engine.enqueue("A puppy.")
    queued = await carry_out(sessions, RegenerateAnswer(conversation=asked.conversation), client)
    assert queued.turn.question == asked.user_message
    ended = await end_of(client, queued)
    assert ended.message.siblings == (asked.answer.id, ended.message.id)
    assert engine.history[0] == engine.history[1]
    assert await texts(sessions, asked.conversation) == ["What is it?", "A puppy."]


async def test_an_edit_is_asked_without_what_came_after_the_question(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, asked: TurnStarted
) -> None:
    engine.enqueue("Three.")
    await end_of(client, await submit(sessions, client, "How old?", asked.conversation))
    engine.enqueue("Rex.")
    edit = EditQuestion(conversation=asked.conversation, message=asked.user_message.id, text="Who?")
    await end_of(client, await carry_out(sessions, edit, client))
    assert [message.text for message in engine.history[-1]] == ["Who?"]
    assert await texts(sessions, asked.conversation) == ["Who?", "Rex."]


async def test_the_engine_knows_whose_answer_it_computes(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, asked: TurnStarted
) -> None:
    assert ("answer", asked.conversation) in engine.work


async def test_those_who_follow_hear_of_every_turn_and_of_a_switch(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, asked: TurnStarted
) -> None:
    other = Listener()
    sessions.add_client(other)
    await carry_out(sessions, OpenConversation(conversation=asked.conversation), other)
    engine.enqueue("A puppy.")
    queued = await carry_out(sessions, RegenerateAnswer(conversation=asked.conversation), client)
    changed = await other.until(QueueChanged, queue=(queued.turn,))
    assert changed.conversation == asked.conversation
    assert (await start_of(other, queued)).user_message == asked.user_message
    await end_of(other, queued)
    switch = SwitchBranch(conversation=asked.conversation, message=asked.answer.id)
    opened = await carry_out(sessions, switch, client)
    assert opened.conversation.messages[-1].text == "A dog."
    seen = [event for event in other.heard if isinstance(event, ConversationOpened)]
    assert seen[-1] == opened


async def test_a_switch_is_followed_by_the_next_turn(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, asked: TurnStarted
) -> None:
    conversation = asked.conversation
    engine.enqueue("A puppy.")
    await end_of(
        client, await carry_out(sessions, RegenerateAnswer(conversation=conversation), client)
    )
    await carry_out(
        sessions, SwitchBranch(conversation=conversation, message=asked.answer.id), client
    )
    engine.enqueue("Three.")
    await end_of(client, await submit(sessions, client, "How old?", conversation))
    assert [message.text for message in engine.history[-1]] == ["What is it?", "A dog.", "How old?"]


async def test_a_fork_is_a_conversation_of_its_own(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, asked: TurnStarted
) -> None:
    fork = ForkConversation(conversation=asked.conversation, message=asked.answer.id)
    client.heard.clear()
    opened: ConversationOpened = await carry_out(sessions, fork, client)
    copy = opened.conversation
    is_told = lambda it: copy.summary in [row.summary for row in it.rows]  # noqa: E731
    await client.until(LibraryChanged, where=is_told)
    assert copy.summary.id != asked.conversation
    engine.enqueue("Three.")
    queued = await submit(sessions, client, "How old?", copy.summary.id)
    await end_of(client, queued)
    assert [message.text for message in engine.history[-1]] == ["What is it?", "A dog.", "How old?"]
    assert await texts(sessions, asked.conversation) == ["What is it?", "A dog."]


async def test_a_conversation_that_is_being_answered_takes_no_other_change(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, asked: TurnStarted
) -> None:
    conversation, question, answer = asked.conversation, asked.user_message.id, asked.answer.id
    engine.enqueue(asyncio.Event())
    queued = await submit(sessions, client, "How old?", conversation)
    started = await start_of(client, queued)
    await client.until(Prefilled, message=started.answer.id)
    before = await texts(sessions, conversation)
    requests: list[AnyRequest] = [
        RegenerateAnswer(conversation=conversation),
        EditQuestion(conversation=conversation, message=question, text="Who?"),
        ForkConversation(conversation=conversation, message=answer),
        SwitchBranch(conversation=conversation, message=question),
    ]
    for request in requests:
        with pytest.raises(BadRequest, match="wait, or stop the answer"):
            await carry_out(sessions, request, client)
    assert await texts(sessions, conversation) == before
    await carry_out(sessions, StopTurn(conversation=conversation), client)
    engine.enqueue("Three.")
    await end_of(client, await carry_out(sessions, requests[0], client))


async def test_of_requests_at_the_same_time_one_is_carried_out(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, asked: TurnStarted
) -> None:
    engine.enqueue("A puppy.")
    request = RegenerateAnswer(conversation=asked.conversation)
    switch = SwitchBranch(conversation=asked.conversation, message=asked.answer.id)
    replies = await asyncio.gather(
        sessions.carry_out(request, client),
        sessions.carry_out(request, client),
        sessions.carry_out(switch, client),
        return_exceptions=True,
    )
    assert [type(reply) for reply in replies] == [tuple, BadRequest, BadRequest]
    assert len(engine.history) == 1 or await client.until(Prefilled)


@pytest.mark.parametrize(
    ("request_made", "error"),
    [
        (RegenerateAnswer(conversation=7), NotStored),
        (RegenerateAnswer(conversation=1, message=9), NotStored),
        (EditQuestion(conversation=1, message=1, text=" "), BadRequest),
        (EditQuestion(conversation=1, message=2, text="x"), NotStored),
        (EditQuestion(conversation=1, message=1, text="x", attachments=("0" * 64,)), NotStored),
        (ForkConversation(conversation=1, message=9), NotStored),
        (ForkConversation(conversation=7, message=1), NotStored),
        (SwitchBranch(conversation=1, message=9), NotStored),
    ],
)
async def test_a_request_that_can_not_be_carried_out_is_refused_and_changes_nothing(
    sessions: Sessions,
    client: Listener,
    asked: TurnStarted,
    request_made: AnyRequest,
    error: type[SeeshellError],
) -> None:
    client.heard.clear()
    with pytest.raises(error, match=r"\S \S.*\.$"):
        await sessions.carry_out(request_made, client)
    assert client.heard == []
    assert not sessions.is_busy
    listed = await carry_out(sessions, ListConversations(), client)
    assert [it.id for it in listed.conversations] == [asked.conversation]
    assert await texts(sessions, asked.conversation) == ["What is it?", "A dog."]


async def test_an_edit_may_bring_other_pictures(
    sessions: Sessions,
    engine: ScriptedEngine,
    client: Listener,
    asked: TurnStarted,
    picture: Path,
    paths: Paths,
) -> None:
    attached = await carry_out(sessions, Attach(path=str(picture)), client)
    sha256 = attached.attachment.sha256
    engine.enqueue("A circle.")
    edit = EditQuestion(
        conversation=asked.conversation,
        message=asked.user_message.id,
        text="",
        attachments=(sha256,),
    )
    queued = await carry_out(sessions, edit, client)
    await end_of(client, queued)
    assert (await start_of(client, queued)).user_message.attachments[0].tokens == 1
    assert engine.history[-1][0].images[0].path == paths.picture(sha256)


async def test_an_answer_that_was_not_stored_is_stored_before_a_branch_begins(
    sessions: Sessions,
    engine: ScriptedEngine,
    client: Listener,
    archive: Archive,
    asked: TurnStarted,
) -> None:
    gate = asyncio.Event()
    engine.enqueue(gate, "Three.")
    queued = await submit(sessions, client, "How old?", asked.conversation)
    started = await start_of(client, queued)
    await client.until(Prefilled, message=started.answer.id)
    await let_write(archive, may_write=False)
    gate.set()
    await end_of(client, queued)
    await let_write(archive, may_write=True)
    fork = ForkConversation(conversation=asked.conversation, message=started.answer.id)
    opened = await carry_out(sessions, fork, client)
    assert opened.conversation.messages[-1].text == "Three."


async def test_deleting_a_conversation_lets_the_engine_forget_it(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, asked: TurnStarted
) -> None:
    await carry_out(sessions, DeleteConversation(conversation=asked.conversation), client)
    assert engine.forgotten == [asked.conversation]
    with pytest.raises(NotStored):
        await carry_out(sessions, SubmitTurn(text="?", conversation=asked.conversation), client)

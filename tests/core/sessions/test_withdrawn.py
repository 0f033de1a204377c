"""Turns that do not fit the model's context: nothing of them stays."""

import asyncio
from pathlib import Path

import pytest

from seeshell.core.errors import PromptTooLong
from seeshell.core.messages.events import (
    ConversationOpened,
    ConversationsListed,
    Prefilled,
    TurnFailed,
    TurnWithdrawn,
)
from seeshell.core.messages.picture_requests import Attach
from seeshell.core.messages.requests import (
    EditQuestion,
    ListConversations,
    OpenConversation,
    RegenerateAnswer,
    SubmitTurn,
)
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.store.archive import Archive

from ..scripted_engine import ScriptedEngine
from ..talk import Listener, carry_out, end_of, let_write, submit

TOO_LONG = PromptTooLong("The conversation takes 120 tokens; shorten the question.")


async def withdrawn(client: Listener) -> TurnWithdrawn:
    event: TurnWithdrawn = await client.until(TurnWithdrawn)
    return event


async def opened(sessions: Sessions, client: Listener, conversation: int) -> ConversationOpened:
    request = OpenConversation(conversation=conversation)
    reply: ConversationOpened = await carry_out(sessions, request, client)
    return reply


@pytest.fixture
async def conversation(sessions: Sessions, client: Listener, engine: ScriptedEngine) -> int:
    """A conversation with one turn, after which an answer does not fit the context."""
    engine.enqueue("short answer")
    queued = await submit(sessions, client, "short question")
    await end_of(client, queued)
    engine.enqueue(TOO_LONG)
    return queued.conversation


async def test_a_question_that_does_not_fit_is_taken_back_with_a_sentence(
    sessions: Sessions, client: Listener, conversation: int
) -> None:
    before = await opened(sessions, client, conversation)
    queued = await submit(sessions, client, "long question", conversation)
    event = await withdrawn(client)
    assert event.turn == queued.turn.id
    assert (event.error, event.sentence) == ("PromptTooLong", str(TOO_LONG))
    assert event.restored == before.conversation
    assert await opened(sessions, client, conversation) == before


async def test_the_next_question_is_answered_as_if_none_had_been_asked_before_it(
    sessions: Sessions, client: Listener, engine: ScriptedEngine, conversation: int
) -> None:
    await submit(sessions, client, "long question", conversation)
    await withdrawn(client)
    engine.enqueue("second answer")
    await end_of(client, await submit(sessions, client, "second question", conversation))
    texts = [message.text for message in engine.history[-1]]
    assert texts == ["short question", "short answer", "second question"]


@pytest.mark.parametrize("kind", ["edit", "regenerate"])
async def test_a_branch_that_does_not_fit_is_not_begun(
    sessions: Sessions, client: Listener, conversation: int, kind: str
) -> None:
    before = await opened(sessions, client, conversation)
    question = before.conversation.messages[0].id
    await carry_out(
        sessions,
        EditQuestion(conversation=conversation, message=question, text="long question")
        if kind == "edit"
        else RegenerateAnswer(conversation=conversation),
        client,
    )
    assert (await withdrawn(client)).restored == before.conversation
    assert await opened(sessions, client, conversation) == before


async def test_a_new_conversation_disappears_and_its_picture_can_be_sent_again(
    sessions: Sessions, client: Listener, engine: ScriptedEngine, picture: Path
) -> None:
    engine.enqueue(TOO_LONG)
    attached = await carry_out(sessions, Attach(path=str(picture)), client)
    request = SubmitTurn(text="long question", attachments=(attached.attachment.sha256,))
    await carry_out(sessions, request, client)
    assert (await withdrawn(client)).restored is None
    listed: ConversationsListed = await carry_out(sessions, ListConversations(), client)
    assert listed.conversations == ()
    engine.enqueue("an answer")
    await end_of(client, await carry_out(sessions, request, client))


async def test_everybody_who_follows_the_conversation_hears_of_it(
    sessions: Sessions, client: Listener, conversation: int
) -> None:
    other = Listener()
    sessions.add_client(other)
    await opened(sessions, other, conversation)
    await submit(sessions, client, "long question", conversation)
    assert await withdrawn(other) == await withdrawn(client)


async def test_what_was_said_before_an_endpoint_ran_out_of_context_stays(
    sessions: Sessions, client: Listener, engine: ScriptedEngine
) -> None:
    engine.enqueue("half an", TOO_LONG)
    event = await end_of(client, await submit(sessions, client, "question"))
    assert isinstance(event, TurnFailed)
    assert event.message.text == "half an"


async def test_a_turn_that_the_disk_does_not_take_out_stays_as_failed(
    sessions: Sessions, client: Listener, engine: ScriptedEngine, archive: Archive
) -> None:
    gate = asyncio.Event()
    engine.enqueue(gate, TOO_LONG)
    queued = await submit(sessions, client, "long question")
    await client.until(Prefilled)
    await let_write(archive, may_write=False)
    gate.set()
    assert isinstance(await end_of(client, queued), TurnFailed)

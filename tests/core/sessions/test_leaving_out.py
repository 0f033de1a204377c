"""What users leave out of later prompts: still stored and shown, and taken in again."""

from pathlib import Path

import pytest

from seeshell.core.conversation import Message
from seeshell.core.engine.engine import PromptImage, PromptMessage
from seeshell.core.errors import PromptTooLong
from seeshell.core.messages.events import ConversationOpened, TurnWithdrawn
from seeshell.core.messages.picture_requests import Attach
from seeshell.core.messages.requests import (
    LeaveOut,
    OpenConversation,
    PrepareTurn,
    RegenerateAnswer,
    StopTurn,
    SubmitTurn,
)
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.settings import Paths

from ..scripted_engine import ScriptedEngine
from ..talk import Listener, carry_out, end_of, submit


@pytest.fixture
async def image(sessions: Sessions, client: Listener, picture: Path, paths: Paths) -> PromptImage:
    attached = await carry_out(sessions, Attach(path=str(picture)), client)
    sha256 = attached.attachment.sha256
    return PromptImage(paths.picture(sha256), sha256, "circle.png")


async def ask(
    sessions: Sessions,
    client: Listener,
    text: str,
    conversation: int | None = None,
    *images: PromptImage,
) -> int:
    hashes = tuple(image.sha256 for image in images)
    request = SubmitTurn(text=text, attachments=hashes, conversation=conversation)
    queued = await carry_out(sessions, request, client)
    await end_of(client, queued)
    number: int = queued.conversation
    return number


@pytest.fixture
async def conversation(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, image: PromptImage
) -> int:
    """Three questions with their answers; the first and the last have a picture."""
    for script in ("one", "two", "three"):
        engine.enqueue(script)
    number = await ask(sessions, client, "1", None, image)
    await ask(sessions, client, "2", number)
    return await ask(sessions, client, "", number, image)


async def read(sessions: Sessions, conversation: int) -> tuple[Message, ...]:
    request = OpenConversation(conversation=conversation)
    opened: ConversationOpened = await carry_out(sessions, request, Listener())
    return opened.conversation.messages


def user(*parts: str | PromptImage) -> PromptMessage:
    return PromptMessage("user", parts)


def assistant(text: str) -> PromptMessage:
    return PromptMessage("assistant", (text,))


@pytest.mark.parametrize("named", [0, 1])
async def test_a_question_and_its_answer_are_left_out_together_and_taken_in_again(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, conversation: int, named: int
) -> None:
    messages = await read(sessions, conversation)
    leave_out = LeaveOut(conversation=conversation, messages=(messages[named].id,))
    opened = await carry_out(sessions, leave_out, client)
    shown = opened.conversation.messages
    assert [it.is_left_out for it in shown] == [True, True, False, False, False, False]
    assert [it.text for it in shown] == [it.text for it in messages]
    engine.enqueue("four")
    await ask(sessions, client, "4", conversation)
    assert engine.history[-1][:2] == (user("2"), assistant("two"))
    assert (await read(sessions, conversation))[-1].stats.left_out_tokens > 0  # type: ignore[union-attr]
    back = LeaveOut(conversation=conversation, messages=(messages[0].id,), is_left_out=False)
    await carry_out(sessions, back, client)
    engine.enqueue("five")
    await ask(sessions, client, "5", conversation)
    assert [it.text for it in engine.history[-1]][:3] == ["1", "one", "2"]
    assert (await read(sessions, conversation))[-1].stats.left_out_tokens == 0  # type: ignore[union-attr]


async def test_a_picture_alone_is_left_out_and_a_question_of_nothing_else_says_so(
    sessions: Sessions,
    engine: ScriptedEngine,
    client: Listener,
    conversation: int,
    image: PromptImage,
) -> None:
    first, *_, third, _ = await read(sessions, conversation)
    pictures = ((first.id, 0), (third.id, 0))
    await carry_out(sessions, LeaveOut(conversation=conversation, pictures=pictures), client)
    engine.enqueue("four")
    await ask(sessions, client, "4", conversation)
    assert engine.history[-1][0] == user("1")
    assert engine.history[-1][4] == user("[picture left out]")
    assert image.sha256 in {it.sha256 for it in (await read(sessions, conversation))[0].attachments}


async def test_the_work_ahead_leaves_the_same_out(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, conversation: int
) -> None:
    await carry_out(sessions, PrepareTurn(conversation=conversation), client)
    await engine.until("prepared", conversation)
    first, *_ = await read(sessions, conversation)
    await carry_out(sessions, LeaveOut(conversation=conversation, messages=(first.id,)), client)
    await engine.until("prepared", conversation)
    assert engine.prepared[-1][:2] == (user("2"), assistant("two"))


async def test_a_question_that_is_answered_again_is_asked_whole(
    sessions: Sessions,
    engine: ScriptedEngine,
    client: Listener,
    conversation: int,
    image: PromptImage,
) -> None:
    *_, question, _ = await read(sessions, conversation)
    request = LeaveOut(
        conversation=conversation, messages=(question.id,), pictures=((question.id, 0),)
    )
    await carry_out(sessions, request, client)
    engine.enqueue("again")
    again = await carry_out(sessions, RegenerateAnswer(conversation=conversation), client)
    ended = await end_of(client, again)
    assert engine.history[-1][-1] == user(image)
    assert ended.message.is_left_out


async def test_another_client_sees_what_is_left_out(
    sessions: Sessions, client: Listener, conversation: int
) -> None:
    other = Listener()
    sessions.add_client(other)
    await carry_out(sessions, OpenConversation(conversation=conversation), other)
    first, *_ = await read(sessions, conversation)
    await carry_out(sessions, LeaveOut(conversation=conversation, messages=(first.id,)), client)
    told: ConversationOpened = await other.until(ConversationOpened)
    assert told.conversation.messages[0].is_left_out


async def test_a_turn_that_does_not_fit_tells_by_how_much(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, conversation: int
) -> None:
    engine.enqueue(PromptTooLong("Too long.", 120, 100))
    await submit(sessions, client, "4", conversation)
    event: TurnWithdrawn = await client.until(TurnWithdrawn)
    assert (event.prompt_tokens, event.context_length) == (120, 100)


async def test_questions_that_are_queued_do_not_stand_in_the_way(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, conversation: int
) -> None:
    engine.enqueue(PromptTooLong("Too long.", 120, 100))
    await submit(sessions, client, "4", conversation)
    waiting = await submit(sessions, client, "5", conversation)
    await client.until(TurnWithdrawn)
    first, *_ = await read(sessions, conversation)
    request = LeaveOut(conversation=conversation, messages=(first.id,))
    opened = await carry_out(sessions, request, client)
    assert opened.conversation.queue == (waiting.turn,)
    await carry_out(sessions, StopTurn(conversation=conversation), client)

"""Which stored messages a prompt repeats, for turns and for the work ahead of them."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from seeshell.core.engine.engine import PromptImage, PromptMessage
from seeshell.core.errors import (
    EndpointError,
    ImageError,
    OutOfMemory,
    PromptRefused,
    PromptTooLong,
    SeeshellError,
)
from seeshell.core.messages.events import Prefilled, TurnFailed, TurnWithdrawn
from seeshell.core.messages.picture_requests import Attach
from seeshell.core.messages.requests import (
    EditQuestion,
    OpenConversation,
    PrepareTurn,
    RegenerateAnswer,
    StopTurn,
    SubmitTurn,
)
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.settings import Paths

from ..scripted_engine import ScriptedEngine
from ..talk import Listener, carry_out, end_of, start_of, submit


@pytest.fixture
async def sha256(sessions: Sessions, client: Listener, picture: Path) -> str:
    """A picture that is attached."""
    attached = await carry_out(sessions, Attach(path=str(picture)), client)
    name: str = attached.attachment.sha256
    return name


@pytest.fixture
def image(sha256: str, paths: Paths) -> PromptImage:
    return PromptImage(paths.picture(sha256), sha256, "circle.png")


def user(*parts: str | PromptImage) -> PromptMessage:
    return PromptMessage("user", parts)


def assistant(text: str) -> PromptMessage:
    return PromptMessage("assistant", (text,))


async def ask(
    sessions: Sessions,
    client: Listener,
    text: str,
    *hashes: str,
    conversation: int | None = None,
    stop: bool = False,
) -> int:
    """Asks and waits for the end; returns the conversation."""
    request = SubmitTurn(text=text, attachments=hashes, conversation=conversation)
    queued = await carry_out(sessions, request, client)
    if stop:
        await carry_out(sessions, StopTurn(conversation=queued.conversation), client)
    await end_of(client, queued)
    number: int = queued.conversation
    return number


async def test_a_question_that_failed_without_text_is_repeated_by_no_later_prompt(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, sha256: str
) -> None:
    engine.enqueue("yes")
    conversation = await ask(sessions, client, "1")
    engine.enqueue(OutOfMemory("The memory ran out."))
    await ask(sessions, client, "2", sha256, conversation=conversation)
    engine.enqueue(EndpointError("No server answers."))
    await ask(sessions, client, "3", conversation=conversation)
    engine.enqueue("Whole")
    await ask(sessions, client, "4", conversation=conversation)
    assert engine.history[-1] == (user("1"), assistant("yes"), user("4"))
    engine.enqueue("fine")
    await ask(sessions, client, "5", conversation=conversation)
    assert engine.history[-1][2:] == (user("4"), assistant("Whole"), user("5"))


async def test_the_first_question_of_a_conversation_may_fail_too(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    engine.enqueue(OutOfMemory("The memory ran out."))
    conversation = await ask(sessions, client, "1")
    engine.enqueue("Whole")
    await ask(sessions, client, "2", conversation=conversation)
    assert engine.history[-1] == (user("2"),)


async def test_an_answer_that_failed_after_its_first_word_stays_with_its_question(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    engine.enqueue("Half", OutOfMemory("The memory ran out."))
    conversation = await ask(sessions, client, "1")
    engine.enqueue("Whole")
    await ask(sessions, client, "2", conversation=conversation)
    assert engine.history[-1] == (user("1"), assistant("Half"), user("2"))


@pytest.mark.parametrize("kind", ["regenerate", "edit"])
async def test_a_failed_question_is_asked_again_by_regenerating_or_editing_it(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, sha256: str, kind: str
) -> None:
    engine.enqueue("yes")
    conversation = await ask(sessions, client, "1")
    engine.enqueue(OutOfMemory("The memory ran out."))
    queued = await submit(sessions, client, "2", conversation)
    await end_of(client, queued)
    question = (await start_of(client, queued)).user_message
    engine.enqueue("two")
    await end_of(
        client,
        await carry_out(
            sessions,
            RegenerateAnswer(conversation=conversation)
            if kind == "regenerate"
            else EditQuestion(conversation=conversation, message=question.id, text="2"),
            client,
        ),
    )
    assert engine.history[-1] == (user("1"), assistant("yes"), user("2"))
    engine.enqueue("three")
    await ask(sessions, client, "3", conversation=conversation)
    assert [message.text for message in engine.history[-1]] == ["1", "yes", "2", "two", "3"]


async def test_questions_in_a_row_are_one_message_of_the_prompt(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, sha256: str, image: PromptImage
) -> None:
    """Those that were stopped before the first word stay."""
    conversation = await ask(sessions, client, "1", stop=True)
    await ask(sessions, client, "2", sha256, conversation=conversation, stop=True)
    await ask(sessions, client, "", sha256, conversation=conversation, stop=True)
    engine.enqueue("yes")
    await ask(sessions, client, "3", conversation=conversation)
    assert engine.history == [(user("1", image, "2", image, "3"),)]
    await ask(sessions, client, "4", conversation=conversation, stop=True)
    engine.enqueue("no")
    await ask(sessions, client, "5", conversation=conversation)
    assert engine.history[-1][1:] == (assistant("yes"), user("4", "\n\n5"))


async def test_a_turn_that_was_stopped_by_the_engine_without_a_word_stays_too(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    engine.enqueue(asyncio.Event())
    queued = await submit(sessions, client, "1")
    await client.until(Prefilled)
    await carry_out(sessions, StopTurn(conversation=queued.conversation), client)
    engine.enqueue("yes")
    await ask(sessions, client, "2", conversation=queued.conversation)
    assert engine.history[-1] == (user("1", "\n\n2"),)


async def test_the_work_ahead_starts_as_the_turn_that_follows_it(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, sha256: str, image: PromptImage
) -> None:
    engine.enqueue(OutOfMemory("The memory ran out."))
    conversation = await ask(sessions, client, "failed")
    await ask(sessions, client, "stopped", conversation=conversation, stop=True)
    engine.forget_work()
    for hashes, expected in (
        ((), user("stopped", "\n\n")),
        ((sha256,), user("stopped", image, "")),
    ):
        wish = PrepareTurn(conversation=conversation, attachments=hashes)
        await carry_out(sessions, wish, client)
        await engine.until("prepared", conversation)
        assert engine.prepared[-1] == (expected,)
    engine.enqueue("yes")
    await ask(sessions, client, "next", sha256, conversation=conversation)
    assert engine.history[-1] == (user("stopped", image, "next"),)


@pytest.mark.parametrize(
    "error",
    [
        PromptTooLong("The conversation takes 120 tokens; shorten the question."),
        PromptRefused("The endpoint answered 400, at most 1 image may be provided."),
        ImageError("circle.png has an odd shape; crop it."),
    ],
)
@pytest.mark.parametrize("is_new", [True, False])
async def test_what_lies_in_the_question_gives_it_back_and_the_next_one_is_answered(
    sessions: Sessions,
    engine: ScriptedEngine,
    client: Listener,
    sha256: str,
    error: SeeshellError,
    is_new: bool,
) -> None:
    conversation = None
    if not is_new:
        engine.enqueue("yes")
        conversation = await ask(sessions, client, "1")
    engine.enqueue(error)
    request = SubmitTurn(text="2", attachments=(sha256, sha256), conversation=conversation)
    queued = await carry_out(sessions, request, client)
    withdrawn: TurnWithdrawn = await client.until(TurnWithdrawn, turn=queued.turn.id)
    assert (withdrawn.error, withdrawn.sentence) == (type(error).__name__, str(error))
    assert (withdrawn.restored is None) == is_new
    engine.enqueue("fine")
    await ask(sessions, client, "3", conversation=conversation)
    assert engine.history[-1] == (
        (user("3"),) if is_new else (user("1"), assistant("yes"), user("3"))
    )


async def test_the_same_failure_after_the_first_word_keeps_question_and_text(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    engine.enqueue("Half", PromptRefused("The endpoint answered 400."))
    queued = await submit(sessions, client, "1")
    failed = await end_of(client, queued)
    assert isinstance(failed, TurnFailed)
    assert failed.message.text == "Half"


def remove(path: Path) -> None:
    path.unlink()


def overwrite(path: Path) -> None:
    path.write_bytes(b"something else")


@pytest.mark.parametrize("spoil", [remove, overwrite])
async def test_a_conversation_whose_picture_is_gone_lives_on_when_it_is_attached_again(
    sessions: Sessions,
    engine: ScriptedEngine,
    client: Listener,
    sha256: str,
    picture: Path,
    paths: Paths,
    spoil: Callable[[Path], None],
) -> None:
    engine.enqueue("A circle")
    conversation = await ask(sessions, client, "", sha256)
    spoil(paths.picture(sha256))
    for _ in range(2):
        queued = await submit(sessions, client, "And?", conversation)
        withdrawn: TurnWithdrawn = await client.until(TurnWithdrawn, turn=queued.turn.id)
        assert withdrawn.error == "NotStored"
        assert "circle.png" in withdrawn.sentence
    opened = await carry_out(sessions, OpenConversation(conversation=conversation), client)
    assert len(opened.conversation.messages) == 2
    await carry_out(sessions, Attach(path=str(picture)), client)
    engine.enqueue("Red")
    await ask(sessions, client, "And?", conversation=conversation)
    assert [message.text for message in engine.history[-1]] == ["", "A circle", "And?"]

"""Sessions with the demonstration model, whose KV caches do not all fit the memory.

What is answered is compared with cold runs: a second engine that keeps nothing gets the prompt that
the stored conversation amounts to.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from PIL import Image

from seeshell.core.conversation import Attachment, Conversation, Message
from seeshell.core.engine.engine import (
    PromptImage,
    PromptMessage,
    TextDelta,
)
from seeshell.core.engine.selected import SelectedEngine
from seeshell.core.generation_options import ConversationChoices, GenerationOptions
from seeshell.core.messages.events import (
    ConversationOpened,
    Delta,
    TurnEnded,
    TurnFailed,
    TurnWithdrawn,
)
from seeshell.core.messages.picture_requests import Attach
from seeshell.core.messages.queue_events import TurnQueued
from seeshell.core.messages.queue_requests import ResumeQueue
from seeshell.core.messages.requests import (
    ChooseForConversation,
    DeleteConversation,
    EditQuestion,
    GetStatus,
    LeaveOut,
    OpenConversation,
    PrepareTurn,
    RegenerateAnswer,
    RestoreConversation,
    StopTurn,
    SubmitTurn,
)
from seeshell.core.pictures.workers import PictureWorkers
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.settings import Paths, Settings
from seeshell.core.store.archive import Archive

from ...patience import PATIENCE
from ..talk import Listener, carry_out, end_of, start_of, submit

ONE_CONVERSATION = 475
"""Tokens of KV that hold one short conversation: with another one it is evicted and spilled."""

TOKEN_BYTES = {0: 3584, 8: 1472, 4: 1088}
"""What the demonstration model's KV takes a token, by the bits of a number."""

QUESTION_TOKENS = 30
"""More than two short questions take, and less than a picture with its question and answer."""

Ask = Callable[..., Awaitable[TurnQueued]]
Cold = Callable[[int], Awaitable[str]]


@pytest.fixture
def settings(request: pytest.FixtureRequest) -> Settings:
    """For greedy answers with little room for KV, which a test may ask to be quantised."""
    kv_bits = getattr(request, "param", 0)
    kv_bytes = ONE_CONVERSATION * TOKEN_BYTES[kv_bits]
    return Settings(temperature=0.0, kv_bytes=kv_bytes, kv_bits=kv_bits)


@pytest.fixture
async def engine(paths: Paths, settings: Settings) -> AsyncIterator[SelectedEngine]:
    engine = SelectedEngine(settings, paths.spills_dir, PictureWorkers())
    yield engine
    await engine.close()


@pytest.fixture
async def sessions(
    archive: Archive, engine: SelectedEngine, paths: Paths, settings: Settings
) -> AsyncIterator[Sessions]:
    sessions = Sessions(archive, engine, paths, settings, "1.0")
    sessions.model.load("demo")
    yield sessions
    await sessions.close()


@pytest.fixture
async def client(sessions: Sessions) -> Listener:
    listener = Listener()
    sessions.add_client(listener)
    return listener


@pytest.fixture
def ask(sessions: Sessions, client: Listener) -> Ask:
    """Submits a question with pictures."""

    async def ask(text: str, *pictures: Path, conversation: int | None = None) -> TurnQueued:
        attached = [
            (await carry_out(sessions, Attach(path=str(it)), client)).attachment.sha256
            for it in pictures
        ]
        request = SubmitTurn(text=text, attachments=tuple(attached), conversation=conversation)
        queued: TurnQueued = await carry_out(sessions, request, client)
        return queued

    return ask


@pytest.fixture
async def cold(
    sessions: Sessions, paths: Paths, settings: Settings, tmp_path: Path
) -> AsyncIterator[Cold]:
    """What an engine that knows nothing answers to a conversation's last question."""
    engine = SelectedEngine(
        Settings(kv_bits=settings.kv_bits), tmp_path / "no-spills", PictureWorkers()
    )
    await engine.load("demo", lambda _: None)

    async def cold(conversation: int) -> str:
        *before, _ = (await show(sessions, conversation)).messages
        answer = engine.answer(as_prompt(before, paths), GenerationOptions(temperature=0.0))
        return "".join([event.text async for event in answer if isinstance(event, TextDelta)])

    yield cold
    await engine.close()


def as_prompt(messages: list[Message], paths: Paths) -> tuple[PromptMessage, ...]:
    """The prompt in the plainest way: what was asked in a row without an answer is one question."""
    prompt: list[PromptMessage] = []
    for index, message in enumerate(messages):
        reply = messages[index + 1] if index + 1 < len(messages) else None
        is_dropped = reply is not None and reply.drops_question
        if not message.parts or message.is_left_out or is_dropped:
            continue
        images = tuple(
            PromptImage(paths.picture(it.sha256), it.sha256, it.name) for it in message.attachments
        )
        new = PromptMessage.of(message.role, message.text, images)
        if prompt and prompt[-1].role == new.role:
            (*parts, text), old = new.parts, prompt.pop().parts
            new = PromptMessage("user", (*old, *parts, text if parts else f"\n\n{text}"))
        prompt.append(new)
    return tuple(prompt)


async def show(sessions: Sessions, conversation: int) -> Conversation:
    opened: ConversationOpened = await carry_out(
        sessions, OpenConversation(conversation=conversation), Listener()
    )
    return opened.conversation


def spilled(paths: Paths) -> list[Path]:
    return list(paths.spills_dir.iterdir()) if paths.spills_dir.exists() else []


@pytest.mark.parametrize("settings", [0, 8, 4], indirect=True)
async def test_the_queues_of_two_conversations_are_answered_in_turn_as_cold_runs_answer_them(
    sessions: Sessions, client: Listener, ask: Ask, cold: Cold, samples: Path, paths: Paths
) -> None:
    one = await ask("What is in the picture?", samples / "red-circle-blue-square.png")
    two = await ask("What is in the picture?", samples / "green-star.png")
    turns = [one, two]
    for text in ("What colour is it?", "How many shapes are there?"):
        turns += [await ask(text, conversation=it.conversation) for it in (one, two)]
    ended: dict[int, list[Message]] = {one.conversation: [], two.conversation: []}
    for turn in turns:
        event = await end_of(client, turn)
        assert isinstance(event, TurnEnded), event
        ended[turn.conversation].append(event.message)
        if len(ended[turn.conversation]) > 1:
            assert event.message.stats is not None
            assert event.message.stats.images_encoded == 0
            assert event.message.stats.prefilled_tokens < QUESTION_TOKENS
    order = [event.conversation for event in client.heard if isinstance(event, TurnEnded)]
    assert order == [one.conversation, two.conversation] * 3
    assert len(spilled(paths)) > 0
    for conversation, answers in ended.items():
        assert answers[-1].text == await cold(conversation)


async def test_what_stands_before_the_first_part_that_is_left_out_is_reused(
    sessions: Sessions, client: Listener, ask: Ask, cold: Cold, samples: Path
) -> None:
    first = await ask("What is in the picture?", samples / "red-circle-blue-square.png")
    kept = (await end_of(client, first)).message.stats
    second = await ask("And here?", samples / "green-star.png", conversation=first.conversation)
    await end_of(client, second)
    third = await ask("What colour is the star?", conversation=first.conversation)
    await end_of(client, third)
    shown = (await show(sessions, first.conversation)).messages
    request = LeaveOut(conversation=first.conversation, messages=(shown[2].id,))
    await carry_out(sessions, request, client)
    last = await ask("What colour is the circle?", conversation=first.conversation)
    answer = (await end_of(client, last)).message
    assert answer.text == await cold(first.conversation)
    assert kept is not None
    assert answer.stats is not None
    assert answer.stats.images_encoded == 0
    assert answer.stats.reused_tokens >= kept.prompt_tokens + kept.generated_tokens - 1
    assert answer.stats.left_out_tokens > 0


async def test_after_a_stop_in_mid_answer_the_rest_of_the_queue_answers_as_a_cold_run(
    sessions: Sessions, client: Listener, ask: Ask, cold: Cold, samples: Path
) -> None:
    first = await ask("What is in the picture?", samples / "red-circle-blue-square.png")
    second = await ask("What colour is the circle?", conversation=first.conversation)
    await client.until(Delta)
    await carry_out(sessions, StopTurn(conversation=first.conversation), client)
    stopped = (await end_of(client, first)).message
    assert stopped.finish_reason == "cancelled"
    assert (await show(sessions, first.conversation)).is_paused
    await carry_out(sessions, ResumeQueue(conversation=first.conversation), client)
    answer = (await end_of(client, second)).message
    assert answer.text == await cold(first.conversation)
    assert answer.stats is not None
    assert answer.stats.images_encoded == 0
    assert answer.stats.prefilled_tokens < QUESTION_TOKENS


@pytest.mark.parametrize("has_picture", [False, True])
async def test_a_question_stopped_without_text_is_asked_together_with_the_next_one(
    sessions: Sessions,
    client: Listener,
    ask: Ask,
    cold: Cold,
    samples: Path,
    has_picture: bool,
) -> None:
    """What came before both is reused."""
    first = await ask("What is in the picture?", samples / "red-circle-blue-square.png")
    await end_of(client, first)
    stopped = await ask("What colour is the circle?", conversation=first.conversation)
    await carry_out(sessions, StopTurn(conversation=first.conversation), client)
    ended = (await end_of(client, stopped)).message
    assert (ended.finish_reason, ended.text) == ("cancelled", "")
    pictures = [samples / "green-star.png"] if has_picture else []
    follow_up = await ask("How many shapes are there?", *pictures, conversation=first.conversation)
    answer = (await end_of(client, follow_up)).message
    assert answer.text == await cold(first.conversation)
    assert answer.stats is not None
    assert answer.stats.images_encoded == len(pictures)
    if not pictures:
        assert answer.stats.prefilled_tokens < QUESTION_TOKENS
    later = await ask("Where is the circle?", conversation=first.conversation)
    last = (await end_of(client, later)).message
    assert last.text == await cold(first.conversation)
    assert last.stats is not None
    assert last.stats.images_encoded == 0
    assert last.stats.prefilled_tokens < QUESTION_TOKENS


async def test_what_is_prepared_behind_a_stopped_question_is_not_computed_again(
    sessions: Sessions, client: Listener, ask: Ask, cold: Cold, samples: Path
) -> None:
    first = await ask("What is in the picture?", samples / "red-circle-blue-square.png")
    await end_of(client, first)
    stopped = await ask("What colour is the circle?", conversation=first.conversation)
    await carry_out(sessions, StopTurn(conversation=first.conversation), client)
    await end_of(client, stopped)
    star = await carry_out(sessions, Attach(path=str(samples / "green-star.png")), client)
    request = SubmitTurn(
        text="Which picture has a star?",
        attachments=(star.attachment.sha256,),
        conversation=first.conversation,
    )
    wish = PrepareTurn(conversation=request.conversation, attachments=request.attachments)
    await carry_out(sessions, wish, client)
    async with asyncio.timeout(PATIENCE):
        while (await carry_out(sessions, GetStatus(), client)).is_preparing:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    answer = (await end_of(client, await carry_out(sessions, request, client))).message
    assert answer.text == await cold(first.conversation)
    assert answer.stats is not None
    assert (answer.stats.images_encoded, answer.stats.images_reused) == (0, 2)
    assert answer.stats.prefilled_tokens < QUESTION_TOKENS


async def keep(sessions: Sessions, client: Listener, turn: TurnQueued, model: str) -> None:
    """Lets a turn's conversation keep a model."""
    choices = ConversationChoices(model)
    request = ChooseForConversation(conversation=turn.conversation, choices=choices)
    await carry_out(sessions, request, client)


async def test_a_follow_up_to_a_failed_question_answers_as_if_that_had_not_been_asked(
    sessions: Sessions,
    engine: SelectedEngine,
    client: Listener,
    ask: Ask,
    cold: Cold,
    samples: Path,
) -> None:
    first = await ask("What is in the picture?", samples / "red-circle-blue-square.png")
    await end_of(client, first)
    await keep(sessions, client, first, "/nowhere")
    star = samples / "green-star.png"
    failed = await ask("And in this one?", star, conversation=first.conversation)
    assert isinstance(await end_of(client, failed), TurnFailed)
    await keep(sessions, client, first, "demo")
    follow_up = await ask("What colour is the circle?", conversation=first.conversation)
    answer = (await end_of(client, follow_up)).message
    assert answer.text == await cold(first.conversation)
    assert "red" in answer.text
    assert answer.stats is not None
    assert answer.stats.images_encoded == 0
    assert answer.stats.prefilled_tokens < QUESTION_TOKENS

    question = (await start_of(client, failed)).user_message
    again = RegenerateAnswer(conversation=first.conversation, message=question.id)
    retried = await end_of(client, await carry_out(sessions, again, client))
    assert isinstance(retried, TurnEnded)
    assert retried.message.text == await cold(first.conversation)
    edit = EditQuestion(
        conversation=first.conversation, message=question.id, text="How many shapes are there?"
    )
    edited = await end_of(client, await carry_out(sessions, edit, client))
    assert edited.message.text == await cold(first.conversation)


async def test_a_picture_that_no_model_takes_is_given_back_when_there_is_a_model(
    archive: Archive,
    sessions: Sessions,
    client: Listener,
    ask: Ask,
    tmp_path: Path,
    samples: Path,
) -> None:
    """Attached while there was no model that could be asked."""
    ribbon = tmp_path / "ribbon.png"
    Image.new("RGB", (3000, 10), "white").save(ribbon)
    attached = (await archive.pictures.attach(ribbon, "")).picture
    request = SubmitTurn(text="What is it?", attachments=(attached.sha256,))
    alone: TurnQueued = await carry_out(sessions, request, client)
    withdrawn: TurnWithdrawn = await client.until(TurnWithdrawn, turn=alone.turn.id)
    assert (withdrawn.error, withdrawn.restored) == ("ImageError", None)
    assert "ribbon.png" in withdrawn.sentence
    queued = await ask("What is in the picture?", samples / "green-star.png")
    assert "green star" in (await end_of(client, queued)).message.text


async def test_a_deleted_conversation_leaves_no_kv_and_answers_again_once_it_is_restored(
    sessions: Sessions,
    engine: SelectedEngine,
    client: Listener,
    ask: Ask,
    cold: Cold,
    samples: Path,
    paths: Paths,
) -> None:
    first = await ask("What is in the picture?", samples / "red-circle-blue-square.png")
    await end_of(client, first)
    other = await ask("What is in the picture?", samples / "green-star.png")
    await end_of(client, other)
    before = await show(sessions, first.conversation)
    bytes_of_both = engine.active_bytes
    for conversation in (first.conversation, other.conversation):
        await carry_out(sessions, DeleteConversation(conversation=conversation), client)
    assert spilled(paths) == []
    assert engine.active_bytes < bytes_of_both
    await carry_out(sessions, RestoreConversation(conversation=first.conversation), client)
    assert await show(sessions, first.conversation) == before
    follow_up = await ask("What colour is the circle?", conversation=first.conversation)
    answer = (await end_of(client, follow_up)).message
    assert answer.text == await cold(first.conversation)
    assert answer.stats is not None
    assert answer.stats.images_encoded + answer.stats.images_reused == 1


async def test_spills_that_a_deletion_was_cut_off_from_are_gone_after_a_restart(
    sessions: Sessions,
    engine: SelectedEngine,
    client: Listener,
    archive: Archive,
    ask: Ask,
    samples: Path,
    paths: Paths,
    settings: Settings,
) -> None:
    """The core was killed when the conversation was marked and its spills were still there."""
    queued = await ask("What is in the picture?", samples / "red-circle-blue-square.png")
    await end_of(client, queued)
    await archive.delete_conversation(queued.conversation)
    await sessions.close()
    await engine.unload()
    assert len(spilled(paths)) > 0
    later = SelectedEngine(settings, paths.spills_dir, PictureWorkers())
    sessions = Sessions(archive, later, paths, settings, "1.0")
    sessions.model.load("demo")
    async with asyncio.timeout(PATIENCE):
        while spilled(paths):  # noqa: ASYNC110 - a file that goes tells nobody
            await asyncio.sleep(0.01)
    await sessions.close()
    await later.close()


async def test_deleting_while_it_is_answered_and_queued_leaves_nothing_behind(
    sessions: Sessions, client: Listener, ask: Ask, samples: Path, paths: Paths
) -> None:
    first = await ask("What is in the picture?", samples / "red-circle-blue-square.png")
    waiting = await ask("What colour is it?", conversation=first.conversation)
    await client.until(Delta)
    await carry_out(sessions, DeleteConversation(conversation=first.conversation), client)
    assert (await end_of(client, first)).message.finish_reason == "cancelled"
    assert (spilled(paths), sessions.is_busy) == ([], False)
    await carry_out(sessions, RestoreConversation(conversation=first.conversation), client)
    restored = await show(sessions, first.conversation)
    assert (restored.queue, restored.is_paused) == ((waiting.turn,), True)
    await carry_out(sessions, ResumeQueue(conversation=first.conversation), client)
    assert isinstance(await end_of(client, waiting), TurnEnded)


async def test_a_picture_attached_before_the_model_was_there_is_measured_when_its_turn_is_taken(
    sessions: Sessions, client: Listener, ask: Ask, samples: Path
) -> None:
    queued = await ask("What is in the picture?", samples / "green-star.png")
    unmeasured: Attachment = queued.turn.question.attachments[0]
    assert unmeasured.tokens == 0
    await end_of(client, queued)
    measured = (await start_of(client, queued)).user_message.attachments[0]
    assert measured.tokens > 0
    assert (await show(sessions, queued.conversation)).messages[0].attachments == (measured,)


async def test_a_turn_waits_while_the_model_is_loaded(sessions: Sessions, client: Listener) -> None:
    queued = await submit(sessions, client, "What can you do?")
    ended = await end_of(client, queued)
    assert ended.message.model_source == "demo"

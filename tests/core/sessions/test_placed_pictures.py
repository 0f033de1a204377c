"""Text and pictures of a question in the order in which they were written."""

from pathlib import Path

import pytest
from PIL import Image

from seeshell.core.engine.engine import PromptImage
from seeshell.core.messages.picture_requests import Attach
from seeshell.core.messages.queue_requests import EditQueued
from seeshell.core.messages.requests import EditQuestion, FindQuestions, LeaveOut, SubmitTurn
from seeshell.core.sessions.sessions import Sessions

from ..scripted_engine import ScriptedEngine
from ..talk import Listener, carry_out, end_of, start_of
from .shown import opened


@pytest.fixture
async def keys(sessions: Sessions, client: Listener, tmp_path: Path) -> tuple[str, ...]:
    """Three pictures that are attached, called a.png, b.png and c.png."""
    keys = []
    for name in "abc":
        path = tmp_path / f"{name}.png"
        Image.new("RGB", (8, 8), f"#{name * 6}").save(path)
        attached = await carry_out(sessions, Attach(path=str(path)), client)
        keys.append(attached.attachment.key)
    return tuple(keys)


def shown(engine: ScriptedEngine, index: int = -1) -> list[str]:
    """What a message of the last prompt consists of."""
    parts = engine.history[-1][index].parts
    return [it.name if isinstance(it, PromptImage) else it for it in parts]


async def test_the_model_gets_pictures_where_the_question_names_them(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, keys: tuple[str, ...]
) -> None:
    engine.enqueue("Yes.")
    request = SubmitTurn(text="@1 is like @3, is it? And @1?", attachments=keys)
    queued = await carry_out(sessions, request, client)
    await end_of(client, queued)
    assert shown(engine) == ["b.png", "a.png", " is like ", "c.png", ", is it? And @2?"]
    stored = (await opened(sessions, queued.conversation)).conversation
    assert stored.messages[0].text == "@2 is like @3, is it? And @2?"
    assert stored.summary.title == "@2 is like @3, is it? And @2?"
    found = await carry_out(sessions, FindQuestions(query="like"), client)
    assert found.questions == ("@2 is like @3, is it? And @2?",)


async def test_an_edited_question_has_its_pictures_where_it_names_them(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, keys: tuple[str, ...]
) -> None:
    engine.enqueue("Yes.")
    queued = await carry_out(sessions, SubmitTurn(text="What?", attachments=keys), client)
    await end_of(client, queued)
    question = (await start_of(client, queued)).user_message
    engine.enqueue("Yes.")
    edit = EditQuestion(
        conversation=queued.conversation,
        message=question.id,
        text="Is @1 this: @2",
        attachments=keys[:2],
    )
    await end_of(client, await carry_out(sessions, edit, client))
    assert shown(engine) == ["Is ", "a.png", " this: ", "b.png"]


async def test_a_queued_question_is_edited_with_its_pictures_in_their_places(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, keys: tuple[str, ...]
) -> None:
    engine.enqueue("Yes.")
    first = await carry_out(sessions, SubmitTurn(text="What?", attachments=keys), client)
    await end_of(client, first)
    where = first.conversation
    engine.enqueue("Yes.", "Yes.")
    waits = await carry_out(sessions, SubmitTurn(text="And?", conversation=where), client)
    edit = EditQueued(conversation=where, turn=waits.turn.id, text="See @1.", attachments=keys[:1])
    await carry_out(sessions, edit, client)
    await end_of(client, waits)
    assert shown(engine) == ["See ", "a.png", "."]


async def test_a_picture_that_is_left_out_leaves_the_text_around_it(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, keys: tuple[str, ...]
) -> None:
    engine.enqueue("Yes.")
    request = SubmitTurn(text="@1 or @2?", attachments=keys[:2])
    queued = await carry_out(sessions, request, client)
    await end_of(client, queued)
    question = (await start_of(client, queued)).user_message.id
    for index, expected in ((0, [" or ", "b.png", "?"]), (1, [" or ", "?"])):
        out = LeaveOut(conversation=queued.conversation, pictures=((question, index),))
        await carry_out(sessions, out, client)
        engine.enqueue("Yes.")
        more = SubmitTurn(text="More", conversation=queued.conversation)
        await end_of(client, await carry_out(sessions, more, client))
        assert shown(engine, 0) == expected

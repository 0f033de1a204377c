"""Bundles that are about conversations which are in use here."""

import asyncio
import random
from pathlib import Path
from uuid import uuid4

import pytest
from msgspec.structs import replace

from seeshell.core.conversation import Attachment, TextPart
from seeshell.core.errors import BadRequest
from seeshell.core.kept import KeptConversation, KeptMessage
from seeshell.core.messages.events import ConversationOpened, TurnEnded
from seeshell.core.messages.library_events import LibraryChanged
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.store.archive import Archive

from ..kept_samples import Sample, draw_pictures, make_sample
from ..scripted_engine import ScriptedEngine
from ..talk import Listener, end_of, start_of, submit
from .conftest import TakeIn, write_bundle


def _extended(kept: KeptConversation, text: str) -> KeptConversation:
    """The conversation as another machine may have gone on with it."""
    last = kept.messages[-1]
    asked = KeptMessage(str(uuid4()), last.uuid, "user", (TextPart(text),), last.created_at + 1)
    return replace(kept, messages=(*kept.messages, asked), head=asked.uuid)


async def test_who_has_a_conversation_open_sees_what_came_to_it(
    take_in: TakeIn,
    sessions: Sessions,
    engine: ScriptedEngine,
    archive: Archive,
    client: Listener,
    tmp_path: Path,
) -> None:
    engine.enqueue("A dog.")
    queued = await submit(sessions, client, "What is it?")
    await end_of(client, queued)
    kept = (await archive.library.read_tree(queued.conversation)).conversation
    client.heard.clear()
    path = write_bundle(tmp_path / "in.seeshell", Sample([_extended(kept, "Sure?")], {}))
    imported = await take_in(path)
    assert imported.extended == (queued.conversation,)
    opened = await client.until(ConversationOpened)
    assert [it.text for it in opened.conversation.messages] == ["What is it?", "A dog.", "Sure?"]
    changed = await client.until(LibraryChanged)
    assert [row.summary.id for row in changed.rows] == [queued.conversation]


async def test_an_answer_goes_on_where_it_is_shown_and_messages_come_beside_it(
    take_in: TakeIn,
    sessions: Sessions,
    engine: ScriptedEngine,
    archive: Archive,
    client: Listener,
    tmp_path: Path,
) -> None:
    engine.enqueue("A dog.")
    first = await submit(sessions, client, "What is it?")
    await end_of(client, first)
    kept = (await archive.library.read_tree(first.conversation)).conversation
    gate = asyncio.Event()
    engine.enqueue("Three.", gate)
    second = await submit(sessions, client, "How old?", first.conversation)
    await start_of(client, second)
    path = write_bundle(tmp_path / "in.seeshell", Sample([_extended(kept, "Sure?")], {}))
    imported = await take_in(path)
    assert imported.extended == (first.conversation,)
    assert not [it for it in client.heard if isinstance(it, ConversationOpened)]
    gate.set()
    ended = await end_of(client, second)
    assert isinstance(ended, TurnEnded)
    shown = await archive.read_conversation(first.conversation)
    assert [it.text for it in shown.messages] == ["What is it?", "A dog.", "How old?", "Three."]
    tree = (await archive.library.read_tree(first.conversation)).conversation
    assert "Sure?" in [
        it.parts[0].text for it in tree.messages if isinstance(it.parts[0], TextPart)
    ]


async def test_a_picture_that_another_program_has_made_is_shown_and_not_asked_about(
    take_in: TakeIn,
    sessions: Sessions,
    engine: ScriptedEngine,
    archive: Archive,
    client: Listener,
    tmp_path: Path,
) -> None:
    ((sha256, content),) = draw_pictures(random.Random(1), 1).items()
    question = KeptMessage(str(uuid4()), None, "user", (TextPart("Draw"),), 1.0)
    drawn = (Attachment(sha256, "drawn.png", 0, 0), TextPart("Here."))
    answer = KeptMessage(str(uuid4()), question.uuid, "assistant", drawn, 2.0)
    kept = KeptConversation(str(uuid4()), "Drawn", 1.0, 2.0, (question, answer), answer.uuid)
    path = write_bundle(tmp_path / "in.seeshell", Sample([kept], {sha256: content}))
    (conversation,) = (await take_in(path)).added
    shown = (await archive.read_conversation(conversation)).messages[1]
    assert [it.width > 0 for it in shown.attachments] == [True]
    engine.enqueue("Yes.")
    await end_of(client, await submit(sessions, client, "Nice?", conversation))
    told = [(it.role, it.parts) for it in engine.history[-1]]
    assert told == [("user", ("Draw",)), ("assistant", ("Here.",)), ("user", ("Nice?",))]


async def test_a_core_that_ends_leaves_whole_conversations_and_none_without_its_pictures(
    take_in: TakeIn,
    sessions: Sessions,
    archive: Archive,
    client: Listener,
    tmp_path: Path,
) -> None:
    sample = make_sample(8, 30)
    path = write_bundle(tmp_path / "in.seeshell", sample)
    importing = asyncio.create_task(take_in(path))
    await client.until(LibraryChanged)
    await sessions._transfers.close()
    with pytest.raises(BadRequest, match="The core is ending"):
        await importing
    expected = {it.uuid: it for it in sample.conversations}
    stored = [
        (await archive.library.read_tree(it)).conversation
        for it in await archive.list_conversation_ids()
    ]
    assert 0 < len(stored) < 30
    assert all(it == expected[it.uuid] for it in stored)
    with pytest.raises(BadRequest, match="The core is ending"):
        await take_in(path)

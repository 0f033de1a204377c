"""Deleting conversations and taking that back, and which pictures stay meanwhile."""

import asyncio
from pathlib import Path

import pytest

from seeshell.core.errors import BadRequest, NotStored, StoreError
from seeshell.core.messages.events import Delta, Done, TurnStarted
from seeshell.core.messages.library_events import LibraryChanged
from seeshell.core.messages.picture_requests import Attach, ClaimPictures
from seeshell.core.messages.queue_events import TurnQueued
from seeshell.core.messages.queue_requests import EditQueued, ResumeQueue
from seeshell.core.messages.requests import (
    AnyRequest,
    DeleteConversation,
    ForkConversation,
    ListConversations,
    OpenConversation,
    PrepareTurn,
    RegenerateAnswer,
    RenameConversation,
    RestoreConversation,
    StopTurn,
    SubmitTurn,
    SwitchBranch,
)
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.settings import Paths
from seeshell.core.store.archive import Archive

from ...patience import PATIENCE
from ..scripted_engine import ScriptedEngine
from ..talk import Listener, carry_out, end_of, let_write, submit


async def delete(sessions: Sessions, client: Listener, conversation: int) -> None:
    async with asyncio.timeout(PATIENCE):
        request = DeleteConversation(conversation=conversation)
        assert await carry_out(sessions, request, client) == Done()


async def listed(sessions: Sessions, client: Listener, query: str = "") -> list[int]:
    reply = await carry_out(sessions, ListConversations(query=query), client)
    return [it.id for it in reply.conversations]


async def test_a_deleted_conversation_is_hidden_from_every_request(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, asked: TurnStarted
) -> None:
    conversation, message = asked.conversation, asked.answer.id
    await delete(sessions, client, conversation)
    await client.until(LibraryChanged, where=lambda it: it.rows[0].deleted_at)
    assert engine.forgotten == [conversation]
    assert await listed(sessions, client) == await listed(sessions, client, "dog") == []
    requests: list[AnyRequest] = [
        OpenConversation(conversation=conversation),
        SubmitTurn(text="?", conversation=conversation),
        RegenerateAnswer(conversation=conversation),
        ForkConversation(conversation=conversation, message=message),
        SwitchBranch(conversation=conversation, message=message),
        RenameConversation(conversation=conversation, title="x"),
        DeleteConversation(conversation=conversation),
        EditQueued(conversation=conversation, turn="?", text="x"),
    ]
    for request in requests:
        with pytest.raises(NotStored):
            await carry_out(sessions, request, client)


async def test_a_deletion_is_taken_back_with_all_that_was_there(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, asked: TurnStarted
) -> None:
    conversation = asked.conversation
    before = await carry_out(sessions, OpenConversation(conversation=conversation), client)
    await delete(sessions, client, conversation)
    await client.until(LibraryChanged, where=lambda it: it.rows[0].deleted_at)
    client.changes.clear()
    restore = RestoreConversation(conversation=conversation)
    assert await carry_out(sessions, restore, client) == Done()
    await client.until(LibraryChanged, where=lambda it: not it.rows[0].deleted_at)
    after = await carry_out(sessions, OpenConversation(conversation=conversation), client)
    assert after == before
    assert await listed(sessions, client, "dog") == [conversation]
    engine.enqueue("Three.")
    queued = await submit(sessions, client, "How old?", conversation)
    await end_of(client, queued)
    assert [message.text for message in engine.history[-1]] == ["What is it?", "A dog.", "How old?"]


async def test_restoring_what_was_not_deleted_changes_nothing(
    sessions: Sessions, client: Listener, asked: TurnStarted
) -> None:
    with pytest.raises(NotStored):
        await carry_out(sessions, RestoreConversation(conversation=7), client)
    before = await carry_out(sessions, OpenConversation(conversation=asked.conversation), client)
    restore = RestoreConversation(conversation=asked.conversation)
    assert await carry_out(sessions, restore, client) == Done()
    request = OpenConversation(conversation=asked.conversation)
    assert await carry_out(sessions, request, client) == before


async def test_its_open_turn_is_stopped_and_its_queue_goes_and_comes_with_it(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    engine.enqueue("Half", asyncio.Event())
    first = await submit(sessions, client, "1")
    second = await submit(sessions, client, "2", first.conversation)
    await client.until(Delta)
    await delete(sessions, client, first.conversation)
    ended = await end_of(client, first)
    assert (ended.message.finish_reason, ended.message.text) == ("cancelled", "Half")
    assert not sessions.is_busy
    with pytest.raises(NotStored):
        await carry_out(sessions, ResumeQueue(conversation=first.conversation), client)
    await carry_out(sessions, StopTurn(conversation=first.conversation), client)

    await carry_out(sessions, RestoreConversation(conversation=first.conversation), client)
    opened = await carry_out(sessions, OpenConversation(conversation=first.conversation), client)
    assert [message.text for message in opened.conversation.messages] == ["1", "Half"]
    assert (opened.conversation.queue, opened.conversation.is_paused) == ((second.turn,), True)
    assert len(engine.history) == 1
    engine.enqueue("two")
    await carry_out(sessions, ResumeQueue(conversation=first.conversation), client)
    assert (await end_of(client, second)).message.text == "two"


async def test_a_turn_that_only_waits_is_not_begun_by_a_deletion(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    gate = asyncio.Event()
    engine.enqueue(gate, "one")
    first = await submit(sessions, client, "1")
    other = await submit(sessions, client, "2")
    await delete(sessions, client, other.conversation)
    gate.set()
    await end_of(client, first)
    started = [event.turn for event in client.heard if isinstance(event, TurnStarted)]
    assert (started, sessions.is_busy) == ([first.turn.id], False)


async def test_submits_and_deletions_at_the_same_time_leave_all_or_nothing(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, asked: TurnStarted
) -> None:
    for _ in range(6):
        engine.enqueue("yes")
    conversation = asked.conversation
    requests: list[AnyRequest] = []
    for text in ("1", "2", "3"):
        requests += [
            SubmitTurn(text=text, conversation=conversation),
            DeleteConversation(conversation=conversation),
            RestoreConversation(conversation=conversation),
        ]
    async with asyncio.timeout(PATIENCE):
        replies = await asyncio.gather(
            *(sessions.carry_out(request, client) for request in requests), return_exceptions=True
        )
    accepted = [
        reply[0] for reply in replies if isinstance(reply, tuple) and type(reply[0]) is TurnQueued
    ]
    assert {type(reply) for reply in replies} <= {tuple, NotStored}
    assert len(accepted) > 0
    if not await listed(sessions, client):
        await carry_out(sessions, RestoreConversation(conversation=conversation), client)
    opened = (
        await carry_out(sessions, OpenConversation(conversation=conversation), client)
    ).conversation
    asked_texts = [message.text for message in opened.messages if message.role == "user"]
    waiting = [turn.question.text for turn in opened.queue]
    assert asked_texts + waiting == ["What is it?", *(it.turn.question.text for it in accepted)]


async def test_a_picture_that_waits_in_a_prompt_outlives_every_deletion(
    sessions: Sessions, engine: ScriptedEngine, archive: Archive, picture: Path, paths: Paths
) -> None:
    window = Listener()
    sessions.add_client(window, "window")
    attached = await carry_out(sessions, Attach(path=str(picture)), window)
    sha256 = attached.attachment.sha256
    engine.enqueue("A circle")
    request = SubmitTurn(text="?", attachments=(sha256,))
    queued = await carry_out(sessions, request, window)
    await end_of(window, queued)
    await carry_out(sessions, ClaimPictures(pictures=(sha256,)), window)
    await carry_out(sessions, PrepareTurn(attachments=(sha256,)), window)
    await delete(sessions, window, queued.conversation)
    await archive.purge()
    await archive.sweep()
    assert paths.picture(sha256).exists()
    engine.enqueue("Red")
    again = await carry_out(sessions, SubmitTurn(text="?", attachments=(sha256,)), window)
    assert (await end_of(window, again)).message.text == "Red"


async def test_attaching_claims_for_the_window_and_claiming_replaces_that(
    sessions: Sessions, archive: Archive, picture: Path
) -> None:
    window = Listener()
    sessions.add_client(window, "window")
    attached = await carry_out(sessions, Attach(path=str(picture)), window)
    assert await claims(archive) == [("window", attached.attachment.sha256)]
    assert await carry_out(sessions, ClaimPictures(), window) == Done()
    assert await claims(archive) == []


async def claims(archive: Archive) -> list[tuple[str, str]]:
    query = "SELECT window, picture_key FROM claim"
    rows = await archive._run(
        lambda: archive._conversations._database.connection.execute(query).fetchall()
    )
    return [(row["window"], row["picture_key"]) for row in rows]


async def test_a_client_without_a_window_claims_nothing(
    sessions: Sessions, client: Listener, picture: Path, archive: Archive
) -> None:
    attached = await carry_out(sessions, Attach(path=str(picture)), client)
    assert await claims(archive) == []
    with pytest.raises(BadRequest, match="window"):
        claim = ClaimPictures(pictures=(attached.attachment.sha256,))
        await carry_out(sessions, claim, client)


async def test_a_deletion_that_the_disk_does_not_take_is_refused(
    sessions: Sessions,
    engine: ScriptedEngine,
    client: Listener,
    archive: Archive,
    asked: TurnStarted,
) -> None:
    await let_write(archive, may_write=False)
    with pytest.raises(StoreError, match="only be read"):
        await carry_out(sessions, DeleteConversation(conversation=asked.conversation), client)
    assert engine.forgotten == []
    await let_write(archive, may_write=True)
    await delete(sessions, client, asked.conversation)

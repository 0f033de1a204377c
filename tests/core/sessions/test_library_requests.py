"""What clients ask of the library, and what every client hears of it without asking."""

import asyncio
from collections.abc import Callable

import pytest

from seeshell.core.errors import BadRequest, NotStored, StoreError
from seeshell.core.generation_options import ConversationChoices
from seeshell.core.kept import EVERYTHING, LibraryFilter, LibraryRow
from seeshell.core.messages.events import ConversationOpened, Delta, Done, TurnStarted
from seeshell.core.messages.library_events import LibraryChanged, LibraryListed
from seeshell.core.messages.library_requests import (
    DeleteBranch,
    EmptyBin,
    LabelConversations,
    ListLibrary,
    ListTags,
    ReadTree,
    RestoreBranch,
)
from seeshell.core.messages.queue_requests import RemoveQueued
from seeshell.core.messages.requests import (
    AnyRequest,
    ChooseForConversation,
    DeleteConversation,
    ForkConversation,
    OpenConversation,
    RegenerateAnswer,
    RenameConversation,
    RestoreConversation,
    SwitchBranch,
)
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.store.archive import Archive

from ...patience import PATIENCE
from ..scripted_engine import ScriptedEngine
from ..talk import Listener, carry_out, end_of, submit


@pytest.fixture
def other(sessions: Sessions) -> Listener:
    """A client that asks for nothing."""
    listener = Listener()
    sessions.add_client(listener)
    return listener


async def told(
    listener: Listener, conversation: int, fits: Callable[[LibraryRow], bool] = lambda _: True
) -> LibraryRow:
    """The newest that it heard of a conversation, once that is as wanted."""
    changed = await listener.until(
        LibraryChanged,
        where=lambda it: any(row.summary.id == conversation and fits(row) for row in it.rows),
    )
    listener.changes.clear()
    row: LibraryRow = next(it for it in changed.rows if it.summary.id == conversation)
    return row


async def listed(
    sessions: Sessions, client: Listener, wanted: LibraryFilter = EVERYTHING
) -> list[LibraryRow]:
    reply: LibraryListed = await carry_out(sessions, ListLibrary(filter=wanted), client)
    return list(reply.rows)


async def test_every_client_hears_how_lists_show_what_has_changed(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, other: Listener
) -> None:
    engine.enqueue("A dog.")
    queued = await submit(sessions, client, "What is it?")
    conversation = queued.conversation
    row = await told(
        other, conversation, lambda it: it.summary.message_count == 2 and it.model != ""
    )
    assert (row.summary.title, row.turns) == ("What is it?", 1)
    assert [row] == await listed(sessions, client)
    rename = RenameConversation(conversation=conversation, title="Rex")
    await carry_out(sessions, rename, client)
    await told(other, conversation, lambda it: it.summary.title == "Rex")
    choices = ConversationChoices(model="other")
    await carry_out(
        sessions, ChooseForConversation(conversation=conversation, choices=choices), client
    )
    await told(other, conversation, lambda it: it.summary.choices == choices)
    label = LabelConversations(conversations=(conversation,), add_tags=("pets",), is_pinned=True)
    assert await carry_out(sessions, label, client) == Done()
    row = await told(other, conversation, lambda it: it.summary.is_pinned)
    assert row.summary.tags == ("pets",)
    assert (await carry_out(sessions, ListTags(), client)).tags == (("pets", 1),)
    await carry_out(sessions, DeleteConversation(conversation=conversation), client)
    row = await told(other, conversation, lambda it: it.deleted_at > 0)
    assert [row] == await listed(sessions, client, LibraryFilter(shelf="bin"))
    await carry_out(sessions, RestoreConversation(conversation=conversation), client)
    row = await told(other, conversation, lambda it: not it.deleted_at)
    assert [row] == await listed(sessions, client)


async def test_forks_and_branches_are_told_and_what_is_removed_for_good(
    sessions: Sessions,
    engine: ScriptedEngine,
    other: Listener,
    client: Listener,
    asked: TurnStarted,
) -> None:
    conversation = asked.conversation
    fork = ForkConversation(conversation=conversation, message=asked.answer.id)
    copy = (await carry_out(sessions, fork, client)).conversation.summary.id
    await told(other, copy)
    engine.enqueue("A puppy.")
    again = await carry_out(sessions, RegenerateAnswer(conversation=conversation), client)
    await end_of(client, again)
    await told(other, conversation, lambda it: it.summary.message_count == 3)
    switch = SwitchBranch(conversation=conversation, message=asked.answer.id)
    await carry_out(sessions, switch, client)
    await told(other, conversation)
    await carry_out(sessions, DeleteConversation(conversation=copy), client)
    await told(other, copy, lambda it: it.deleted_at > 0)
    with pytest.raises(NotStored):
        await carry_out(sessions, EmptyBin(conversations=(conversation,)), client)
    assert await carry_out(sessions, EmptyBin(), client) == Done()
    await other.until(LibraryChanged, gone=(copy,))
    with pytest.raises(NotStored):
        await carry_out(sessions, RestoreConversation(conversation=copy), client)


async def test_a_conversation_that_is_withdrawn_with_its_only_turn_is_told_as_gone(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, other: Listener
) -> None:
    engine.enqueue("Half", asyncio.Event())
    await submit(sessions, client, "1")
    await client.until(Delta)
    waiting = await submit(sessions, client, "2")
    await told(other, waiting.conversation, lambda it: it.summary.title == "2")
    remove = RemoveQueued(conversation=waiting.conversation, turn=waiting.turn.id)
    await carry_out(sessions, remove, client)
    await other.until(LibraryChanged, gone=(waiting.conversation,))


REFUSED: tuple[AnyRequest, ...] = (
    ListLibrary(limit=0),
    ListLibrary(limit=10_001),
    ListLibrary(after="?"),
    LabelConversations(conversations=(1,), add_tags=(" ",)),
    LabelConversations(conversations=(1,), add_tags=("x" * 61,)),
    LabelConversations(conversations=(1, 7), is_pinned=True),
    ReadTree(conversation=7),
    EmptyBin(conversations=(1,)),
    DeleteBranch(conversation=1, message=1),
    DeleteBranch(conversation=1, message=9),
    DeleteBranch(conversation=7, message=1),
    RestoreBranch(conversation=1, message=9),
)


@pytest.mark.usefixtures("asked")
async def test_what_can_not_be_done_is_refused_and_changes_nothing(
    sessions: Sessions, client: Listener
) -> None:
    before = await listed(sessions, client)
    for request in REFUSED:
        with pytest.raises((BadRequest, NotStored), match=r"\S \S.*\.$"):
            await carry_out(sessions, request, client)
    assert await listed(sessions, client) == before


async def test_tags_are_kept_on_one_line_each_once(
    sessions: Sessions, client: Listener, asked: TurnStarted
) -> None:
    tags = (" road\n trip ", "road trip", "a")
    label = LabelConversations(conversations=(asked.conversation,), add_tags=tags)
    await carry_out(sessions, label, client)
    (row,) = await listed(sessions, client)
    assert row.summary.tags == ("a", "road trip")


async def test_a_deleted_branch_is_gone_for_all_who_follow_and_comes_back(
    sessions: Sessions,
    engine: ScriptedEngine,
    client: Listener,
    other: Listener,
    asked: TurnStarted,
) -> None:
    conversation = asked.conversation
    before = await carry_out(sessions, OpenConversation(conversation=conversation), other)
    engine.enqueue("Three.")
    queued = await submit(sessions, client, "How old?", conversation)
    await end_of(client, queued)
    whole = await carry_out(sessions, OpenConversation(conversation=conversation), other)
    delete = DeleteBranch(conversation=conversation, message=queued.turn.question.id)
    opened = await carry_out(sessions, delete, client)
    assert opened.conversation.messages == before.conversation.messages
    seen = await other.until(ConversationOpened)
    assert seen.conversation == opened.conversation
    tree = await carry_out(sessions, ReadTree(conversation=conversation), client)
    assert [it.text for it in tree.deleted] == ["How old?"]
    engine.enqueue("Rex.")
    await end_of(client, await submit(sessions, client, "Its name?", conversation))
    assert [it.text for it in engine.history[-1]] == ["What is it?", "A dog.", "Its name?"]
    restore = RestoreBranch(conversation=conversation, message=queued.turn.question.id)
    opened = await carry_out(sessions, restore, client)
    shown = [it.text for it in opened.conversation.messages]
    assert shown == [it.text for it in whole.conversation.messages]


async def test_a_branch_stays_while_an_answer_is_open_or_a_question_waits(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, asked: TurnStarted
) -> None:
    gate = asyncio.Event()
    engine.enqueue("Thr", gate, "ee.")
    first = await submit(sessions, client, "How old?", asked.conversation)
    await client.until(Delta, text="Thr")
    delete = DeleteBranch(conversation=asked.conversation, message=asked.answer.id)
    with pytest.raises(BadRequest, match="being answered"):
        await carry_out(sessions, delete, client)
    engine.enqueue("Rex.")
    await submit(sessions, client, "Its name?", asked.conversation)
    gate.set()
    await end_of(client, first)
    with pytest.raises(BadRequest, match=r"queued|being answered"):
        await carry_out(sessions, delete, client)


async def test_changes_that_can_not_be_read_are_told_with_the_next(
    sessions: Sessions,
    archive: Archive,
    engine: ScriptedEngine,
    client: Listener,
    asked: TurnStarted,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await told(client, asked.conversation, lambda it: it.model != "")
    read, has_failed = archive.library.read_rows, asyncio.Event()

    async def fail(conversations: tuple[int, ...]) -> tuple[LibraryRow, ...]:
        has_failed.set()
        raise StoreError("The disk is full.")

    monkeypatch.setattr(archive.library, "read_rows", fail)
    label = LabelConversations(conversations=(asked.conversation,), is_pinned=True)
    await carry_out(sessions, label, client)
    async with asyncio.timeout(PATIENCE):
        await has_failed.wait()
    monkeypatch.setattr(archive.library, "read_rows", read)
    engine.enqueue("A cat.")
    await submit(sessions, client, "And this?")
    await told(client, asked.conversation, lambda it: it.summary.is_pinned)

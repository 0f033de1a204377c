"""Conversations from elsewhere in the store: long ones in steps, and what a kill leaves of them."""

import asyncio
from collections.abc import Iterator
from uuid import UUID

import pytest
from msgspec.structs import replace

from seeshell.core.conversation import TextPart, text_of
from seeshell.core.errors import NotStored
from seeshell.core.kept import KeptConversation, KeptMessage
from seeshell.core.store.archive import Archive
from seeshell.core.store.import_rows import STEP, in_steps
from seeshell.core.store.staged_extensions import StagedExtensions
from seeshell.core.store.staged_imports import StagedImports
from seeshell.core.store.stored_imports import Imported
from seeshell.core.store.stored_turns import NewQuestion

from ..stored import end, new_turn, start


def _uuids() -> Iterator[str]:
    return (str(UUID(int=number, version=4)) for number in range(10_000))


@pytest.fixture
def long() -> KeptConversation:
    """A chain of two steps and a bit, with a branch between the first and the last."""
    uuids = _uuids()
    messages: list[KeptMessage] = []
    for number in range(2 * STEP + 4):
        is_last = number == 2 * STEP + 3
        parent = messages[0] if is_last else messages[-1] if messages else None
        is_answer = number % 2 == 1
        messages.append(
            KeptMessage(
                next(uuids),
                parent and parent.uuid,
                "assistant" if is_answer else "user",
                (TextPart(f"word{number}"),),
                float(number + 1),
                finish_reason="stop" if is_answer else None,
            )
        )
    return KeptConversation(
        next(uuids), "Long", 1.0, 2.0, tuple(messages), messages[-2].uuid, tags=("a",)
    )


def _staged(archive: Archive) -> StagedImports:
    return archive.imports._staged


async def test_a_long_conversation_is_stored_in_steps_and_whole(
    archive: Archive, long: KeptConversation
) -> None:
    imported = await archive.imports.store(long, await archive.imports.compare(long))
    assert imported.outcome == "added"
    assert (await archive.library.read_tree(imported.conversation)).conversation == long
    known = await archive.imports.compare(long)
    assert (known.conversation, known.missing, known.differs) == (
        imported.conversation,
        frozenset(),
        False,
    )


async def test_until_the_last_step_nothing_shows_it_and_what_a_kill_leaves_is_replaced(
    archive: Archive, long: KeptConversation
) -> None:
    staged = _staged(archive)
    half = await archive._run(staged.begin, long)
    await archive._run(staged.add_some, half, long, long.messages[:STEP])
    assert await archive.list_conversation_ids() == []
    assert await archive.library.read_rows([half]) == ()
    assert await archive.list_conversations("word7", 9) == ()
    known = await archive.imports.compare(long)
    assert (known.conversation, len(known.missing)) == (None, len(long.messages))
    with pytest.raises(NotStored, match="removed meanwhile"):
        await archive._run(staged.add_some, half, long, long.messages[STEP:])
    imported = await archive.imports.store(long, known)
    assert await archive.list_conversation_ids() == [imported.conversation]
    assert (await archive.library.read_tree(imported.conversation)).conversation == long


async def test_what_a_kill_leaves_is_purged(archive: Archive, long: KeptConversation) -> None:
    half = await archive._run(_staged(archive).begin, long)
    await archive._run(_staged(archive).add_some, half, long, long.messages[:STEP])
    assert half in await archive.purge()
    assert (await archive.imports.compare(long)).conversation is None


async def _begin(archive: Archive, long: KeptConversation) -> int:
    """Imports the first messages alone."""
    first = replace(long, messages=long.messages[:3], head=long.messages[2].uuid)
    imported = await archive.imports.store(first, await archive.imports.compare(first))
    return imported.conversation


def _count_all(archive: Archive) -> int:
    """Returns how many messages are stored, shown or not."""
    connection = archive.imports._extensions._connection
    return int(connection.execute("SELECT count(*) FROM message").fetchone()[0])


def _extensions(archive: Archive) -> StagedExtensions:
    return archive.imports._extensions


async def _extend(archive: Archive, long: KeptConversation) -> Imported:
    return await archive.imports.store(long, await archive.imports.compare(long))


async def test_while_many_messages_come_to_a_conversation_others_are_stored_and_none_is_shown(
    archive: Archive, long: KeptConversation
) -> None:
    conversation = await _begin(archive, long)
    other = await start(archive, "Who?")
    importing = asyncio.create_task(_extend(archive, long))
    stored: list[int] = []
    while not importing.done():
        await archive.turns.save_answer(other.answer.id, (TextPart("I"),))
        stored.append(await archive._run(_count_all, archive))
        (row,) = await archive.library.read_rows([conversation])
        assert row.summary.message_count in (3, len(long.messages))
    assert (await importing) == Imported(conversation, "extended")
    assert len(set(stored)) > 2
    assert (await archive.library.read_tree(conversation)).conversation == long
    assert (await _extend(archive, long)).outcome == "known"


async def test_what_a_kill_leaves_of_an_extension_is_not_shown_and_comes_with_the_next_import(
    archive: Archive, long: KeptConversation
) -> None:
    conversation = await _begin(archive, long)
    before = (await archive.library.read_tree(conversation)).conversation
    some = long.messages[3:STEP]
    await archive._run(_extensions(archive).add_some, conversation, long, some, 0)
    assert (await archive.library.read_tree(conversation)).conversation == before
    assert await archive.list_conversations("word7", 9) == ()
    known = await archive.imports.compare(long)
    assert known.missing == {it.uuid for it in long.messages[3:]}
    assert await archive.imports.store(long, known) == Imported(conversation, "extended")
    assert (await archive.library.read_tree(conversation)).conversation == long


async def test_what_a_kill_leaves_of_an_extension_is_purged(
    archive: Archive, long: KeptConversation
) -> None:
    conversation = await _begin(archive, long)
    some = long.messages[3:STEP]
    await archive._run(_extensions(archive).add_some, conversation, long, some, 0)
    assert await archive.purge() == []
    with pytest.raises(NotStored, match="deleted in it meanwhile"):
        await archive._run(
            _extensions(archive).add_some, conversation, long, long.messages[STEP:], len(some)
        )
    assert (await archive.imports.compare(long)).missing == {it.uuid for it in long.messages[3:]}


async def test_what_is_staged_below_a_branch_that_was_deleted_meanwhile_is_not_shown(
    archive: Archive, long: KeptConversation
) -> None:
    conversation = await _begin(archive, long)
    some = long.messages[3:]
    await archive._run(_extensions(archive).add_some, conversation, long, some, 0)
    tree = await archive.library.read_tree(conversation)
    await archive.library.delete_branch(conversation, tree.ids[2])
    with pytest.raises(NotStored, match="deleted in it meanwhile"):
        await archive._run(archive.imports._imports.show_staged, conversation, long, len(some))
    shown = await archive.library.read_tree(conversation)
    assert shown.ids == tree.ids[:2]
    known = await archive.imports.compare(long)
    assert known.unplaced == len(some) - 1


async def test_long_texts_come_in_shorter_steps() -> None:
    text = (TextPart("word " * 20_000),)
    messages = [KeptMessage(uuid, None, "user", text, 1.0) for uuid in map(str, range(7))]
    assert [len(it) for it in in_steps(messages)] == [3, 3, 1]


async def test_a_question_that_waited_comes_behind_the_answer_that_it_stands_below(
    archive: Archive,
) -> None:
    first = await archive.turns.submit(None, NewQuestion(new_turn(), "1"))
    second = await archive.turns.submit(first.conversation, NewQuestion(new_turn(), "2"))
    for queued, answer in ((first, "one"), (second, "two")):
        await end(archive, await archive.turns.start(queued.turn.id), answer)
    tree = await archive.library.read_tree(first.conversation)
    assert [text_of(it.parts) for it in tree.conversation.messages] == ["1", "one", "2", "two"]
    assert tree.ids != tuple(sorted(tree.ids))

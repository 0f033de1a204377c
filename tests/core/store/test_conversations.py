"""Conversations: what is stored is read again, and what can't be done is said."""

from collections.abc import Sequence
from operator import attrgetter

import pytest

from seeshell.core.conversation import Attachment, StartedTurn, TextPart, compose
from seeshell.core.errors import NotStored, StoreError
from seeshell.core.pictures.workers import PictureWorkers
from seeshell.core.settings import Paths, Settings
from seeshell.core.store.archive import Archive
from seeshell.core.store.stored_conversations import CORE_ENDED
from seeshell.core.store.stored_turns import NewQuestion

from ..stored import ask, change, ended, found, new_turn, set_pragma, start, texts


async def title(archive: Archive, conversation: int) -> str:
    return (await archive.read_conversation(conversation)).summary.title


async def test_a_conversation_is_read_as_it_was_stored(
    archive: Archive, cat: Attachment, dog: Attachment
) -> None:
    turn = await start(archive, "What is it?", pictures=[dog, cat])
    assert turn.question.parts == (dog, cat, TextPart("What is it?"))
    assert (turn.answer.parent_id, turn.answer.parts) == (turn.question.id, ())
    assert turn.answer.is_open
    answer = ended(turn.answer, "A dog and a cat.")
    await archive.turns.end_answer(turn.conversation, answer)
    then = await start(archive, "Which is larger?", turn.conversation)

    stored = await archive.read_conversation(turn.conversation)
    assert stored.messages == (turn.question, answer, then.question, then.answer)
    assert stored.summary.title == "What is it?"
    assert stored.summary.message_count == 4


async def test_every_conversation_and_message_has_a_uuid_that_stays(archive: Archive) -> None:
    turns = [await ask(archive, "one", "1"), await ask(archive, "two", "2")]
    read = [await archive.read_conversation(turn.conversation) for turn in turns]
    uuids = {it.summary.uuid for it in read} | {it.uuid for c in read for it in c.messages}
    assert len(uuids) == 6
    assert all(len(it) == 36 and it[14] == "4" and it[19] in "89ab" for it in uuids)
    assert read == [await archive.read_conversation(turn.conversation) for turn in turns]


async def test_the_text_of_an_open_answer_can_be_read_while_it_grows(archive: Archive) -> None:
    turn = await start(archive, "Tell me")
    for text in ("Once", "Once upon"):
        await archive.turns.save_answer(turn.answer.id, compose(text))
        assert await texts(archive, turn.conversation) == ["Tell me", text]


async def test_answers_that_a_dead_core_left_open_are_closed_as_failed_with_their_text(
    archive: Archive, paths: Paths
) -> None:
    turn = await start(archive, "Tell me")
    await archive.turns.save_answer(turn.answer.id, compose("Once upon"))
    finished = await ask(archive, "Other", "done")
    again = await Archive.open(paths, Settings().max_pixels, PictureWorkers())
    try:
        closed = (await again.read_conversation(turn.conversation)).messages[-1]
        assert (closed.text, closed.finish_reason) == ("Once upon", "failed")
        assert closed.error == CORE_ENDED
        other = (await again.read_conversation(finished.conversation)).messages[-1]
        assert other.finish_reason == "stop"
        assert await found(again, "upon") == [turn.conversation]
    finally:
        await again.close()


@pytest.mark.parametrize(
    ("thoughts", "text"),
    [("Hm. Two", ""), ("Hm. Two lemons.", "Two le"), ("", "Two le")],
    ids=["in thought", "in mid-text", "without thoughts"],
)
async def test_thoughts_outlive_a_core_that_dies_and_are_searched(
    archive: Archive, paths: Paths, thoughts: str, text: str
) -> None:
    turn = await start(archive, "How many?")
    await archive.turns.save_answer(turn.answer.id, compose("", thoughts=thoughts[:3]))
    await archive.turns.save_answer(turn.answer.id, compose(text, thoughts=thoughts))
    again = await Archive.open(paths, Settings().max_pixels, PictureWorkers())
    try:
        closed = (await again.read_conversation(turn.conversation)).messages[-1]
        assert (closed.thoughts, closed.text) == (thoughts, text)
        assert (closed.finish_reason, closed.drops_question) == ("failed", not text)
        assert await found(again, "Hm") == ([turn.conversation] if thoughts else [])
        assert await found(again, "Two") == [turn.conversation]
    finally:
        await again.close()


async def test_what_is_saved_of_an_answer_is_saved_whole_or_not_at_all(
    archive: Archive, paths: Paths
) -> None:
    turn = await start(archive, "How many?")
    await archive.turns.save_answer(turn.answer.id, compose("Two", thoughts="Hm."))
    change(
        paths,
        "CREATE TRIGGER full BEFORE INSERT ON part WHEN NEW.position = 1 AND NEW.text = 'Two le' "
        "BEGIN SELECT RAISE(ABORT, 'disk is full'); END",
    )
    with pytest.raises(StoreError):
        await archive.turns.save_answer(turn.answer.id, compose("Two le", thoughts="Hm. Hm."))
    kept = (await archive.read_conversation(turn.conversation)).messages[-1]
    assert (kept.thoughts, kept.text) == ("Hm.", "Two")


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        ("What is\n\tit?", (), "What is it?"),
        ("", ("dog", "cat"), "dog.png, cat.png"),
        ("a word " * 20, (), "a word a word a word a word a word a word a word a word a…"),
        ("x" * 70, (), "x" * 59 + "…"),
        ("y" * 60, (), "y" * 60),
    ],
)
async def test_a_title_is_the_start_of_the_first_message(
    archive: Archive,
    cat: Attachment,
    dog: Attachment,
    text: str,
    names: Sequence[str],
    expected: str,
) -> None:
    pictures = [{"cat": cat, "dog": dog}[name] for name in names]
    queued = await archive.turns.submit(None, NewQuestion(new_turn(), text, pictures))
    assert await title(archive, queued.conversation) == expected


async def test_a_title_can_be_given_and_taken_back(archive: Archive) -> None:
    conversation = (await ask(archive, "What is it?", "A dog.")).conversation
    await archive.rename_conversation(conversation, " Our\ndog ")
    assert await title(archive, conversation) == "Our dog"
    assert await found(archive, "our") == [conversation]
    await archive.rename_conversation(conversation, "  ")
    assert await title(archive, conversation) == "What is it?"
    assert await found(archive, "our") == []


async def test_a_title_can_be_taken_back_before_the_first_turn_is_taken(archive: Archive) -> None:
    queued = await archive.turns.submit(None, NewQuestion("waits", "What is it?"))
    await archive.rename_conversation(queued.conversation, "Ours")
    await archive.rename_conversation(queued.conversation, "")
    assert await title(archive, queued.conversation) == "What is it?"


async def test_conversations_are_listed_newest_first(archive: Archive) -> None:
    first = (await ask(archive, "one", "1")).conversation
    second = (await ask(archive, "two", "2")).conversation
    await ask(archive, "three", "3", first)
    assert await found(archive, "") == [first, second]
    assert [it.id for it in await archive.list_conversations("", 1)] == [first]
    assert sorted(await archive.list_conversation_ids()) == [first, second]


async def test_a_deleted_conversation_is_hidden_everywhere_until_it_is_restored(
    archive: Archive, first: StartedTurn, second: StartedTurn
) -> None:
    conversation = first.conversation
    await archive.turns.submit(conversation, NewQuestion("waits", "And?"))
    before = await archive.read_conversation(conversation)
    await archive.delete_conversation(conversation)
    assert await found(archive, "") == await found(archive, "dog") == []
    assert await archive.list_conversation_ids() == []
    assert await archive.turns.read_queues() == {}
    for call in (
        archive.read_conversation(conversation),
        archive.rename_conversation(conversation, "x"),
        archive.delete_conversation(conversation),
        archive.fork_conversation(conversation, first.answer.id),
        archive.switch_branch(conversation, first.answer.id),
        archive.turns.submit(conversation, NewQuestion(new_turn(), "x")),
        archive.turns.submit(conversation, NewQuestion("waits", "And?")),
        archive.turns.edit(conversation, first.question.id, NewQuestion(new_turn(), "x")),
        archive.turns.regenerate(new_turn(), conversation, None),
        archive.turns.start("waits"),
        archive.turns.edit_queued(conversation, "waits", "x", ()),
        archive.turns.move_queued(conversation, "waits", None),
        archive.turns.remove_queued(conversation, "waits"),
        archive.turns.pause_queue(conversation),
        archive.turns.resume_queue(conversation),
    ):
        with pytest.raises(NotStored, match=f"no conversation {conversation}"):
            await call
    await archive.restore_conversation(conversation)
    after = await archive.read_conversation(conversation)
    assert (after.summary, after.messages, after.queue) == (
        before.summary,
        before.messages,
        before.queue,
    )
    assert after.is_paused
    assert await found(archive, "dog") == [conversation]


async def test_restoring_what_was_not_deleted_changes_nothing(
    archive: Archive, first: StartedTurn
) -> None:
    before = await archive.read_conversation(first.conversation)
    await archive.restore_conversation(first.conversation)
    assert await archive.read_conversation(first.conversation) == before


async def test_an_answer_that_ends_after_its_conversation_was_deleted_is_restored_with_it(
    archive: Archive,
) -> None:
    turn = await start(archive, "lemons")
    await archive.delete_conversation(turn.conversation)
    await archive.turns.save_answer(turn.answer.id, compose("app"))
    await archive.turns.end_answer(turn.conversation, ended(turn.answer, "apples"))
    assert await found(archive, "apples") == []
    await archive.restore_conversation(turn.conversation)
    assert await texts(archive, turn.conversation) == ["lemons", "apples"]
    assert await found(archive, "apples") == [turn.conversation]


async def test_a_long_conversation_is_read_in_its_order(archive: Archive) -> None:
    # A power cut does not matter here, and syncing each of these takes long.
    await set_pragma(archive, "synchronous = OFF")
    conversation = (await ask(archive, "start", "0")).conversation
    for number in range(1, 1200):
        await ask(archive, "on", str(number), conversation)
    stored = await archive.read_conversation(conversation)
    assert [it.text for it in stored.messages[1::2]] == [str(it) for it in range(1200)]


@pytest.mark.parametrize(
    "call",
    ["read_conversation", "delete_conversation", "restore_conversation", "turns.pause_queue"],
)
async def test_a_conversation_that_is_not_there_is_said_to_be_missing(
    archive: Archive, call: str
) -> None:
    with pytest.raises(NotStored, match="no conversation 99"):
        await attrgetter(call)(archive)(99)


@pytest.mark.parametrize("call", ["read_conversation", "delete_conversation"])
async def test_a_number_beyond_all_there_can_be_names_nothing(archive: Archive, call: str) -> None:
    with pytest.raises(NotStored, match="nothing of that number"):
        await getattr(archive, call)(1 << 70)

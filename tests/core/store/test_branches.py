"""Conversations as trees: what is edited, given again, forked and switched is all still there."""

import pytest
from msgspec.structs import replace

from seeshell.core.conversation import Attachment, StartedTurn, compose
from seeshell.core.errors import NotStored, StoreError
from seeshell.core.store.archive import Archive
from seeshell.core.store.stored_turns import NewQuestion

from ..stored import ask, edit, end, found, regenerate, set_pragma, start, texts


async def test_an_answer_given_again_stands_beside_the_first_and_is_shown(
    archive: Archive, first: StartedTurn
) -> None:
    again = await regenerate(archive, first.conversation, first.answer.id)
    assert again.question == (await archive.read_conversation(first.conversation)).messages[0]
    assert again.answer.parent_id == first.question.id
    assert again.answer.siblings == (first.answer.id, again.answer.id)
    await end(archive, again, "A puppy.")
    assert await texts(archive, first.conversation) == ["What is it?", "A puppy."]


@pytest.mark.parametrize("name", ["answer", "question", "last"])
async def test_an_answer_can_be_named_by_its_question_or_as_the_last_one(
    archive: Archive, first: StartedTurn, second: StartedTurn, name: str
) -> None:
    named = {"answer": second.answer.id, "question": second.question.id, "last": None}[name]
    again = await regenerate(archive, first.conversation, named)
    assert again.question.id == second.question.id


async def test_an_earlier_answer_given_again_starts_a_branch_there(
    archive: Archive, first: StartedTurn, second: StartedTurn
) -> None:
    await end(archive, await regenerate(archive, first.conversation, first.answer.id), "A puppy.")
    assert await texts(archive, first.conversation) == ["What is it?", "A puppy."]
    await ask(archive, "Whose?", "Mine.", first.conversation)
    assert await texts(archive, first.conversation) == [
        "What is it?",
        "A puppy.",
        "Whose?",
        "Mine.",
    ]


async def test_an_edit_stands_beside_the_question_with_pictures_of_its_own(
    archive: Archive,
    first: StartedTurn,
    second: StartedTurn,
    cat: Attachment,
    dog: Attachment,
) -> None:
    edited = await edit(archive, first.conversation, first.question.id, "Who?", [cat, dog])
    assert edited.question.attachments == (cat, dog)
    assert edited.question.parent_id is None
    assert edited.question.siblings == (first.question.id, edited.question.id)
    assert await texts(archive, first.conversation) == ["Who?", ""]
    later = await edit(archive, first.conversation, second.question.id, "Whose?")
    assert await texts(archive, first.conversation) == ["What is it?", "A dog.", "Whose?", ""]
    assert later.question.siblings == (second.question.id, later.question.id)


async def test_what_is_returned_of_a_turn_is_what_is_read_again(
    archive: Archive, first: StartedTurn, cat: Attachment
) -> None:
    for starting in (
        edit(archive, first.conversation, first.question.id, "Who?", [cat]),
        regenerate(archive, first.conversation, first.answer.id),
        start(archive, "And?", first.conversation, [cat]),
    ):
        turn = await starting
        stored = await archive.read_conversation(first.conversation)
        assert stored.messages[-2:] == (turn.question, turn.answer)


async def test_siblings_are_those_of_the_same_conversation_only(
    archive: Archive, first: StartedTurn
) -> None:
    other = await ask(archive, "Another", "Yes.")
    for turn in (first, other):
        question, answer = (await archive.read_conversation(turn.conversation)).messages
        assert (question.siblings, answer.siblings) == ((question.id,), (answer.id,))
        assert (turn.question.siblings, turn.answer.siblings) == (
            question.siblings,
            answer.siblings,
        )


async def test_switching_goes_to_the_newest_end_of_the_branches_through_a_message(
    archive: Archive, first: StartedTurn, second: StartedTurn
) -> None:
    conversation = first.conversation
    await end(archive, await regenerate(archive, conversation, second.answer.id), "Four.")
    await end(archive, await edit(archive, conversation, first.question.id, "Who?"), "Rex.")
    assert await texts(archive, conversation) == ["Who?", "Rex."]
    await archive.switch_branch(conversation, first.question.id)
    assert await texts(archive, conversation) == ["What is it?", "A dog.", "How old?", "Four."]
    await archive.switch_branch(conversation, second.answer.id)
    assert (await texts(archive, conversation))[-1] == "Three."
    await ask(archive, "Sure?", "Yes.", conversation)
    assert (await texts(archive, conversation))[-3:] == ["Three.", "Sure?", "Yes."]


async def test_words_of_hidden_branches_are_found(archive: Archive, first: StartedTurn) -> None:
    edited = await edit(archive, first.conversation, first.question.id, "Who?")
    await end(archive, edited, "Rex.")
    assert await found(archive, "dog") == [first.conversation]


async def test_a_fork_holds_the_branch_up_to_the_message_and_grows_by_itself(
    archive: Archive, first: StartedTurn, second: StartedTurn
) -> None:
    copy = await archive.fork_conversation(first.conversation, first.answer.id)
    original = await archive.read_conversation(first.conversation)
    assert copy == await archive.read_conversation(copy.summary.id)
    assert copy.summary.title == "What is it? (fork)"
    assert copy.summary.uuid != original.summary.uuid
    assert len(copy.messages) == 2
    for copied, source in zip(copy.messages, original.messages, strict=False):
        assert copied.uuid != source.uuid
        assert copied == replace(
            source,
            id=copied.id,
            parent_id=copied.parent_id,
            siblings=(copied.id,),
            uuid=copied.uuid,
            turn="",
        )
    await ask(archive, "Whose?", "Mine.", copy.summary.id)
    assert await texts(archive, copy.summary.id) == ["What is it?", "A dog.", "Whose?", "Mine."]
    assert await archive.read_conversation(first.conversation) == original


async def test_a_fork_keeps_its_pictures_and_words_when_the_original_is_deleted(
    archive: Archive, first: StartedTurn, dog: Attachment
) -> None:
    fork = (await archive.fork_conversation(first.conversation, first.answer.id)).summary.id
    await archive.delete_conversation(first.conversation)
    assert (await archive.read_conversation(fork)).messages[0].attachments == (dog,)
    assert await found(archive, "dog") == [fork]


async def test_a_fork_of_an_answer_that_is_being_given_is_cut_off_there(archive: Archive) -> None:
    turn = await start(archive, "Tell me")
    await archive.turns.save_answer(turn.answer.id, compose("Once upon"))
    fork = await archive.fork_conversation(turn.conversation, turn.answer.id)
    assert [it.text for it in fork.messages] == ["Tell me", "Once upon"]
    assert fork.messages[-1].finish_reason == "cancelled"
    assert await found(archive, "upon") == [fork.summary.id]


async def test_a_fork_of_a_fork_says_so_once(archive: Archive, first: StartedTurn) -> None:
    fork = await archive.fork_conversation(first.conversation, first.answer.id)
    again = await archive.fork_conversation(fork.summary.id, fork.messages[-1].id)
    assert again.summary.title == "What is it? (fork)"


async def test_a_fork_that_ends_with_a_question_gets_its_answer(
    archive: Archive, first: StartedTurn, dog: Attachment
) -> None:
    fork = (await archive.fork_conversation(first.conversation, first.question.id)).summary.id
    turn = await regenerate(archive, fork)
    assert await texts(archive, fork) == ["What is it?", ""]
    assert turn.question.attachments == (dog,)


async def test_a_message_that_the_conversation_does_not_hold_changes_nothing(
    archive: Archive, first: StartedTurn
) -> None:
    other = await ask(archive, "Another", "Yes.")
    conversation = first.conversation
    before = await archive.read_conversation(conversation)
    for message in (other.question.id, 99):
        for call in (
            edit(archive, conversation, message, "x"),
            regenerate(archive, conversation, message),
            archive.fork_conversation(conversation, message),
            archive.switch_branch(conversation, message),
        ):
            with pytest.raises(NotStored, match=f"has no message {message}"):
                await call
    with pytest.raises(NotStored, match="no question"):
        await edit(archive, conversation, first.answer.id, "x")
    with pytest.raises(NotStored, match="no conversation 99"):
        await regenerate(archive, 99)
    unknown = replace(first.question.attachments[0], sha256="0" * 64)
    with pytest.raises(NotStored, match="attach it again"):
        await edit(archive, conversation, first.question.id, "x", [unknown])
    assert await archive.read_conversation(conversation) == before
    assert len(await archive.list_conversations("", 10)) == 2


async def test_a_message_that_waits_has_no_place_in_the_tree_yet(
    archive: Archive, first: StartedTurn
) -> None:
    conversation = first.conversation
    waiting = (await archive.turns.submit(conversation, NewQuestion("waits", "And?"))).turn.question
    for call in (
        edit(archive, conversation, waiting.id, "x"),
        regenerate(archive, conversation, waiting.id),
        archive.fork_conversation(conversation, waiting.id),
        archive.switch_branch(conversation, waiting.id),
    ):
        with pytest.raises(NotStored, match="change it in the queue"):
            await call
    assert await texts(archive, conversation) == ["What is it?", "A dog."]


async def test_a_change_is_whole_or_not_at_all(archive: Archive, first: StartedTurn) -> None:
    long = await ask(archive, "long " * 4000, "answer " * 4000, first.conversation)
    before = await archive.read_conversation(first.conversation)
    # SQLite's own limit on the file's pages reports what a full disk does.
    await set_pragma(archive, "max_page_count = 1")
    with pytest.raises(StoreError, match="disk is full"):
        await archive.fork_conversation(first.conversation, long.answer.id)
    await set_pragma(archive, "max_page_count = 1000000")
    assert await archive.read_conversation(first.conversation) == before
    assert len(await archive.list_conversations("", 10)) == 1

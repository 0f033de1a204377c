"""Deleting a message with all below it, taking that back, and removing it for good."""

import pytest
from msgspec.structs import replace

from seeshell.core.conversation import Attachment, StartedTurn
from seeshell.core.errors import BadRequest, NotStored
from seeshell.core.kept import EVERYTHING, LibraryFilter
from seeshell.core.settings import Paths
from seeshell.core.store.archive import Archive
from seeshell.core.store.database import Database
from seeshell.core.store.library_page import Stretch
from seeshell.core.store.stored_conversations import StoredConversations
from seeshell.core.store.stored_library import StoredLibrary
from seeshell.core.store.stored_turns import NewQuestion

from ..stored import ask, change, edit, end, files, found, pass_days, regenerate, texts


async def test_a_deleted_question_goes_with_its_answers_and_the_head_moves_up(
    archive: Archive, first: StartedTurn, second: StartedTurn
) -> None:
    await ask(archive, "Sure?", "Yes.", first.conversation)
    shown = await archive.library.delete_branch(first.conversation, second.question.id)
    assert [it.text for it in shown.messages] == ["What is it?", "A dog."]
    assert shown.summary.message_count == 2
    assert await found(archive, "three") == await found(archive, "sure") == []
    assert await archive.find_questions("old", 10) == ()
    tree = await archive.library.read_tree(first.conversation)
    assert len(tree.ids) == 2
    (row,) = (await archive.library.list_page(EVERYTHING, "updated", Stretch(9))).rows
    assert (row.turns, row.summary.message_count) == (1, 2)


async def test_a_deleted_answer_shows_the_newest_of_the_others(
    archive: Archive, first: StartedTurn
) -> None:
    second = await end(archive, await regenerate(archive, first.conversation), "A puppy.")
    third = await end(archive, await regenerate(archive, first.conversation), "A wolf.")
    shown = await archive.library.delete_branch(first.conversation, third.answer.id)
    assert [it.text for it in shown.messages] == ["What is it?", "A puppy."]
    assert shown.messages[1].siblings == (first.answer.id, second.answer.id)
    # What is not shown can be deleted without the shown branch changing.
    shown = await archive.library.delete_branch(first.conversation, first.answer.id)
    assert shown.messages[1].siblings == (second.answer.id,)
    shown = await archive.library.delete_branch(first.conversation, second.answer.id)
    assert [it.text for it in shown.messages] == ["What is it?"]


async def test_nothing_that_is_deleted_can_be_named(
    archive: Archive, first: StartedTurn, second: StartedTurn
) -> None:
    conversation = first.conversation
    await archive.library.delete_branch(conversation, second.question.id)
    for message in (second.question.id, second.answer.id):
        with pytest.raises(NotStored):
            await archive.switch_branch(conversation, message)
        with pytest.raises(NotStored):
            await archive.fork_conversation(conversation, message)
        with pytest.raises(NotStored):
            await archive.library.delete_branch(conversation, message)
    with pytest.raises(NotStored):
        await archive.correct_answer(conversation, second.answer.id, "Four.")


async def test_all_of_a_conversation_is_not_deleted_as_a_branch(
    archive: Archive, first: StartedTurn
) -> None:
    with pytest.raises(BadRequest, match="delete the conversation"):
        await archive.library.delete_branch(first.conversation, first.question.id)
    assert await texts(archive, first.conversation) == ["What is it?", "A dog."]
    other = await end(
        archive, await edit(archive, first.conversation, first.question.id, "Who?"), "Rex."
    )
    shown = await archive.library.delete_branch(first.conversation, other.question.id)
    assert [it.text for it in shown.messages] == ["What is it?", "A dog."]


async def test_a_deletion_is_taken_back_without_what_was_deleted_inside_before(
    archive: Archive, first: StartedTurn, second: StartedTurn
) -> None:
    conversation, library = first.conversation, archive.library
    again = await end(archive, await regenerate(archive, conversation), "Four.")
    await library.delete_branch(conversation, again.answer.id)
    await library.delete_branch(conversation, second.question.id)
    deleted = (await library.read_tree(conversation)).deleted
    assert [(it.message, it.text, it.messages) for it in deleted] == [
        (second.question.id, "How old?", 2),
        (again.answer.id, "Four.", 1),
    ]
    with pytest.raises(NotStored, match=f"restore message {second.question.id} first"):
        await library.restore_branch(conversation, again.answer.id)
    shown = await library.restore_branch(conversation, second.question.id)
    assert [it.text for it in shown.messages[2:]] == ["How old?", "Three."]
    assert shown.messages[3].siblings == (second.answer.id,)
    assert await found(archive, "three") == [conversation]
    shown = await library.restore_branch(conversation, again.answer.id)
    assert [it.text for it in shown.messages[2:]] == ["How old?", "Four."]
    assert await library.restore_branch(conversation, again.answer.id) == shown
    assert (await library.read_tree(conversation)).deleted == ()


async def test_a_branch_is_removed_for_good_after_thirty_days_with_its_pictures(
    archive: Archive, paths: Paths, first: StartedTurn, cat: Attachment
) -> None:
    conversation = first.conversation
    second = await ask(archive, "And this?", "A cat.", conversation, pictures=[cat])
    await archive.library.delete_branch(conversation, second.question.id)
    age_branches(paths, 29)
    pass_days(paths, 2)
    assert await archive.purge() == []
    assert len(files(paths)) == 2
    await archive.library.restore_branch(conversation, second.question.id)
    await archive.library.delete_branch(conversation, second.question.id)
    age_branches(paths, 31)
    await archive.purge()
    assert [it.name for it in files(paths)] == [first.question.attachments[0].sha256]
    with pytest.raises(NotStored, match="30 days"):
        await archive.library.restore_branch(conversation, second.question.id)
    assert await texts(archive, conversation) == ["What is it?", "A dog."]


def age_branches(paths: Paths, days: int) -> None:
    change(paths, f"UPDATE message SET deleted_at = deleted_at - {86_400 * days}")


async def test_a_branch_is_removed_with_what_was_deleted_below_it_later(
    archive: Archive, paths: Paths, first: StartedTurn, second: StartedTurn
) -> None:
    await archive.library.delete_branch(first.conversation, second.answer.id)
    age_branches(paths, -100)
    await archive.library.delete_branch(first.conversation, second.question.id)
    age_branches(paths, 31)
    await archive.purge()
    assert (await archive.library.read_tree(first.conversation)).deleted == ()


async def test_a_long_branch_is_removed_in_steps_and_can_not_be_restored_between_them(
    archive: Archive, paths: Paths, first: StartedTurn
) -> None:
    conversation = first.conversation
    asked = await ask(archive, "1", "one", conversation)
    for number in range(2, 130):
        await ask(archive, str(number), "yes", conversation)
    await archive.library.delete_branch(conversation, asked.question.id)
    await archive.close()
    database = Database(paths)
    stored = StoredLibrary(database, StoredConversations(database))
    assert stored.purge_branches(1e12)
    with pytest.raises(NotStored):
        stored.restore_branch(conversation, asked.question.id)
    assert not stored.purge_branches(0.0)
    left = database.connection.execute("SELECT count(*) FROM message").fetchone()[0]
    words = database.connection.execute("SELECT count(*) FROM message_words").fetchone()[0]
    database.close()
    assert (left, words) == (2, 2)


async def test_a_turn_sent_again_after_its_branch_was_deleted_is_not_asked_again(
    archive: Archive, first: StartedTurn, second: StartedTurn
) -> None:
    await archive.library.delete_branch(first.conversation, second.question.id)
    again = await archive.turns.submit(first.conversation, NewQuestion(second.id, "How old?"))
    assert not again.is_new
    assert await texts(archive, first.conversation) == ["What is it?", "A dog."]


async def test_a_deleted_branch_goes_to_the_bin_and_back_with_its_conversation(
    archive: Archive, first: StartedTurn, second: StartedTurn
) -> None:
    conversation = first.conversation
    await archive.library.delete_branch(conversation, second.question.id)
    await archive.delete_conversation(conversation)
    with pytest.raises(NotStored):
        await archive.library.restore_branch(conversation, second.question.id)
    (row,) = (
        await archive.library.list_page(LibraryFilter(shelf="bin"), "updated", Stretch(9))
    ).rows
    assert row.turns == 1
    await archive.restore_conversation(conversation)
    shown = await archive.library.restore_branch(conversation, second.question.id)
    assert len(shown.messages) == 4
    assert replace(shown.summary, message_count=0) == replace(row.summary, message_count=0)

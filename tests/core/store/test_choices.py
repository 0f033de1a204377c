"""What a conversation keeps beside its messages, and what prompts leave out."""

import pytest
from msgspec.structs import replace

from seeshell.core.conversation import Attachment, StartedTurn
from seeshell.core.errors import NotStored
from seeshell.core.generation_options import (
    NO_OPTIONS,
    ConversationChoices,
    GenerationOptions,
)
from seeshell.core.store.archive import Archive
from seeshell.core.store.stored_turns import NewQuestion

from ..stored import texts

CHOICES = ConversationChoices("demo", "/adapters/birds", "terse")
OPTIONS = GenerationOptions(system="In one word.", temperature=0.0, thinking=False, pixel_budget=64)


async def test_a_new_conversation_keeps_what_its_first_turn_chose(archive: Archive) -> None:
    queued = await archive.turns.submit(None, NewQuestion("t", "What?"), CHOICES)
    stored = await archive.read_conversation(queued.conversation)
    assert stored.summary.choices == CHOICES
    assert (await archive.list_conversations("", 10))[0].choices == CHOICES
    started = await archive.turns.start("t")
    assert started.choices == CHOICES


async def test_a_later_turn_leaves_the_choices_unless_it_makes_others(
    archive: Archive, first: StartedTurn
) -> None:
    await archive.choose_for_conversation(first.conversation, CHOICES)
    await archive.turns.submit(first.conversation, NewQuestion("t", "And?"))
    stored = await archive.read_conversation(first.conversation)
    assert stored.summary.choices == CHOICES
    other = replace(CHOICES, preset="")
    await archive.turns.submit(first.conversation, NewQuestion("u", "And?"), other)
    stored = await archive.read_conversation(first.conversation)
    assert stored.summary.choices == other


async def test_a_fork_keeps_the_choices(archive: Archive, first: StartedTurn) -> None:
    await archive.choose_for_conversation(first.conversation, CHOICES)
    fork = await archive.fork_conversation(first.conversation, first.answer.id)
    assert fork.summary.choices == CHOICES


async def test_a_turn_keeps_its_options_until_it_is_taken(
    archive: Archive, first: StartedTurn
) -> None:
    conversation = first.conversation
    await archive.turns.submit(conversation, NewQuestion("a", "And?", options=OPTIONS))
    await archive.turns.edit(
        conversation, first.question.id, NewQuestion("b", "Who?", options=OPTIONS)
    )
    await archive.turns.regenerate("c", conversation, first.answer.id, OPTIONS)
    queue = (await archive.read_conversation(conversation)).queue
    assert [turn.options for turn in queue] == [OPTIONS] * 3
    assert [(await archive.turns.start(turn)).options for turn in "abc"] == [OPTIONS] * 3
    await archive.turns.submit(conversation, NewQuestion("d", "And?"))
    assert (await archive.turns.start("d")).options == NO_OPTIONS


async def test_messages_and_single_pictures_are_left_out_and_taken_in_again(
    archive: Archive, cat: Attachment, dog: Attachment
) -> None:
    queued = await archive.turns.submit(None, NewQuestion("t", "What?", [cat, dog]))
    started = await archive.turns.start("t")
    conversation, question = queued.conversation, started.question.id
    changed = await archive.leave_out(
        conversation, [started.answer.id], [(question, 1)], is_left_out=True
    )
    # An answer takes its question along.
    assert [message.is_left_out for message in changed.messages] == [True, True]
    assert [it.is_left_out for it in changed.messages[0].attachments] == [False, True]
    changed = await archive.leave_out(
        conversation, [started.answer.id], [(question, 1)], is_left_out=False
    )
    assert changed.messages[0].attachments == (cat, dog)
    assert not any(message.is_left_out for message in changed.messages)


async def test_nothing_is_left_out_where_one_of_it_is_not_there(
    archive: Archive, first: StartedTurn
) -> None:
    question = first.question.id
    with pytest.raises(NotStored, match="no picture 3"):
        await archive.leave_out(first.conversation, [question], [(question, 2)], is_left_out=True)
    with pytest.raises(NotStored, match="no message 99"):
        await archive.leave_out(first.conversation, [question, 99], [], is_left_out=True)
    stored = await archive.read_conversation(first.conversation)
    assert not any(message.is_left_out for message in stored.messages)


async def test_a_corrected_answer_stands_beside_the_models_and_is_shown(
    archive: Archive, first: StartedTurn
) -> None:
    changed = await archive.correct_answer(first.conversation, first.answer.id, "A cat, asleep.")
    corrected = changed.messages[-1]
    assert (corrected.text, corrected.is_corrected) == ("A cat, asleep.", True)
    assert (corrected.model, corrected.finish_reason) == ("", "stop")
    assert corrected.siblings == (first.answer.id, corrected.id)
    assert (await texts(archive, first.conversation))[-1] == "A cat, asleep."
    assert [it.id for it in await archive.list_conversations("asleep", 10)] == [first.conversation]
    fork = await archive.fork_conversation(first.conversation, corrected.id)
    assert fork.messages[-1].is_corrected


async def test_a_question_can_not_be_corrected(archive: Archive, first: StartedTurn) -> None:
    with pytest.raises(NotStored, match="no answer"):
        await archive.correct_answer(first.conversation, first.question.id, "x")

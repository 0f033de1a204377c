"""A turn that is withdrawn takes out the rows that it added, and nothing else."""

import pytest

from seeshell.core.conversation import Attachment, StartedTurn
from seeshell.core.errors import NotStored
from seeshell.core.store.archive import Archive
from seeshell.core.store.stored_turns import NewQuestion

from ..stored import ask, edit, end, found, regenerate, start, texts


async def test_a_withdrawn_turn_leaves_the_conversation_as_it_was(
    archive: Archive, first: StartedTurn, second: StartedTurn, cat: Attachment
) -> None:
    conversation = first.conversation
    await archive.turns.submit(conversation, NewQuestion("waits", "And?"))
    before = await archive.read_conversation(conversation)
    for starting in (
        start(archive, "walnuts?", conversation, [cat]),
        edit(archive, conversation, first.question.id, "walnuts?", [cat]),
        edit(archive, conversation, second.question.id, "walnuts?", [cat]),
        regenerate(archive, conversation),
        regenerate(archive, conversation, first.question.id),
    ):
        assert await archive.turns.withdraw(await starting) == before
        assert await archive.read_conversation(conversation) == before
    assert await found(archive, "walnuts") == []


async def test_an_older_branch_that_was_shown_is_shown_again(archive: Archive) -> None:
    first = await ask(archive, "cats?", "yes")
    other = await end(archive, await regenerate(archive, first.conversation), "no")
    before = await archive.switch_branch(first.conversation, first.answer.id)
    again = await regenerate(archive, first.conversation, other.answer.id)
    assert await archive.turns.withdraw(again) == before


@pytest.mark.parametrize("times", [1, 2])
async def test_a_fork_that_ends_with_a_question_keeps_it_whatever_is_withdrawn(
    archive: Archive, first: StartedTurn, times: int
) -> None:
    fork = await archive.fork_conversation(first.conversation, first.question.id)
    for _ in range(times):
        turn = await regenerate(archive, fork.summary.id)
        assert turn.added == (turn.answer.id,)
        assert await archive.turns.withdraw(turn) == fork
    turn = await start(archive, "And?", fork.summary.id)
    assert turn.added == (turn.question.id, turn.answer.id)
    assert await archive.turns.withdraw(turn) == fork
    assert await texts(archive, fork.summary.id) == ["What is it?"]


async def test_a_conversation_that_the_turn_had_made_is_gone_but_its_pictures_are_not(
    archive: Archive, cat: Attachment
) -> None:
    turn = await start(archive, "cats?", pictures=[cat])
    assert await archive.turns.withdraw(turn) is None
    assert await found(archive, "") == await found(archive, "cats") == []
    with pytest.raises(NotStored):
        await archive.read_conversation(turn.conversation)
    assert await archive.pictures.find([cat.sha256]) == [cat]


async def test_a_conversation_in_which_more_waits_stays(archive: Archive) -> None:
    turn = await start(archive, "cats?")
    waits = await archive.turns.submit(turn.conversation, NewQuestion("waits", "dogs?"))
    restored = await archive.turns.withdraw(turn)
    assert restored is not None
    assert (restored.messages, restored.queue) == ((), (waits.turn,))
    assert restored.summary.title == "dogs?"
    assert await found(archive, "cats") == []
    turn = await end(archive, await archive.turns.start("waits"), "Yes.")
    assert await texts(archive, turn.conversation) == ["dogs?", "Yes."]


async def test_a_turn_that_waits_for_another_answer_to_a_withdrawn_question_goes_with_it(
    archive: Archive, first: StartedTurn
) -> None:
    before = await archive.read_conversation(first.conversation)
    turn = await start(archive, "And?", first.conversation)
    await archive.turns.regenerate("again", first.conversation, turn.question.id)
    assert await archive.turns.withdraw(turn) == before


async def test_a_branch_that_the_user_has_chosen_meanwhile_stays_shown(
    archive: Archive, first: StartedTurn
) -> None:
    turn = await regenerate(archive, first.conversation)
    shown = await archive.switch_branch(first.conversation, first.answer.id)
    restored = await archive.turns.withdraw(turn)
    assert restored is not None
    assert [it.id for it in restored.messages] == [it.id for it in shown.messages]


async def test_a_withdrawn_turn_can_be_sent_again_under_its_id(
    archive: Archive, first: StartedTurn
) -> None:
    await archive.turns.submit(first.conversation, NewQuestion("t", "And?"))
    await archive.turns.withdraw(await archive.turns.start("t"))
    assert (await archive.turns.submit(first.conversation, NewQuestion("t", "And?"))).is_new

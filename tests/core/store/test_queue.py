"""Turns wait in the store: whole, in order, once each, until they are taken."""

from collections.abc import Awaitable, Callable

import pytest

from seeshell.core.conversation import Attachment, Queue, Queued, StartedTurn, TextPart
from seeshell.core.errors import NotStored, StoreError
from seeshell.core.pictures.workers import PictureWorkers
from seeshell.core.settings import Paths, Settings
from seeshell.core.store.archive import Archive
from seeshell.core.store.stored_turns import NewQuestion

from ..stored import ask, end, found, regenerate, set_pragma, texts


async def waiting(archive: Archive, conversation: int) -> list[str]:
    """The ids of the turns that wait, in order."""
    return [turn.id for turn in (await archive.read_conversation(conversation)).queue]


async def queue_three(archive: Archive, conversation: int | None = None) -> int:
    for turn in ("a", "b", "c"):
        queued = await archive.turns.submit(conversation, NewQuestion(turn, f"question {turn}"))
        conversation = queued.conversation
    assert conversation is not None
    return conversation


async def test_a_question_is_stored_as_it_waits_and_gets_its_place_when_it_is_taken(
    archive: Archive, first: StartedTurn, cat: Attachment
) -> None:
    conversation = first.conversation
    before = await archive.read_conversation(conversation)
    queued = await archive.turns.submit(conversation, NewQuestion("b", "And?", [cat]))
    assert queued.is_new
    assert (queued.turn.id, queued.turn.kind) == ("b", "submit")
    assert queued.turn.question.parts == (cat, TextPart("And?"))
    assert (queued.turn.question.parent_id, queued.turn.question.siblings) == (None, ())

    waits = await archive.read_conversation(conversation)
    assert (waits.summary, waits.messages) == (before.summary, before.messages)
    assert waits.queue == (queued.turn,)
    assert await found(archive, "and") == [conversation]

    turn = await archive.turns.start("b")
    question = turn.question
    assert (question.id, question.uuid) == (queued.turn.question.id, queued.turn.question.uuid)
    assert question.parent_id == first.answer.id
    assert (question.turn, turn.answer.turn) == ("b", "b")
    taken = await archive.read_conversation(conversation)
    assert taken.messages == (*before.messages, question, turn.answer)
    assert taken.queue == ()
    assert taken.summary.updated_at > before.summary.updated_at


async def test_a_question_follows_the_answer_that_was_shown_when_it_was_taken(
    archive: Archive, first: StartedTurn
) -> None:
    await archive.turns.submit(first.conversation, NewQuestion("later", "And?"))
    again = await end(archive, await regenerate(archive, first.conversation), "A puppy.")
    turn = await archive.turns.start("later")
    assert turn.question.parent_id == again.answer.id
    assert await texts(archive, first.conversation) == ["What is it?", "A puppy.", "And?", ""]


async def test_a_branch_ends_with_its_newest_answer_though_its_question_waited_long(
    archive: Archive, first: StartedTurn
) -> None:
    conversation = first.conversation
    await archive.turns.submit(conversation, NewQuestion("early", "And?"))
    again = await end(archive, await regenerate(archive, conversation), "A puppy.")
    turn = await end(archive, await archive.turns.start("early"), "Brown.")
    assert turn.question.id < again.answer.id
    await archive.switch_branch(conversation, first.answer.id)
    await archive.switch_branch(conversation, again.answer.id)
    assert (await texts(archive, conversation))[-1] == "Brown."


AND = NewQuestion("t", "And?")

SUBMISSIONS: dict[str, Callable[[Archive, StartedTurn], Awaitable[Queued]]] = {
    "submit": lambda archive, first: archive.turns.submit(first.conversation, AND),
    "submit to a new conversation": lambda archive, _: archive.turns.submit(None, AND),
    "edit": lambda archive, first: archive.turns.edit(first.conversation, first.question.id, AND),
    "regenerate": lambda archive, first: archive.turns.regenerate("t", first.conversation, None),
}


@pytest.mark.parametrize("kind", SUBMISSIONS)
async def test_a_turn_that_is_sent_again_after_a_lost_reply_is_stored_once(
    archive: Archive, first: StartedTurn, paths: Paths, kind: str
) -> None:
    async def send(archive: Archive) -> Queued:
        return await SUBMISSIONS[kind](archive, first)

    queued = await send(archive)
    assert await send(archive) == queued._replace(is_new=False)
    turn = await archive.turns.start("t")
    stored = await archive.read_conversation(turn.conversation)
    listed = await archive.list_conversations("", 10)

    async def is_known(archive: Archive) -> bool:
        again = await send(archive)
        return (
            again == (turn.conversation, again.turn, False)
            and (again.turn.id, again.turn.question) == ("t", turn.question)
            and await archive.list_conversations("", 10) == listed
        )

    assert await is_known(archive)
    assert await archive.read_conversation(turn.conversation) == stored
    await end(archive, turn, "Yes.")
    listed = await archive.list_conversations("", 10)
    assert await is_known(archive)
    after_restart = await Archive.open(paths, Settings().max_pixels, PictureWorkers())
    assert await is_known(after_restart)
    await after_restart.close()


async def test_a_turn_that_was_not_stored_can_be_sent_again(archive: Archive) -> None:
    await set_pragma(archive, "query_only = ON")
    with pytest.raises(StoreError, match="only be read"):
        await archive.turns.submit(None, NewQuestion("t", "And?"))
    await set_pragma(archive, "query_only = OFF")
    assert (await archive.turns.submit(None, NewQuestion("t", "And?"))).is_new


async def test_pictures_are_measured_when_the_turn_is_taken(
    archive: Archive, first: StartedTurn, cat: Attachment, dog: Attachment
) -> None:
    def measured(picture: Attachment, tokens: int) -> Attachment:
        return Attachment(
            picture.sha256, picture.name, picture.width, picture.height, 32, 24, tokens
        )

    await archive.turns.submit(first.conversation, NewQuestion("t", "And?", [cat, dog]))
    turn = await archive.turns.start("t", [measured(cat, 7), measured(dog, 8)])
    assert turn.question.parts == (measured(cat, 7), measured(dog, 8), TextPart("And?"))
    await archive.turns.regenerate("again", first.conversation, turn.question.id)
    again = await archive.turns.start("again", [measured(cat, 9), measured(dog, 10)])
    assert [it.tokens for it in again.question.attachments] == [9, 10]
    stored = await archive.read_conversation(first.conversation)
    assert stored.messages[-2] == again.question


async def test_turns_are_listed_and_moved_in_their_order(archive: Archive) -> None:
    conversation = await queue_three(archive)
    assert await waiting(archive, conversation) == ["a", "b", "c"]
    for turn, before, order in (
        ("c", "a", "cab"),
        ("a", None, "cba"),
        ("c", "a", "bca"),
        ("b", "b", "bca"),
        ("b", "c", "bca"),
    ):
        queue = await archive.turns.move_queued(conversation, turn, before)
        assert [it.id for it in queue.turns] == list(order)
        assert await waiting(archive, conversation) == list(order)
    await archive.turns.start("c")
    await archive.turns.submit(conversation, NewQuestion("d", "question d"))
    assert await waiting(archive, conversation) == ["b", "a", "d"]


async def test_a_queued_question_is_edited_with_its_pictures_and_words(
    archive: Archive, first: StartedTurn, cat: Attachment
) -> None:
    conversation = await queue_three(archive, first.conversation)
    queue = await archive.turns.edit_queued(conversation, "b", "lemons", [cat])
    assert queue.turns[1].question.parts == (cat, TextPart("lemons"))
    assert (await archive.read_conversation(conversation)).queue == queue.turns
    assert await found(archive, "lemons") == [conversation]
    turn = await archive.turns.start("b")
    assert turn.question.parts == (cat, TextPart("lemons"))


async def test_a_title_follows_the_first_question_until_it_is_taken(archive: Archive) -> None:
    conversation = await queue_three(archive)

    async def title() -> str:
        return (await archive.read_conversation(conversation)).summary.title

    await archive.turns.edit_queued(conversation, "a", "lemons", ())
    assert await title() == "lemons"
    await archive.turns.edit_queued(conversation, "b", "apples", ())
    assert await title() == "lemons"
    await archive.turns.remove_queued(conversation, "a")
    assert await title() == "apples"
    await archive.rename_conversation(conversation, "Fruit")
    await archive.turns.remove_queued(conversation, "b")
    assert await title() == "Fruit"


async def test_removing_a_turn_takes_its_question_out_and_nothing_else(
    archive: Archive, first: StartedTurn
) -> None:
    before = await archive.read_conversation(first.conversation)
    await archive.turns.submit(first.conversation, NewQuestion("s", "walnuts"))
    await archive.turns.edit(first.conversation, first.question.id, NewQuestion("e", "walnuts"))
    await archive.turns.regenerate("r", first.conversation, None)
    for turn in ("r", "s", "e"):
        after = await archive.turns.remove_queued(first.conversation, turn)
    assert after == before == await archive.read_conversation(first.conversation)
    assert await found(archive, "walnuts") == []
    assert (await archive.turns.submit(first.conversation, NewQuestion("s", "walnuts"))).is_new


async def test_removing_the_only_turn_of_a_new_conversation_removes_that(archive: Archive) -> None:
    conversation = await queue_three(archive)
    for turn in ("b", "a"):
        assert await archive.turns.remove_queued(conversation, turn) is not None
    assert await archive.turns.remove_queued(conversation, "c") is None
    assert await found(archive, "") == await found(archive, "question") == []


async def test_a_queue_is_paused_and_resumed_and_an_empty_one_never_is(
    archive: Archive, first: StartedTurn
) -> None:
    conversation = first.conversation
    assert await archive.turns.pause_queue(conversation) == Queue()
    queued = await archive.turns.submit(conversation, NewQuestion("a", "And?"))
    assert not (await archive.read_conversation(conversation)).is_paused
    assert await archive.turns.pause_queue(conversation) == Queue((queued.turn,), is_paused=True)
    await archive.turns.submit(conversation, NewQuestion("b", "And?"))
    assert (await archive.read_conversation(conversation)).is_paused
    assert not (await archive.turns.resume_queue(conversation)).is_paused
    await archive.turns.pause_queue(conversation)
    for turn in ("a", "b"):
        after = await archive.turns.remove_queued(conversation, turn)
    assert after is not None
    assert not after.is_paused
    await archive.turns.submit(conversation, NewQuestion("c", "And?"))
    assert not (await archive.read_conversation(conversation)).is_paused


async def test_a_core_that_starts_finds_all_queues_paused(
    archive: Archive, first: StartedTurn, paths: Paths
) -> None:
    later = await queue_three(archive)
    await archive.turns.regenerate("z", first.conversation, None)
    await ask(archive, "nothing", "waits here")
    queues = await archive.turns.read_queues()
    assert list(queues) == [later, first.conversation]
    assert [it.id for it in queues[later].turns] == ["a", "b", "c"]
    assert not any(it.is_paused for it in queues.values())
    again = await Archive.open(paths, Settings().max_pixels, PictureWorkers())
    paused = await again.turns.read_queues()
    assert paused == {it: queue._replace(is_paused=True) for it, queue in queues.items()}
    await again.close()


async def test_a_turn_that_does_not_wait_where_it_is_looked_for_changes_nothing(
    archive: Archive, first: StartedTurn
) -> None:
    other = await queue_three(archive)
    queued = await archive.turns.submit(first.conversation, NewQuestion("here", "And?"))
    here = queued.conversation
    await archive.turns.regenerate("again", here, None)
    await archive.turns.submit(here, NewQuestion("taken", "And?"))
    await archive.turns.start("taken")
    before = await archive.turns.read_queues()
    for call in (
        archive.turns.start("nowhere"),
        archive.turns.start("taken"),
        archive.turns.edit_queued(here, "a", "x", ()),
        archive.turns.edit_queued(here, "taken", "x", ()),
        archive.turns.move_queued(here, "a", None),
        archive.turns.move_queued(here, "here", "a"),
        archive.turns.remove_queued(here, "a"),
        archive.turns.remove_queued(here, "taken"),
    ):
        with pytest.raises(NotStored, match="not queued any more"):
            await call
    with pytest.raises(NotStored, match="no text to edit"):
        await archive.turns.edit_queued(here, "again", "x", ())
    with pytest.raises(NotStored, match="no conversation 99"):
        await archive.turns.submit(99, NewQuestion(" ", "x"))
    with pytest.raises(NotStored, match="ask first"):
        await archive.turns.regenerate(" ", other, None)
    assert await archive.turns.read_queues() == before

"""Conversations as trees: what is edited, given again, forked and switched is all still there."""

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from seeshell.core.conversation import Attachment, Message, StartedTurn
from seeshell.core.errors import NotStored, StoreError
from seeshell.core.store.store import Store

from ..stored import CAT, DOG, ended


def end(store: Store, turn: StartedTurn, text: str) -> Message:
    answer = ended(turn.answer, text)
    store.end_answer(turn.conversation, answer)
    return answer


def ask(
    store: Store,
    text: str,
    answer: str,
    conversation: int | None = None,
    pictures: Sequence[Attachment] = (),
) -> StartedTurn:
    turn = store.start_turn(conversation, text, pictures)
    end(store, turn, answer)
    return turn


def texts(store: Store, conversation: int) -> list[str]:
    return [message.text for message in store.read_conversation(conversation).messages]


@pytest.fixture
def first(store: Store) -> StartedTurn:
    return ask(store, "What is it?", "A dog.", pictures=[DOG])


@pytest.fixture
def second(store: Store, first: StartedTurn) -> StartedTurn:
    return ask(store, "How old?", "Three.", first.conversation)


def test_an_answer_given_again_stands_beside_the_first_and_is_shown(
    store: Store, first: StartedTurn
) -> None:
    again = store.regenerate_answer(first.conversation, first.answer.id)
    assert again.question == store.read_conversation(first.conversation).messages[0]
    assert again.answer.parent_id == first.question.id
    assert again.answer.siblings == (first.answer.id, again.answer.id)
    end(store, again, "A puppy.")
    assert texts(store, first.conversation) == ["What is it?", "A puppy."]


@pytest.mark.parametrize("name", ["answer", "question", "last"])
def test_an_answer_can_be_named_by_its_question_or_as_the_last_one(
    store: Store, first: StartedTurn, second: StartedTurn, name: str
) -> None:
    named = {"answer": second.answer.id, "question": second.question.id, "last": None}[name]
    again = store.regenerate_answer(first.conversation, named)
    assert again.question.id == second.question.id


def test_an_earlier_answer_given_again_starts_a_branch_there(
    store: Store, first: StartedTurn, second: StartedTurn
) -> None:
    end(store, store.regenerate_answer(first.conversation, first.answer.id), "A puppy.")
    assert texts(store, first.conversation) == ["What is it?", "A puppy."]
    ask(store, "Whose?", "Mine.", first.conversation)
    assert texts(store, first.conversation) == ["What is it?", "A puppy.", "Whose?", "Mine."]


def test_an_edit_stands_beside_the_question_with_pictures_of_its_own(
    store: Store, first: StartedTurn, second: StartedTurn
) -> None:
    edit = store.edit_question(first.conversation, first.question.id, "Who?", [CAT, DOG])
    assert edit.question.attachments == (CAT, DOG)
    assert edit.question.parent_id is None
    assert edit.question.siblings == (first.question.id, edit.question.id)
    assert texts(store, first.conversation) == ["Who?", ""]
    later = store.edit_question(first.conversation, second.question.id, "Whose?", [])
    assert texts(store, first.conversation) == ["What is it?", "A dog.", "Whose?", ""]
    assert later.question.siblings == (second.question.id, later.question.id)


def test_what_is_returned_of_a_turn_is_what_is_read_again(store: Store, first: StartedTurn) -> None:
    for start in (
        lambda: store.edit_question(first.conversation, first.question.id, "Who?", [CAT]),
        lambda: store.regenerate_answer(first.conversation, first.answer.id),
        lambda: store.start_turn(first.conversation, "And?", [DOG]),
    ):
        turn = start()
        stored = store.read_conversation(first.conversation).messages
        assert stored[-2:] == (turn.question, turn.answer)


def test_siblings_are_those_of_the_same_conversation_only(store: Store, first: StartedTurn) -> None:
    other = ask(store, "Another", "Yes.")
    for turn in (first, other):
        question, answer = store.read_conversation(turn.conversation).messages
        assert (question.siblings, answer.siblings) == ((question.id,), (answer.id,))
        assert (turn.question.siblings, turn.answer.siblings) == (
            question.siblings,
            answer.siblings,
        )


def test_switching_goes_to_the_newest_end_of_the_branches_through_a_message(
    store: Store, first: StartedTurn, second: StartedTurn
) -> None:
    conversation = first.conversation
    end(store, store.regenerate_answer(conversation, second.answer.id), "Four.")
    end(store, store.edit_question(conversation, first.question.id, "Who?", []), "Rex.")
    assert texts(store, conversation) == ["Who?", "Rex."]
    store.switch_branch(conversation, first.question.id)
    assert texts(store, conversation) == ["What is it?", "A dog.", "How old?", "Four."]
    store.switch_branch(conversation, second.answer.id)
    assert texts(store, conversation)[-1] == "Three."
    ask(store, "Sure?", "Yes.", conversation)
    assert texts(store, conversation)[-3:] == ["Three.", "Sure?", "Yes."]


def test_words_and_pictures_of_hidden_branches_are_found_and_kept(
    store: Store, first: StartedTurn
) -> None:
    end(store, store.edit_question(first.conversation, first.question.id, "Who?", []), "Rex.")
    assert [it.id for it in store.list_conversations("dog", 10)] == [first.conversation]
    assert store.forget_unused_pictures(attached_before=1e12) == [CAT.sha256]
    assert store.delete_conversation(first.conversation) == [DOG.sha256]


def test_a_fork_holds_the_branch_up_to_the_message_and_grows_by_itself(
    store: Store, first: StartedTurn, second: StartedTurn
) -> None:
    fork = store.fork_conversation(first.conversation, first.answer.id)
    original = store.read_conversation(first.conversation)
    copy = store.read_conversation(fork)
    assert copy.summary.title == "What is it? (fork)"
    for copied, source in zip(copy.messages, original.messages, strict=False):
        assert copied == replace(
            source, id=copied.id, parent_id=copied.parent_id, siblings=(copied.id,)
        )
    ask(store, "Whose?", "Mine.", fork)
    assert texts(store, fork) == ["What is it?", "A dog.", "Whose?", "Mine."]
    assert store.read_conversation(first.conversation) == original


def test_a_fork_keeps_its_pictures_and_words_when_the_original_is_deleted(
    store: Store, first: StartedTurn
) -> None:
    fork = store.fork_conversation(first.conversation, first.answer.id)
    assert store.delete_conversation(first.conversation) == []
    assert store.read_conversation(fork).messages[0].attachments == (DOG,)
    assert [it.id for it in store.list_conversations("dog", 10)] == [fork]
    assert store.delete_conversation(fork) == [DOG.sha256]


def test_a_fork_of_a_fork_says_so_once(store: Store, first: StartedTurn) -> None:
    fork = store.fork_conversation(first.conversation, first.answer.id)
    last = store.read_conversation(fork).messages[-1]
    again = store.fork_conversation(fork, last.id)
    assert store.read_conversation(again).summary.title == "What is it? (fork)"


def test_a_fork_that_ends_with_a_question_gets_its_answer(store: Store, first: StartedTurn) -> None:
    fork = store.fork_conversation(first.conversation, first.question.id)
    turn = store.regenerate_answer(fork, None)
    assert texts(store, fork) == ["What is it?", ""]
    assert turn.question.attachments == (DOG,)


def test_a_message_that_the_conversation_does_not_hold_changes_nothing(
    store: Store, first: StartedTurn
) -> None:
    other = ask(store, "Another", "Yes.")
    before = store.read_conversation(first.conversation)
    for message in (other.question.id, 99):
        calls = (
            lambda it=message: store.edit_question(first.conversation, it, "x", []),
            lambda it=message: store.regenerate_answer(first.conversation, it),
            lambda it=message: store.fork_conversation(first.conversation, it),
            lambda it=message: store.switch_branch(first.conversation, it),
        )
        for call in calls:
            with pytest.raises(NotStored, match=f"has no message {message}"):
                call()
    with pytest.raises(NotStored, match="no question"):
        store.edit_question(first.conversation, first.answer.id, "x", [])
    with pytest.raises(NotStored, match="no conversation 99"):
        store.regenerate_answer(99, None)
    with pytest.raises(NotStored, match="attach it again"):
        store.edit_question(
            first.conversation, first.question.id, "x", [replace(CAT, sha256="0" * 64)]
        )
    assert store.read_conversation(first.conversation) == before
    assert len(store.list_conversations("", 10)) == 2


def test_a_change_is_whole_or_not_at_all(store: Store, first: StartedTurn) -> None:
    long = ask(store, "long " * 4000, "answer " * 4000, first.conversation)
    before = store.read_conversation(first.conversation)
    # SQLite's own limit on the file's pages reports what a full disk does.
    store._database.execute("PRAGMA max_page_count = 1")
    with pytest.raises(StoreError, match="disk is full"):
        store.fork_conversation(first.conversation, long.answer.id)
    store._database.execute("PRAGMA max_page_count = 1000000")
    assert store.read_conversation(first.conversation) == before
    assert len(store.list_conversations("", 10)) == 1

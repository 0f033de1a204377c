"""A picture that is there already, or looks like one that is, is named with it."""

from pathlib import Path

import pytest

from seeshell.core.conversation import Attachment, Conversation, ConversationSummary, Message
from seeshell.tui.chat.chip_rows import like_words
from seeshell.tui.session.broadcast import Broadcast
from seeshell.tui.session.draft import Draft, DraftPicture, EditedMessage
from seeshell.tui.session.events import AnswerStarted, ConversationShown
from seeshell.tui.session.likenesses import Likenesses


def stored(letter: str) -> Attachment:
    return Attachment(letter * 64, f"{letter}.jpg", 40, 30)


def attached(letter: str, *alike: str) -> DraftPicture:
    """A picture that the core has attached after those that look like it."""
    return DraftPicture(Path(letter), stored(letter), alike=tuple(it * 64 for it in alike))


def asked(number: int, parent: int | None, *letters: str) -> Message:
    return Message(number, parent, "user", tuple(map(stored, letters)), 0.0)


def answered(number: int, parent: int) -> Message:
    return Message(number, parent, "assistant", (), 0.0, finish_reason="stop")


@pytest.fixture
def events() -> Broadcast:
    return Broadcast()


@pytest.fixture
def likenesses(events: Broadcast) -> Likenesses:
    found = Likenesses(events)
    messages = (asked(1, None, "a"), answered(2, 1), asked(3, 2, "b", "a"), answered(4, 3))
    conversation = Conversation(ConversationSummary(1, "", 0.0, 0.0, 4), messages)
    events.tell(ConversationShown(conversation, Draft()))
    return found


def words(likenesses: Likenesses, draft: Draft) -> list[str]:
    found = likenesses.find(draft)
    return [like_words(found[it.id]) if it.id in found else "" for it in draft.pictures]


def test_the_same_picture_twice_in_a_message_is_named_by_its_number(
    likenesses: Likenesses,
) -> None:
    draft = Draft(pictures=[attached("c"), attached("d"), attached("c")])
    assert words(likenesses, draft) == ["", "", "same as [1]"]


def test_a_copy_is_found_whichever_of_the_two_was_checked_first(likenesses: Likenesses) -> None:
    draft = Draft(pictures=[attached("c"), attached("d", "c"), attached("e")])
    assert words(likenesses, draft) == ["", "like [1]", ""]
    draft = Draft(pictures=[attached("c", "d"), attached("d")])
    assert words(likenesses, draft) == ["", "like [1]"]


def test_a_picture_of_the_conversation_is_named_by_its_name(likenesses: Likenesses) -> None:
    draft = Draft(pictures=[attached("a"), attached("c", "b"), attached("d", "x")])
    assert words(likenesses, draft) == ["same as a.jpg above", "like b.jpg above", ""]


def test_the_same_picture_counts_before_one_that_is_like_it(likenesses: Likenesses) -> None:
    draft = Draft(pictures=[attached("c"), attached("a", "c")])
    assert words(likenesses, draft) == ["", "same as a.jpg above"]


def test_an_edited_question_is_compared_with_what_stands_above_it(likenesses: Likenesses) -> None:
    draft = Draft(pictures=[attached("b"), attached("a")], edited=EditedMessage(3, 2))
    assert words(likenesses, draft) == ["", "same as a.jpg above"]


def test_what_is_on_screen_counts(likenesses: Likenesses, events: Broadcast) -> None:
    draft = Draft(pictures=[attached("b"), attached("f")])
    events.tell(AnswerStarted(asked(5, 2, "f"), Message(6, 5, "assistant", (), 0.0)))
    assert words(likenesses, draft) == ["", "same as f.jpg above"]
    events.tell(ConversationShown(None, draft))
    assert words(likenesses, draft) == ["", ""]


def test_a_picture_that_is_being_checked_is_like_nothing(likenesses: Likenesses) -> None:
    assert words(likenesses, Draft(pictures=[DraftPicture(Path("a.jpg"))])) == [""]

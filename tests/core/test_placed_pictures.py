"""Where a question's pictures stand in its text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeshell.core.conversation import Attachment, Message, TextPart, compose
from seeshell.core.placed_pictures import read_places, write_places

PICTURES = tuple(Attachment(f"{number}" * 64, f"{number}.png", 4, 3) for number in range(1, 5))


@pytest.mark.parametrize(
    ("text", "count", "pieces"),
    [
        ("", 0, []),
        ("", 2, [0, 1]),
        ("Which one is older?", 2, [0, 1, "Which one is older?"]),
        ("Compare @1 with @2.", 2, ["Compare ", 0, " with ", 1, "."]),
        ("@1 and (@2)", 2, ["", 0, " and (", 1, ")"]),
        ("Is @2 like the rest?", 3, [0, 2, "Is ", 1, " like the rest?"]),
        ("@2 or @1?", 2, ["", 1, " or ", 0, "?"]),
        ("@2 or @1? I think @2.", 2, ["", 1, " or ", 0, "? I think @1."]),
        ("see @3", 2, [0, 1, "see @3"]),
        ("see @0 @01", 2, [0, 1, "see @0 @01"]),
        ("me@1.org @1st @1@2 photo.jpg@1,2,3,4", 2, [0, 1, "me@1.org @1st @1@2 photo.jpg@1,2,3,4"]),
        ("see @1", 0, ["see @1"]),
        ("@2", 2, [0, "", 1]),
        ("a\n@1\nb", 1, ["a\n", 0, "\nb"]),
    ],
)
def test_pictures_stand_where_they_are_named_and_else_in_front(
    text: str, count: int, pieces: list[str | int]
) -> None:
    assert read_places(text, count) == pieces


WORDS = st.lists(
    st.sampled_from(["@1", "@2", "@3", "@4", "@5", " ", "\n", "a", "(", ")", ".", "@", "x@1"])
)


@given(WORDS.map("".join), st.integers(0, 4))
def test_every_picture_stands_there_once(text: str, count: int) -> None:
    pieces = read_places(text, count)
    assert sorted(it for it in pieces if isinstance(it, int)) == list(range(count))


@given(WORDS.map("".join), st.integers(0, 4))
def test_a_question_reads_as_it_was_written_and_stays_as_it_is_when_edited(
    text: str, count: int
) -> None:
    parts = compose(text, PICTURES[:count])
    message = Message(1, None, "user", parts, 0.0)
    assert compose(message.text, message.attachments) == parts
    if message.attachments == PICTURES[:count]:
        assert message.text == text


def test_thoughts_are_no_part_of_the_text() -> None:
    parts = compose("Yes.", thoughts="It is.")
    assert Message(2, 1, "assistant", parts, 0.0).text == "Yes."
    assert parts[-1] == TextPart("Yes.")
    assert write_places([]) == ""

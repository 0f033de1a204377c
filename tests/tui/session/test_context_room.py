"""What is offered where a turn does not fit, and what a key leaves out or takes in again."""

import pytest
from msgspec.structs import replace

from seeshell.core.conversation import Attachment, Message, TurnStats
from seeshell.core.messages.events import TurnWithdrawn
from seeshell.tui.session.context_room import (
    make_room,
    switch_before,
    switch_picture,
    switch_question,
)

from ...messages import answer, question
from ..scripted_client import conversation

PICTURE = Attachment("0" * 64, "lemons.png", 9, 9, tokens=100)
ANSWERED = TurnStats(generated_tokens=10)
CHAT = [
    question(1, "What?", PICTURE),
    answer(2, "Lemons.", stats=ANSWERED),
    question(3, "And here?", PICTURE),
    answer(4, "Limes.", stats=ANSWERED),
]


def withdrawn(*messages: Message, error: str = "PromptTooLong", **counts: int) -> TurnWithdrawn:
    restored = conversation(1, "stall", *messages) if messages else None
    told = TurnWithdrawn(conversation=1, turn="t", restored=restored, error=error, sentence="No.")
    return replace(told, **counts)


@pytest.mark.parametrize(
    ("prompt", "context", "replaced", "pictures"),
    [
        (1050, 1000, None, ((1, 0), (3, 0))),
        (950, 1000, None, ((1, 0),)),
        (0, 1000, None, ((1, 0),)),
        (0, 0, None, ((1, 0),)),
        (1050, 1000, 3, ((1, 0),)),
        (1050, 1000, 4, ((1, 0),)),
    ],
)
def test_as_many_pictures_are_offered_as_make_room_before_the_question(
    prompt: int, context: int, replaced: int | None, pictures: tuple[tuple[int, int], ...]
) -> None:
    event = withdrawn(*CHAT, prompt_tokens=prompt, context_length=context)
    assert make_room(event, replaced).pictures == pictures


def test_nothing_is_offered_where_that_would_not_help() -> None:
    assert not make_room(withdrawn(*CHAT, error="ImageError"))
    assert not make_room(withdrawn())
    assert not make_room(withdrawn(*CHAT), replaced=1)
    gone = [replace(message, is_left_out=True) for message in CHAT]
    assert not make_room(withdrawn(*gone))


def test_a_key_tells_what_it_frees_and_what_is_read_again() -> None:
    out = switch_question(CHAT, CHAT[0])
    assert (out.what.messages, out.is_left_out) == ((1,), True)
    assert out.sentence.startswith("Left out of the context: frees about 121 tokens. About 122")
    left_out = [replace(it, is_left_out=it.id < 3) for it in CHAT]
    back = switch_question(left_out, left_out[0])
    assert (back.what.messages, back.is_left_out) == ((1,), False)
    assert "about 243 tokens" in back.sentence
    picture = switch_picture(CHAT, CHAT[2], 0)
    assert picture.what.pictures == ((3, 0),)
    assert "frees about 100 tokens. About 22" in picture.sentence


def test_all_before_a_question_is_left_out_at_once_and_taken_in_at_once() -> None:
    assert switch_before(CHAT, CHAT[2]).what.messages == (1,)
    assert not switch_before(CHAT, CHAT[0]).what
    left_out = [replace(it, is_left_out=it.id < 3) for it in CHAT]
    assert switch_before(left_out, left_out[2]) == switch_question(left_out, left_out[0])

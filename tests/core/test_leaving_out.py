"""What to leave out of a conversation so that a prompt fits, and what that frees."""

import pytest

from seeshell.core.conversation import Attachment, Message, TurnStats, compose
from seeshell.core.leaving_out import (
    LeavingOut,
    choose_oldest,
    count_freed,
    count_left_out,
    measure,
)


def picture(tokens: int, *, is_left_out: bool = False) -> Attachment:
    name = f"{tokens}.png"
    return Attachment("0" * 64, name, 9, 9, tokens=tokens, is_left_out=is_left_out)


def question(number: int, text: str = "", *pictures: Attachment, out: bool = False) -> Message:
    parts = compose(text, pictures)
    return Message(number, number - 1 or None, "user", parts, 0.0, is_left_out=out)


def answer(number: int, tokens: int, *, out: bool = False) -> Message:
    stats = TurnStats(generated_tokens=tokens)
    parts = compose("word " * tokens)
    return Message(number, number - 1, "assistant", parts, 0.0, stats=stats, is_left_out=out)


CHAT = (
    question(1, "", picture(100), picture(40)),
    answer(2, 15),
    question(3, "x" * 80, picture(60)),
    answer(4, 25),
)
"""Its questions take 145 and 85 tokens, its answers 20 and 30: 200 of pictures, 80 besides."""


@pytest.mark.parametrize(
    ("tokens", "pictures", "questions", "freed", "repeated"),
    [
        (1, ((1, 0),), (), 100, 180),
        (100, ((1, 0),), (), 100, 180),
        (101, ((1, 0), (1, 1)), (), 140, 140),
        (141, ((1, 0), (1, 1), (3, 0)), (), 200, 80),
        (201, ((1, 0), (1, 1), (3, 0)), (1,), 225, 55),
        (226, ((1, 0), (1, 1), (3, 0)), (1, 3), 280, 0),
        (9999, ((1, 0), (1, 1), (3, 0)), (1, 3), 280, 0),
    ],
)
def test_as_many_are_chosen_as_are_needed_the_oldest_pictures_first(
    tokens: int,
    pictures: tuple[tuple[int, int], ...],
    questions: tuple[int, ...],
    freed: int,
    repeated: int,
) -> None:
    assert choose_oldest(CHAT, tokens) == LeavingOut(questions, pictures, freed, repeated)


def test_what_is_left_out_already_is_not_chosen_again() -> None:
    chat = [
        question(1, "", picture(100), out=True),
        answer(2, 15, out=True),
        question(3, "", picture(40, is_left_out=True), picture(60)),
        answer(4, 25),
    ]
    assert choose_oldest(chat, 1) == LeavingOut((), ((3, 1),), 60, 35)
    assert count_left_out(chat) == 100 + 5 + 20 + 40
    assert not choose_oldest(chat[:2], 1)


def test_a_question_takes_its_answer_and_what_follows_is_computed_again() -> None:
    assert measure(CHAT, (1,)) == LeavingOut((1,), (), 165, 115)
    assert measure(CHAT, (3,)) == LeavingOut((3,), (), 115, 0)


@pytest.mark.parametrize(
    ("tokens", "words"),
    [
        (1, "the oldest picture"),
        (101, "the 2 oldest pictures"),
        (201, "the 3 oldest pictures and the oldest question"),
        (999, "the 3 oldest pictures and the 2 oldest questions"),
    ],
)
def test_it_is_named_in_words(tokens: int, words: str) -> None:
    assert choose_oldest(CHAT, tokens).words == words


def test_what_is_free_since_the_newest_counted_answer() -> None:
    assert count_freed(()) == 0
    assert count_freed(CHAT) == 0
    left_out = [question(1, "", picture(100, is_left_out=True)), answer(2, 15)]
    assert count_freed(left_out) == 100
    written = Message(4, 3, "assistant", compose("x" * 40), 0.0, is_corrected=True)
    assert count_freed([*left_out, question(3, "x" * 80), written]) == 100 - 25 - 15

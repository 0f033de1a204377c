"""Which picture of a conversation a box is in, and which pixels of it."""

import pytest
from msgspec.structs import replace

from seeshell.core.boxes import Box, Point, counts_pixels, find_marks, find_marks_in
from seeshell.core.conversation import Attachment, Message, TextPart, TurnStats
from seeshell.core.excerpt import Excerpt, Region

OBJECT = '{"bbox_2d": [250, 100, 500, 900], "label": "lemon"}'


def picture(name: str, width: int = 400, height: int = 200) -> Attachment:
    return Attachment(name, f"{name}.png", width, height, model_width=100, model_height=50)


def asked(*pictures: Attachment, text: str = "Where is it?") -> Message:
    return Message(1, None, "user", (*pictures, TextPart(text)), 0.0)


def answered(text: str = OBJECT, **facts: object) -> Message:
    message = Message(2, 1, "assistant", (TextPart(text),), 0.0, finish_reason="stop")
    return replace(message, **facts)


FIRST, SECOND, THIRD = picture("first"), picture("second"), picture("third")


def test_a_box_is_in_pixels_of_the_original() -> None:
    (placed,) = find_marks(answered(), [asked(FIRST)])
    assert placed.mark == Box("lemon", 100, 20, 200, 180)
    assert placed.picture == FIRST
    assert placed.number == 1
    assert placed.region == Region(100, 20, 100, 160)


def test_a_point_is_a_pixel_and_a_square_around_it_is_cut_out() -> None:
    (placed,) = find_marks(answered('{"point_2d": [1000, 0]}'), [asked(FIRST)])
    assert placed.mark == Point("", 399, 0)
    assert placed.region == Region(350, 0, 50, 50)


def test_some_models_count_pixels_of_the_picture_as_they_saw_it() -> None:
    answer = answered('{"bbox_2d": [25, 5, 50, 45]}', stats=TurnStats(boxes_in_pixels=True))
    assert find_marks(answer, [asked(FIRST)])[0].mark == Box("", 100, 20, 200, 180)


def test_other_forms_of_such_a_model_count_what_they_always_do() -> None:
    answer = answered(
        "<|box_start|>(250,100),(500,900)<|box_end|>", stats=TurnStats(boxes_in_pixels=True)
    )
    assert find_marks(answer, [asked(FIRST)])[0].mark == Box("", 100, 20, 200, 180)


@pytest.mark.parametrize(
    ("model", "does"),
    [
        ("qwen2_5_vl", True),
        ("Qwen/Qwen2.5-VL-7B-Instruct-AWQ", True),
        ("qwen2.5vl:7b", True),
        ("qwen3_vl", False),
        ("qwen2_vl", False),
        ("qwen3_5_moe", False),
        ("paligemma", False),
        ("", False),
    ],
)
def test_qwen_2_5_counts_pixels(model: str, does: bool) -> None:
    assert counts_pixels(model) is does


def test_a_box_of_a_crop_is_known_in_its_file_too() -> None:
    crop = replace(FIRST, excerpt=Excerpt(1, Region(1000, 500, 400, 200)))
    (placed,) = find_marks(answered(), [asked(crop)])
    assert placed.mark.numbers == (100, 20, 200, 180)
    assert placed.in_file.numbers == (1100, 520, 1200, 680)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ("[500, 900, 250, 100]", (100, 20, 200, 180)),
        ("[-50, 100, 1200, 900]", (0, 20, 400, 180)),
        ("[1000, 0, 1200, 900]", None),
        ("[-9, 0, 0, 900]", None),
        ("[999, 999, 999, 999]", (399, 199, 400, 200)),
    ],
)
def test_a_box_lies_within_its_picture(numbers: str, expected: tuple[int, ...] | None) -> None:
    found = find_marks(answered(f'{{"bbox_2d": {numbers}}}'), [asked(FIRST)])
    assert [it.mark.numbers for it in found] == ([expected] if expected else [])


BRANCH = [
    asked(FIRST, text="Describe it."),
    answered("A bowl of lemons."),
    asked(SECOND, THIRD),
]


@pytest.mark.parametrize(
    ("before", "text", "expected"),
    [
        (BRANCH, OBJECT, [THIRD]),
        ([*BRANCH[:1], answered("A bowl."), asked()], OBJECT, [FIRST]),
        (BRANCH, f"In picture 2: {OBJECT} and in image 1: {OBJECT}", [SECOND, FIRST]),
        (BRANCH, f"The second picture has one: {OBJECT}", [SECOND]),
        (BRANCH, '{"image": 1, "bbox_2d": [1, 2, 3, 4]}', [FIRST]),
        (BRANCH, f"In picture 9: {OBJECT}", [THIRD]),
        ([*BRANCH, answered(""), asked(text="Box it in picture 1.")], OBJECT, [FIRST]),
        ([*BRANCH, answered(""), asked(text="Picture 1 or picture 2?")], OBJECT, [THIRD]),
        ([asked()], OBJECT, []),
        ([], OBJECT, []),
    ],
)
def test_the_picture_is_the_one_that_is_named_or_the_newest(
    before: list[Message], text: str, expected: list[Attachment]
) -> None:
    assert [it.picture for it in find_marks(answered(text), before)] == expected


def test_a_picture_that_is_left_out_was_not_seen_by_a_follow_up() -> None:
    left_out = replace(SECOND, is_left_out=True)
    branch = [asked(FIRST), answered(""), asked(left_out), answered(""), asked()]
    assert [it.picture for it in find_marks(answered(), branch)] == [FIRST]


def test_an_answer_about_one_picture_alone_needs_no_conversation() -> None:
    assert find_marks_in(FIRST, OBJECT) == find_marks(answered(), [asked(FIRST)])
    counted = find_marks_in(FIRST, '{"bbox_2d": [25, 5, 50, 45]}', TurnStats(boxes_in_pixels=True))
    assert [it.mark for it in counted] == [Box("", 100, 20, 200, 180)]
    assert find_marks_in(FIRST, "No idea.") == ()


def test_a_failed_answer_marks_nothing() -> None:
    assert find_marks(answered(finish_reason="failed"), [asked(FIRST)]) == ()


def test_an_open_answer_marks_what_has_ended() -> None:
    answer = answered(f"[{OBJECT}, {OBJECT[:-1]}", finish_reason=None)
    assert answer.is_open
    assert len(find_marks(answer, [asked(FIRST)])) == 1

"""Boxes and points in words, for those who do not see the picture."""

import pytest

from seeshell.core.conversation import Attachment
from seeshell.tui.cli.plain.mark_words import mark_words

from ...messages import answer, question

PHOTO = Attachment("ab" * 32, "photo.jpg", 400, 300)
OTHER = Attachment("cd" * 32, "other.jpg", 400, 300)


def words(text: str, *pictures: Attachment) -> str:
    return mark_words(answer(2, text), [question(1, "Where?", *(pictures or (PHOTO,)))])


@pytest.mark.parametrize(
    ("box", "where"),
    [
        ([0, 0, 300, 300], "upper left"),
        ([400, 0, 600, 200], "top"),
        ([700, 700, 1000, 1000], "lower right"),
        ([300, 300, 700, 700], "centre"),
        ([0, 400, 200, 600], "left"),
        ([400, 900, 600, 1000], "bottom"),
        ([10, 10, 990, 990], "nearly all"),
    ],
)
def test_a_box_is_told_by_its_label_and_where_it_is(box: list[int], where: str) -> None:
    assert words(f'{{"bbox_2d": {box}, "label": "lemon"}}') == f"1 box: lemon, {where}."


def test_several_are_counted_and_numbered() -> None:
    text = (
        '[{"bbox_2d": [0, 0, 300, 300], "label": "nose"}, {"bbox_2d": [400, 0, 600, 200]}, '
        '{"point_2d": [900, 900], "label": "tail"}]'
    )
    assert words(text) == ("2 boxes and 1 point: 1 nose, upper left; 2, top; 3 tail, lower right.")


def test_boxes_in_several_pictures_are_told_with_these() -> None:
    text = (
        'In picture 1: {"bbox_2d": [0, 0, 300, 300], "label": "nose"} '
        'and in picture 2: {"bbox_2d": [0, 0, 300, 300], "label": "ear"}'
    )
    assert words(text, PHOTO, OTHER) == (
        "2 boxes: 1 nose, upper left of picture 1; 2 ear, upper left of picture 2."
    )


def test_many_are_not_all_told() -> None:
    text = "".join(f'{{"point_2d": [{at}, 500]}}' for at in range(20))
    assert words(text).startswith("20 points: 1, left; 2, left;")
    assert words(text).endswith("; 12, left; and 8 more.")


def test_an_answer_that_marks_nothing_has_no_words() -> None:
    assert words("A lemon.") == ""
    assert mark_words(question(1, '{"bbox_2d": [0, 0, 1, 1]}', PHOTO), []) == ""

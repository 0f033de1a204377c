"""The boxes and points of an answer, whatever its form, whole or in the making."""

import random
import time
from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seeshell.core.boxes.reading import SpotReader, may_mark, read_spots
from seeshell.core.boxes.spot import Spot

from .answers import (
    ALL,
    DEEPSEEK,
    FENCED,
    FLORENCE,
    GEMMA,
    INTERN,
    MOLMO,
    OBJECT,
    PALIGEMMA,
    PYTHON,
    QWEN2,
)

LEMONS = (102.0, 40.0, 388.0, 510.0)


def shown(text: str, *, is_open: bool = False) -> list[tuple[str, tuple[float, ...], float]]:
    """Returns label, numbers and whole of what an answer marks."""
    return [(it.label, it.numbers, it.whole) for it in read_spots(text, is_open=is_open)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            FENCED,
            [
                ("two lemons", LEMONS, 1000),
                ('a "}], sign', (0, 0, 1000, 999), 1000),
                ("stalk", (7, 9), 1000),
            ],
        ),
        (OBJECT, [("green star", (340, 120, 560, 470), 1000)]),
        (PYTHON, [("it", (1, 2, 3, 4), 1000), ("it", (5, 6, 7, 8), 1000)]),
        (GEMMA, [("lemons", LEMONS, 1000)]),
        (
            QWEN2,
            [
                ("two lemons", LEMONS, 1000),
                ("two lemons", (5, 6, 70, 80), 1000),
                ("a leaf", (7, 9), 1000),
            ],
        ),
        (INTERN, [("lemons", LEMONS, 1000), ("lemons", (1, 2, 30, 40), 1000)]),
        (DEEPSEEK, [("lemons", LEMONS, 1000)]),
        (
            PALIGEMMA,
            [("lemons", (104, 41, 397, 522), 1024), ("leaf", (2, 1, 40, 30), 1024)],
        ),
        (
            FLORENCE,
            [
                ("lemons", (102.5, 40.5, 388.5, 510.5), 1000),
                ("lemons", (1.5, 2.5, 30.5, 40.5), 1000),
                ("leaf", (5.5, 6.5, 70.5, 80.5), 1000),
            ],
        ),
        (
            MOLMO,
            [
                ("lemons", (10.2, 4), 100),
                ("lemons", (50, 61.5), 100),
                ("leaf", (63.5, 44.2), 100),
            ],
        ),
    ],
)
def test_each_form_is_read(text: str, expected: list[object]) -> None:
    assert may_mark(text)
    assert shown(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        '{"bbox_2d": [102, 40, 388, 510]}',
        '{"bbox_2d": [102, 40, 388, 510],}',
        '{"bbox_2d": [102, 40, 388, 510}',
        '{"bbox_2d": [102, 40, 388, 510]',
        '[{"bbox_2d": [102.0, 40, 388, 510,]}, {"bbox_2d": [5, 6',
        "{bbox_2d: [102, 40, 388, 510]}",
        '{"bbox_2d": ((102, 40), (388, 510))}',
        '{"bbox_2d": "102 40 388 510"}',
        '{"bbox_2d": [[102, 40], [388, 510]]}',
        '{"bbox_2d": ["102", "40", "388", "510"]}',
        '{"objects": [{"bbox_2d": [102, 40, 388, 510]}]}',
        "It's in <|box_start|>(102,40),(388,510)",
    ],
)
def test_what_is_missing_or_too_much_does_no_harm(text: str) -> None:
    assert shown(text) == [("", LEMONS, 1000)]


@pytest.mark.parametrize(
    ("written", "label"),
    [
        (r'"two\nlines"', "two lines"),
        (r'"a\ttab, a \"quote\" and a \\"', 'a tab, a "quote" and a \\'),
        (r'"\u65e5\u672c"', "日本"),
        (r'"\ud83c\udf4b yellow"', "🍋 yellow"),
        (r'"half \ud83c"', "half \ufffd"),
        (r'"cut off \u65', "cut off u65"),
        ("null", ""),
        ("None", ""),
    ],
)
def test_a_label_is_what_its_escapes_stand_for(written: str, label: str) -> None:
    (spot,) = read_spots(f'{{"bbox_2d": [102, 40, 388, 510], "label": {written}}}')
    assert spot.label.removesuffix("}") == label
    # It can travel, be printed and be drawn.
    spot.label.encode()


@pytest.mark.parametrize(
    "text",
    [
        "The lemons are yellow.",
        '{"bbox_2d": [102, 40, 388]}',
        '{"bbox_2d": [102, 40, 388, "wide"]}',
        '{"bbox_2d": null, "label": "nothing"}',
        '{"bbox_2d": [102, 40, 388, 51',
        "<|box_start|>(102,40),(388,51",
        "<loc0041><loc0104><loc0522> lemons",
        "The bbox_2d key holds [102, 40, 388, 510].",
        "<point>here</point> <box>lunch</box>",
    ],
)
def test_what_is_no_whole_box_is_none(text: str) -> None:
    assert shown(text) == []


def test_the_label_that_a_cut_off_answer_ends_with_is_shown_as_far_as_it_came() -> None:
    assert shown('{"bbox_2d": [102, 40, 388, 510], "label": "two lem') == [
        ("two lem", LEMONS, 1000)
    ]


def test_an_object_that_has_not_ended_is_not_shown_while_text_comes() -> None:
    assert shown(OBJECT[:-1], is_open=True) == []
    assert shown(OBJECT, is_open=True) == shown(OBJECT)


def test_a_picture_named_with_the_box_is_told() -> None:
    assert read_spots('{"image": 2, "bbox_2d": [1, 2, 3, 4]}')[0].picture == 2


def assert_prefixes_agree(text: str) -> None:
    """Makes sure that no prefix of an answer gives what the whole of it does not."""
    whole = Counter[Spot](read_spots(text))
    for end in range(len(text)):
        begun = Counter[Spot](read_spots(text[:end], is_open=True))
        assert begun <= whole, text[:end]


@pytest.mark.parametrize("text", ALL)
def test_no_prefix_gives_a_box_that_the_whole_answer_does_not(text: str) -> None:
    assert_prefixes_agree(text)


PIECES = st.sampled_from(
    [
        *"{}[](),:;\"'\n<>\\ x",
        '"bbox_2d":',
        "[1, 2, 3, 4]",
        '"label": "a"',
        "<|box_start|>",
        "(1,2),(3,4)",
        "<|box_end|>",
        "<loc0001>",
        "<loc_1>",
        "<loc",
        "_2>",
        '<point x="1" y="2">',
        "12",
        "picture 2",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=24).map("".join))
def test_no_prefix_of_any_text_gives_more_than_the_whole(text: str) -> None:
    assert_prefixes_agree(text)


def read_in_pieces(pieces: Iterable[str]) -> tuple[list[Spot], str]:
    """Returns what a reader finds in an answer that comes in pieces, and the answer."""
    reader, text = SpotReader(), ""
    spots: list[Spot] = []
    for piece in pieces:
        text += piece
        spots += reader.feed(piece)
        assert Counter(spots) == Counter(read_spots(text, is_open=True)), text
    return spots, text


@pytest.mark.parametrize("size", [1, 3, 17])
@pytest.mark.parametrize("text", ALL)
def test_an_answer_read_as_it_comes_gives_each_box_once_it_has_ended(text: str, size: int) -> None:
    read_in_pieces(text[at : at + size] for at in range(0, len(text), size))


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=24))
def test_any_text_read_as_it_comes_gives_what_it_gives_read_anew(pieces: list[str]) -> None:
    read_in_pieces(pieces)


@pytest.mark.parametrize(
    ("piece", "count"),
    [
        (OBJECT + ",\n", 1),
        ("<box>[[102, 40, 388, 510]]</box>\n", 1),
        ("<loc_102><loc_40><loc_388><loc_510> a lemon, and ", 1),
        ('<point x="10.2" y="4.0" alt="lemons">lemons</point> ', 1),
        ("{'don\u2019t say it's \"bbox\": ", 0),
    ],
    ids=["JSON", "tags", "bins", "points", "never ending"],
)
def test_a_long_answer_takes_no_longer_at_its_end_than_at_its_start(piece: str, count: int) -> None:
    reader, seconds = SpotReader(), []
    for _ in range(4):
        started_at = time.process_time()
        assert sum(len(reader.feed(piece)) for _ in range(500)) >= 490 * count
        seconds.append(time.process_time() - started_at)
    assert seconds[-1] < 4 * seconds[0] + 0.1


def test_ten_thousand_damaged_answers_raise_nothing() -> None:
    rng = random.Random(10)
    letters = "".join(ALL)
    read = 0
    for _ in range(10_000):
        text = list(rng.choice(ALL))
        for _ in range(rng.randint(1, 8)):
            at = rng.randrange(len(text) + 1)
            text[at : at + rng.randint(0, 6)] = rng.choices(letters, k=rng.randint(0, 6))
        read += len(read_spots("".join(text), is_open=rng.random() < 0.5))
    assert read > 5_000


@pytest.mark.parametrize(
    "text",
    [
        '{"bbox_2d": ' + "[" * 20_000 + "1, 2, 3, 4" + "]" * 20_000 + "}",
        '{"bbox_2d": [1, 2, 3, 4]}' + "{" * 20_000 + "]" * 20_000,
        '{"bbox_2d": [1, 2, 3, 4]}' + "<box>" * 20_000,
        '{"bbox_2d": [1, 2, 3, 4]}' + "<loc_1" * 20_000,
    ],
    ids=["lists", "objects", "tags", "bins"],
)
def test_endless_brackets_are_no_burden(text: str) -> None:
    began = time.process_time()
    assert shown(text) == [("", (1, 2, 3, 4), 1000)]
    assert time.process_time() - began < 2

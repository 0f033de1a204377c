"""Rows of a roll: sorted and filtered."""

from msgspec.structs import replace

from seeshell.core.roll import RollPicture, RollRow, RowAnswer, RowState
from seeshell.tui.session.roll_rows import Arrangement


def row(number: int, name: str, text: str = "", seconds: float = 0, error: str = "") -> RollRow:
    state: RowState = "failed" if error else "done" if text else "waiting"
    answer = RowAnswer(text, seconds=seconds, error=error) if text or error else None
    return RollRow(number, RollPicture(f"/{name}"), state, answer=answer)


ROWS = [
    row(0, "b.png", "Zebra", 3.0),
    row(1, "A.png", "apple", 1.0),
    row(2, "c.png"),
    row(3, "d.png", error="It is damaged.", seconds=0.1),
    replace(row(4, "e.png"), state="running"),
]


def test_rows_stand_in_the_order_of_their_pictures_at_first() -> None:
    assert Arrangement().arrange(ROWS) == [0, 1, 2, 3, 4]
    assert Arrangement(is_reversed=True).arrange(ROWS) == [4, 3, 2, 1, 0]


def test_a_key_goes_through_the_orders_and_comes_back() -> None:
    how, seen = Arrangement(is_reversed=True), []
    for _ in range(4):
        how = how.sorted_otherwise()
        seen.append(how.order)
    assert seen == ["name", "answer", "seconds", "picture"]
    assert not how.is_reversed


def test_what_has_no_answer_comes_last_whichever_way_round() -> None:
    assert Arrangement("name").arrange(ROWS) == [1, 0, 2, 3, 4]
    assert Arrangement("answer").arrange(ROWS) == [3, 1, 0, 2, 4]
    assert Arrangement("seconds", is_reversed=True).arrange(ROWS) == [0, 1, 3, 2, 4]


def test_rows_are_filtered_by_state_and_by_words_of_name_answer_and_error() -> None:
    assert Arrangement(shown="waiting").arrange(ROWS) == [2, 4]
    assert Arrangement(shown="failed").arrange(ROWS) == [3]
    assert Arrangement(words="PNG ze").arrange(ROWS) == [0]
    assert Arrangement(words="damaged").arrange(ROWS) == [3]
    assert Arrangement().filtered_otherwise().shown == "failed"
    assert Arrangement(words="x").is_filtering
    assert not Arrangement("name").is_filtering

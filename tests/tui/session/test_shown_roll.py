"""A roll as it is followed: its counts, and the time left."""

from seeshell.core.messages.library_events import LibraryChanged
from seeshell.core.messages.roll_events import RollChanged, RollRowChanged
from seeshell.core.roll import (
    Roll,
    RollPicture,
    RollQuestion,
    RollRow,
    RollSummary,
    RowAnswer,
    RowState,
)
from seeshell.tui.session.shown_roll import ShownRoll


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def opened(clock: Clock) -> ShownRoll:
    summary = RollSummary(3, RollQuestion("What?"), 0.0, rows=10, is_running=True)
    rows = tuple(RollRow(number, RollPicture(f"/{number}.png")) for number in range(10))
    return ShownRoll(Roll(summary, rows), clock)


def told(number: int, state: RowState, seconds: float = 2.0) -> RollRowChanged:
    answer = RowAnswer("It.", seconds=seconds) if state in ("done", "failed") else None
    row = RollRow(number, RollPicture(f"/{number}.png"), state, answer=answer)
    return RollRowChanged(roll=3, row=row)


def test_rows_are_counted_as_they_end_and_as_they_are_tried_again() -> None:
    roll = opened(Clock())
    for event in (told(0, "running"), told(0, "done"), told(1, "failed"), told(1, "waiting")):
        roll.take_in(event)
    assert (roll.summary.done, roll.summary.failed, roll.summary.waiting) == (1, 0, 9)


def test_the_time_left_follows_the_pace_since_the_first_row() -> None:
    clock = Clock()
    roll = opened(clock)
    assert roll.seconds_left is None
    clock.now += 60
    # The model was loaded for it.
    roll.take_in(told(0, "done", seconds=2.0))
    assert roll.seconds_left == 18.0
    clock.now += 1
    roll.take_in(told(1, "done"))
    assert (roll.seconds_each, roll.seconds_left) == (1.5, 12.0)


def test_what_is_about_something_else_changes_nothing() -> None:
    roll = opened(Clock())
    other = RollRowChanged(roll=4, row=told(0, "done").row)
    assert roll.take_in(other) is None
    assert roll.take_in(LibraryChanged()) is None
    assert roll.rows[0].state == "waiting"


def test_a_roll_is_complete_once_every_answer_is() -> None:
    roll = opened(Clock())
    for number in range(10):
        assert not roll.is_complete
        roll.take_in(told(number, "done"))
    assert roll.is_complete
    ended = RollSummary(3, RollQuestion("What?"), 0.0, rows=10, done=10)
    roll.take_in(RollChanged(roll=ended))
    assert not roll.summary.is_running

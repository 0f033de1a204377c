"""A roll as a window or a command follows it: its rows as they are now, its pace, the time left."""

import time
from collections.abc import Callable

from msgspec.structs import replace

from ...core.messages.events import AnyEvent
from ...core.messages.roll_events import RollChanged, RollRowChanged
from ...core.roll import Roll, RollRow, RollSummary


class ShownRoll:
    """Keeps a roll that was opened up to date by the core's events."""

    def __init__(self, roll: Roll, clock: Callable[[], float] = time.monotonic) -> None:
        """Takes a roll as the core opened it.

        Args:
            roll: with all its rows.
            clock: tells seconds.
        """
        self.summary: RollSummary = roll.summary
        self.rows: list[RollRow] = list(roll.rows)
        """In the order of the pictures."""
        self._clock = clock
        self._begun_at = clock()
        self._ended = 0
        """Rows that have ended while it was followed."""

    @property
    def id(self) -> int:
        """Names the roll."""
        return self.summary.id

    @property
    def is_complete(self) -> bool:
        """Whether the model was done with the answer of every row."""
        return all(row.answer is not None and row.answer.is_complete for row in self.rows)

    @property
    def seconds_left(self) -> float | None:
        """About how long the rest takes, by the pace so far; None while that is not known."""
        if not self._ended or not self.summary.is_running:
            return None
        return (self._clock() - self._begun_at) / self._ended * self.summary.waiting

    @property
    def seconds_each(self) -> float | None:
        """How long a row takes; None while that is not known."""
        return (self._clock() - self._begun_at) / self._ended if self._ended else None

    def take_in(self, event: AnyEvent) -> RollRow | None:
        """Takes in an event; returns the row that it changed, if it is about one of this roll."""
        match event:
            case RollRowChanged(roll=self.id, row=row):
                return self._put(row)
            case RollChanged(roll=summary) if summary.id == self.id:
                if summary.is_running and not self.summary.is_running:
                    self._begun_at, self._ended = self._clock(), 0
                self.summary = summary
        return None

    def _put(self, row: RollRow) -> RollRow:
        before = self.rows[row.position].state
        self.rows[row.position] = row
        done = self.summary.done + (row.state == "done") - (before == "done")
        failed = self.summary.failed + (row.state == "failed") - (before == "failed")
        self.summary = replace(self.summary, done=done, failed=failed)
        if row.state in ("done", "failed"):
            if not self._ended:
                # The first takes longer: the model may have to be loaded for it.
                self._begun_at = self._clock() - (row.answer.seconds if row.answer else 0.0)
            self._ended += 1
        return row

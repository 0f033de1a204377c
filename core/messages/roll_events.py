"""What the core tells its clients about rolls.

RollRowChanged    to those who follow the roll: a row is being answered, has ended, or waits again
RollChanged       to every client: a roll was started, resumed, stopped, or has ended
RollDeleted       to every client
"""

from ..roll import Roll, RollRow, RollSummary
from .event import Event


class RollOpened(Event, frozen=True):
    """A roll, which the client follows now."""

    roll: Roll


class RollsListed(Event, frozen=True):
    """All rolls, newest first."""

    rolls: tuple[RollSummary, ...]


class RollRowChanged(Event, frozen=True):
    """A row has another state; one that is done or has failed is on disk with its answer."""

    roll: int
    row: RollRow


class RollChanged(Event, frozen=True):
    """A roll was started, resumed or stopped, or its last row has ended."""

    roll: RollSummary


class RollDeleted(Event, frozen=True):
    """A roll is gone."""

    roll: int


RollEvent = RollOpened | RollsListed | RollRowChanged | RollChanged | RollDeleted

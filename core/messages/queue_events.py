"""What the core tells its clients about turns that wait."""

from ..conversation import QueuedTurn
from .event import Event


class TurnQueued(Event, frozen=True):
    """The turn is on disk and waits for the engine, or for those before it."""

    conversation: int
    turn: QueuedTurn


class QueueChanged(Event, frozen=True):
    """Turns of a conversation were queued, taken, changed, moved, removed, paused or resumed."""

    conversation: int
    queue: tuple[QueuedTurn, ...]
    is_paused: bool


QueueEvent = TurnQueued | QueueChanged

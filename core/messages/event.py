"""What every event has in common."""

from msgspec import Struct


class Event(Struct, frozen=True, tag=True, kw_only=True):
    """Base of everything the core sends."""

    reply_to: int = 0
    """Number of the request that this answers; 0 for an event of its own."""

"""What every request has in common."""

from msgspec import Struct


class Request(Struct, frozen=True, tag=True, kw_only=True):
    """Base of everything a client sends."""

    request: int = 0
    """Number that the reply repeats; set by the client when it sends."""

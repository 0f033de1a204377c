"""A picture that one client has attached for the prompt of another one's window."""

from msgspec import Struct

from ..excerpt import WHOLE, Excerpt


class OfferedPicture(Struct, frozen=True):
    """Held by the core for the client that offers it, until a window claims it."""

    path: str
    """Where the core's copy lies."""
    name: str
    """What it is called, whatever the copy is."""
    excerpt: Excerpt = WHOLE
    """What of it is attached."""

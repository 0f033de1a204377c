"""What is picked: a file or an address, and what of it."""

from pathlib import Path
from typing import NamedTuple

from ...core.excerpt import WHOLE, Excerpt
from ..session.draft import DraftPicture


class Picked(NamedTuple):
    """A picture that is marked, shown or attached."""

    path: Path
    excerpt: Excerpt = WHOLE
    address: str = ""
    """Where on the web it is fetched; its path is only its name then."""

    @property
    def draft(self) -> DraftPicture:
        """The picture on its way into a message."""
        return DraftPicture(self.path, excerpt=self.excerpt, address=self.address)

"""A picture as it stands in a prompt: how large it is there, and which tokens are its own."""

from dataclasses import dataclass
from typing import NamedTuple

from .engine import PromptImage
from .kv.prefix import ImageSpan


class PictureSize(NamedTuple):
    """How a picture reaches the model."""

    width: int
    """Pixels across."""
    height: int
    """Pixels down."""
    tokens: int
    """That it takes of the prompt."""


class PictureShape(NamedTuple):
    """How a picture's tokens lie: see `ImageSpan`."""

    rows: int
    columns: int
    length: int = 0


@dataclass(frozen=True)
class Picture:
    """A picture of a prompt."""

    source: PromptImage
    sha256: str
    """Of the fitted pixels and their size."""
    rows: int
    columns: int
    length: int = 0
    """How its tokens lie: see `ImageSpan`."""

    @property
    def shape(self) -> PictureShape:
        """How its tokens lie."""
        return PictureShape(self.rows, self.columns, self.length)

    def span(self, start: int) -> ImageSpan:
        """Returns where its tokens stand if the first is at `start`."""
        return ImageSpan(start, self.rows, self.columns, self.sha256, self.length)

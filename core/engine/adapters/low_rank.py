"""What an adapter adds to one layer."""

from typing import Any, Final, NamedTuple

_EXPERTS: Final = 3
"""Dimensions of the matrices of a layer with experts."""


class LowRank(NamedTuple):
    """Two thin matrices, whose product is added to a layer's own."""

    a: Any
    """As mlx-vlm's LoRA layer holds it: inputs x rank, or experts x rank x inputs."""
    b: Any
    """The same: rank x outputs, or experts x outputs x rank."""
    scale: float
    """Of the product."""

    @property
    def rank(self) -> int:
        """How thin they are."""
        return int(self.b.shape[-1] if self.b.ndim == _EXPERTS else self.b.shape[0])

    @property
    def nbytes(self) -> int:
        """Memory that both take."""
        return int(self.a.nbytes + self.b.nbytes)

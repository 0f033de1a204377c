"""How far a model is on its way from its source into memory."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LoadProgress:
    """A stage of loading, from 0 to 1 within the stage."""

    stage: str
    fraction: float = 0.0
    total_bytes: int = 0
    """What the stage fetches in all; 0 where nothing is fetched."""

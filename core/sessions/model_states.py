"""What becomes of a model: the states that a loader can be in."""

from dataclasses import dataclass
from typing import NamedTuple

from ..engine.engine import LoadedModel
from ..errors import ModelError
from ..models.progress import LoadProgress


class WantedModel(NamedTuple):
    """A model, and the adapter that it is to answer with."""

    source: str
    """What loads it; empty for none."""
    adapter: str = ""
    """Folder of a LoRA adapter; empty for none."""


@dataclass(frozen=True)
class Idle:
    """There is no model; the next turn loads the one that is wanted."""

    wanted: WantedModel


@dataclass(frozen=True)
class Fetching:
    """The files of a model are on their way to this machine."""

    wanted: WantedModel
    progress: LoadProgress


@dataclass(frozen=True)
class Loading:
    """A model is loaded into memory, or is about to be."""

    wanted: WantedModel
    progress: LoadProgress


@dataclass(frozen=True)
class Loaded:
    """A model can answer."""

    model: LoadedModel


@dataclass(frozen=True)
class Failed:
    """There is no model, since the one that is wanted could not be loaded."""

    wanted: WantedModel
    error: ModelError


ModelState = Idle | Fetching | Loading | Loaded | Failed

"""What the core tells its clients about models."""

from .event import Event
from .listed_model import ListedModel


class ModelLoading(Event, frozen=True):
    """A model is being fetched or loaded."""

    model: str
    stage: str
    """What is happening, in words."""
    fraction: float = 0.0
    """From 0 to 1 within the stage."""


class ModelLoaded(Event, frozen=True):
    """The model is ready: news to every client, or told to the one that asked for it."""

    model: str
    """Display name."""
    context_length: int
    notice: str = ""
    """What the user should know about the model (the demo's limits); may be empty."""
    source: str = ""
    """What it was asked for as."""
    adapter: str = ""
    """Folder of the adapter that it answers with; empty for none."""
    server: str = ""
    """Host that answers; empty for a model of this machine."""
    reuse: str = ""
    """What it reuses of earlier turns: "full", "text" or "cold"; empty where that is not known."""
    reuse_reason: str = ""
    """Why it does not reuse everything, as a phrase; empty where it does."""
    can_think: bool = False
    """Whether its template lets one choose that it thinks before it answers."""
    boxes_in_pixels: bool = False
    """Whether boxes that it writes as JSON count pixels of the picture as it sees it."""


class ModelFailed(Event, frozen=True):
    """The model could not be loaded; the one before stays if there was one.

    A load that is given up for another one fails for those alone that asked for it.
    """

    model: str
    """What it was asked for as."""
    error: str
    sentence: str


class ModelUnloaded(Event, frozen=True):
    """The model was freed; the next turn that needs it loads it again."""

    source: str
    """What it was asked for as."""


class ModelsListed(Event, frozen=True):
    """The models that are here, those that can't be run included."""

    models: tuple[ListedModel, ...]


ModelEvent = ModelLoading | ModelLoaded | ModelFailed | ModelUnloaded | ModelsListed

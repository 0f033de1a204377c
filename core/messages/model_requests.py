"""What a client asks of the core about models; each docstring names the reply."""

from .request import Request


class LoadModel(Request, frozen=True):
    """Switches to a model. Reply: `Done`, at once; `ModelLoading` and its end follow.

    An answer that runs is completed by the model before; turns that wait get the new one. The
    model that is loaded already stays, caches and all, and is reported by `ModelLoaded`.
    """

    model: str
    """A folder (absolute), a Hugging Face repository id, `demo`, or `http://host:port/v1#name`."""
    adapter: str = ""
    """Folder of a LoRA adapter (absolute) for it; empty for none."""


class ListModels(Request, frozen=True):
    """Asks which models are here. Reply: `ModelsListed`."""


class CancelLoad(Request, frozen=True):
    """Gives up the model that is being downloaded or loaded. Reply: `Done`; `ModelFailed` follows.

    What was downloaded stays. Turns that wait for that model are paused.
    """


class UnloadModel(Request, frozen=True):
    """Frees the model and keeps the core; the next turn loads it again. Reply: `Done`, after that.

    A load under way is given up. Refused while an answer is given or waits.
    """


ModelRequest = LoadModel | ListModels | CancelLoad | UnloadModel

"""One load of a model: what is wanted, who hears of it, and how it failed."""

import asyncio
import logging

from ..client_environment import ClientEnvironment
from ..engine.engine import LoadedModel
from ..errors import ModelError
from ..messages.model_events import ModelFailed
from ..models.progress import LoadProgress
from .model_states import WantedModel
from .subscribers import Subscriber

_logger = logging.getLogger(__name__)


class Load:
    """A load that is due or runs; two of the same model are told apart by identity."""

    def __init__(
        self,
        wanted: WantedModel,
        environment: ClientEnvironment,
        given_up: "Load | None",
        clients: list[Subscriber],
    ) -> None:
        self.wanted = wanted
        self.environment = environment
        """Of the client that wants it."""
        self.given_up = given_up
        """What was given up for this load."""
        self.clients = clients
        """Those that hear in any case what comes of it."""
        self.progress = LoadProgress("waiting")


def hand_over(
    before: Load | None, wanted: WantedModel, client: Subscriber | None
) -> list[Subscriber]:
    """Returns who hears what comes of a load: who asks for it now, and who had asked before.

    Those that had asked for another model, which is given up for it, are told so.

    Args:
        before: the load that is due or runs; None for none.
        wanted: the model that is asked for now.
        client: who asks for it; None for the core itself.
    """
    clients = [] if client is None else [client]
    if before is None:
        return clients
    if before.wanted == wanted:
        return [*before.clients, *clients]
    source = before.wanted.source
    sentence = f"Another model, {wanted.source}, was asked for while {source} was being loaded."
    for other in before.clients:
        if other is not client:
            other.put(ModelFailed(model=source, error="ModelError", sentence=sentence))
    return clients


def find_failure(task: asyncio.Task[LoadedModel]) -> ModelError | None:
    """Returns why a load that has ended failed; None if it did not."""
    error = asyncio.CancelledError() if task.cancelled() else task.exception()
    if error is None or isinstance(error, ModelError):
        return error
    _logger.error("loading failed unexpectedly", exc_info=error)
    return ModelError(f"The model could not be loaded ({error!r}); the core's log says more.")

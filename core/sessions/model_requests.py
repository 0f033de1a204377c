"""What clients ask about the model: to load another one, to give a load up, to free it."""

from ..client_environment import ClientEnvironment
from ..current_settings import CurrentSettings
from ..errors import BadRequest
from ..messages.events import AnyEvent, Done
from ..messages.model_requests import CancelLoad, LoadModel, UnloadModel
from ..models.endpoints import find_endpoint
from .model_loader import ModelLoader
from .model_states import Idle, WantedModel
from .subscribers import Subscriber, Subscribers
from .worker import Worker

ModelRequest = LoadModel | CancelLoad | UnloadModel
"""A request that `ModelRequests` carries out."""


class ModelRequests:
    """Changes which model is loaded."""

    def __init__(
        self,
        loader: ModelLoader,
        worker: Worker,
        subscribers: Subscribers,
        settings: CurrentSettings,
        environment: ClientEnvironment,
    ) -> None:
        """Changes nothing yet.

        Args:
            loader: brings the engine to a model.
            worker: knows whether the model is in use.
            subscribers: know how each client reaches servers.
            settings: name the servers.
            environment: the core's own.
        """
        self._loader = loader
        self._worker = worker
        self._subscribers = subscribers
        self._settings = settings
        self._environment = environment

    def load(self, source: str, adapter: str = "", *, at_once: bool = True) -> None:
        """Switches to a model on behalf of no client, at once or with the first turn."""
        self._loader.wanted = WantedModel(source, adapter)
        if at_once:
            self._loader.want(self._loader.wanted, self._environment)

    async def carry_out(self, request: ModelRequest, client: Subscriber) -> AnyEvent:
        """Does what the client asks, and returns the reply.

        Raises:
            SeeshellError: nothing was changed.
        """
        match request:
            case LoadModel():
                self._load(request, client)
            case CancelLoad():
                self._loader.cancel()
            case UnloadModel():
                await self._unload()
        return Done()

    def wake(self, client: Subscriber) -> None:
        """Loads the model that was freed while nobody asked anything: pictures are attached."""
        state = self._loader.state
        if isinstance(state, Idle) and state.wanted.source:
            self._loader.want(state.wanted, self._subscribers.environment_of(client))

    def _load(self, request: LoadModel, client: Subscriber) -> None:
        wanted = WantedModel(request.model.strip(), request.adapter)
        if not wanted.source:
            raise BadRequest("Name a model: a folder, a repository id, demo or an address.")
        # What is no address may hold a password, and a load would be reported by its name.
        find_endpoint(wanted.source, self._settings.now.endpoints)
        self._loader.want(wanted, self._subscribers.environment_of(client), client)

    async def _unload(self) -> None:
        if self._worker.is_answering:
            raise BadRequest(
                "An answer is being given, or is about to be: stop it, or wait until it has ended."
            )
        await self._loader.unload()

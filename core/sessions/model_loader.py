"""Which model is wanted, and bringing the engine there."""

import asyncio
import logging
from functools import partial
from typing import NamedTuple

from ..client_environment import NO_ENVIRONMENT, ClientEnvironment
from ..engine.engine import Engine, LoadedModel
from ..errors import ModelError
from ..messages.events import ModelFailed, ModelLoaded, ModelLoading
from ..models.progress import LoadProgress
from .subscribers import Subscriber, Subscribers

_logger = logging.getLogger(__name__)


class _Asked(NamedTuple):
    """What a load was asked for, and by whom."""

    source: str
    environment: ClientEnvironment


class _Load:
    """One load: a token, so that two loads of the same source are told apart."""

    def __init__(self, asked: _Asked, given_up: _Asked | None, clients: list[Subscriber]) -> None:
        self.asked = asked
        self.given_up = given_up
        """What was given up for this load."""
        self.clients = clients
        """Those that hear in any case what comes of it."""

    @property
    def source(self) -> str:
        """The model's name."""
        return self.asked.source


class ModelLoader:
    """Loads the model that was asked for last and reports it to every client."""

    def __init__(self, engine: Engine, subscribers: Subscribers, due: asyncio.Event) -> None:
        self._engine = engine
        self._subscribers = subscribers
        self._due = due
        self._load: _Load | None = None
        self._loading: asyncio.Task[LoadedModel] | None = None
        self._may_change = False
        """Whether a load that was given up may still put its model in place of the one before."""
        self.wanted = ""
        """The source that was asked for last, or the one that stayed when it failed."""
        self.progress: ModelLoading | None = None
        """The newest report of the load that runs or waits."""
        self._error: ModelError | None = None

    @property
    def is_behind(self) -> bool:
        """Whether there is something to load."""
        return self._load is not None

    @property
    def loading(self) -> str:
        """Source of the model that is to be loaded; empty if there is nothing to load."""
        return self._load.source if self._load else ""

    @property
    def has_failed(self) -> bool:
        """Whether the last load failed."""
        return self._error is not None

    def explain_absence(self) -> ModelError | None:
        """Returns why no model can answer; None if one can."""
        if self._engine.model is not None:
            return None
        return self._error or ModelError("No model is loaded: choose one.")

    def want(
        self,
        source: str,
        environment: ClientEnvironment = NO_ENVIRONMENT,
        client: Subscriber | None = None,
        *,
        is_changed: bool = False,
    ) -> None:
        """Asks for a model; another one that is being loaded is given up for it.

        The one that is there stays as it is, with its KV caches. Where there is none, the one that
        was given up is loaded after all should this one fail.

        Args:
            source: the model's name.
            environment: of the client that asks.
            client: who asks, and hears in any case what comes of it; None for the core itself.
            is_changed: whether the name means something else than when it was loaded.
        """
        asked = _Asked(source, environment)
        before, model = self._load, self._engine.model
        clients = _hand_over(before, source, client)
        if before is not None and before.asked == asked and not is_changed:
            before.clients = clients
            return
        if self._loading is not None:
            self._loading.cancel()
            self._may_change = True
        self.wanted = source
        is_other = model is None or model.source != source
        if model is not None and not (is_other or self._may_change or is_changed):
            self._load = self.progress = None
            # Only after the report of another load is it news to all.
            for listener in clients if before is None else self._subscribers:
                listener.put(tell_loaded(model, source))
            return
        self._load = _Load(asked, before.asked if before else None, clients)
        self._report(self._load, LoadProgress("waiting"))
        self._due.set()

    def want_again(self, environment: ClientEnvironment) -> None:
        """Asks once more for the model that could not be loaded, if there is no other.

        Args:
            environment: of the client that needs one.
        """
        if self._engine.model is None and not self.is_behind and self.wanted:
            self.want(self.wanted, environment)

    async def load(self) -> None:
        """Loads what is wanted now; returns when that has ended or was given up."""
        load = self._load
        if load is None:
            return
        task = asyncio.create_task(
            self._engine.load(load.source, partial(self._report, load), load.asked.environment),
            name=load.source,
        )
        self._loading = task
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.wait([task])
            raise
        finally:
            self._loading = None
        if load is self._load:
            self._end(load, task)

    def _end(self, load: _Load, task: asyncio.Task[LoadedModel]) -> None:
        self._load = self.progress = None
        self._may_change = False
        self._error = _error_of(task)
        if self._error is None:
            _logger.info("loaded %s", load.source)
            self._subscribers.publish(tell_loaded(task.result(), load.source))
            return
        _logger.error("can't load %s: %s", load.source, self._error)
        self._subscribers.publish(
            ModelFailed(
                model=load.source, error=type(self._error).__name__, sentence=str(self._error)
            )
        )
        if self._engine.model is not None:
            self.wanted = self._engine.model.source
        elif load.given_up:
            self.want(*load.given_up)

    def _report(self, load: _Load, progress: LoadProgress) -> None:
        if load is self._load:
            self.progress = ModelLoading(
                model=load.source, stage=progress.stage, fraction=progress.fraction
            )
            self._subscribers.publish(self.progress)


def tell_loaded(model: LoadedModel, source: str) -> ModelLoaded:
    """Returns the event that says which model answers from now on."""
    return ModelLoaded(
        model=model.name,
        context_length=model.context_length,
        notice=model.notice,
        source=source,
        server=model.server,
    )


def _hand_over(before: _Load | None, source: str, client: Subscriber | None) -> list[Subscriber]:
    """Returns who hears what comes of a wish: whoever has it, and those that had the same before.

    Those that had another one, which is given up for it, are told so.
    """
    clients = [] if client is None else [client]
    if before is None:
        return clients
    if before.source == source:
        return [*before.clients, *clients]
    sentence = f"Another model, {source}, was asked for while {before.source} was being loaded."
    for other in before.clients:
        if other is not client:
            other.put(ModelFailed(model=before.source, error="ModelError", sentence=sentence))
    return clients


def _error_of(task: asyncio.Task[LoadedModel]) -> ModelError | None:
    """Returns why a load that has ended failed; None if it did not."""
    error = asyncio.CancelledError() if task.cancelled() else task.exception()
    if error is None or isinstance(error, ModelError):
        return error
    _logger.error("loading failed unexpectedly", exc_info=error)
    return ModelError(f"The model could not be loaded ({error!r}); the core's log says more.")

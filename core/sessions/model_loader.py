"""Which model is wanted, and bringing the engine there."""

import asyncio
import logging

from ..engine.engine import Engine, LoadedModel
from ..errors import ModelError
from ..messages.events import ModelFailed, ModelLoaded, ModelLoading
from ..models.progress import LoadProgress
from .subscribers import Subscribers

_logger = logging.getLogger(__name__)


class ModelLoader:
    """Loads the model that was asked for last and reports it to every client."""

    def __init__(self, engine: Engine, subscribers: Subscribers) -> None:
        self._engine = engine
        self._subscribers = subscribers
        self._loading: asyncio.Task[LoadedModel] | None = None
        self.wanted = ""
        """The source that was asked for last."""
        self.is_behind = False
        """Whether there is something to load."""
        self.progress: ModelLoading | None = None
        """The newest report of the load that runs or waits."""
        self.error: ModelError | None = None
        """Why the last load failed; None after one that did not."""
        self._given_up = ""
        """The source whose load was given up for `wanted`; empty if none was."""

    def want(self, source: str) -> None:
        """Asks for a model; another one that is being loaded is given up for it.

        The one that is there stays as it is, with its KV caches. Where there is none, the one that
        was given up is loaded after all should this one fail.
        """
        model = self._engine.model
        if not self.is_behind and model is not None and model.source == source:
            self._publish_loaded(model)
            return
        if self.is_behind and source == self.wanted:
            return
        if self._loading is not None:
            self._loading.cancel()
        self._given_up = self.wanted if self.is_behind else ""
        self.wanted = source
        self.is_behind = True
        self._report(LoadProgress("waiting"))

    async def load(self) -> None:
        """Loads what is wanted; `error` says whether that worked."""
        source = self.wanted
        self._loading = asyncio.create_task(self._engine.load(source, self._report_while_loading))
        try:
            await asyncio.wait([self._loading])
        finally:
            task, self._loading = self._loading, None
            task.cancel()
        if source == self.wanted:
            self.is_behind = False
            self.progress = None
            self._report_end(task)

    def _report_end(self, task: asyncio.Task[LoadedModel]) -> None:
        self.error = _error_of(task)
        if self.error is None:
            _logger.info("loaded %s", self.wanted)
            self._publish_loaded(task.result())
            return
        _logger.error("can't load %s: %s", self.wanted, self.error)
        self._subscribers.publish(
            ModelFailed(
                model=self.wanted, error=type(self.error).__name__, sentence=str(self.error)
            )
        )
        if self._engine.model is not None:
            self.wanted = self._engine.model.source
        elif self._given_up:
            self.want(self._given_up)

    def _publish_loaded(self, model: LoadedModel) -> None:
        self._subscribers.publish(
            ModelLoaded(model=model.name, context_length=model.context_length, notice=model.notice)
        )

    def _report_while_loading(self, progress: LoadProgress) -> None:
        if self._loading is not None:
            self._report(progress)

    def _report(self, progress: LoadProgress) -> None:
        self.progress = ModelLoading(
            model=self.wanted, stage=progress.stage, fraction=progress.fraction
        )
        self._subscribers.publish(self.progress)


def _error_of(task: asyncio.Task[LoadedModel]) -> ModelError | None:
    """Returns why a load that has ended failed; None if it did not."""
    error = asyncio.CancelledError() if task.cancelled() else task.exception()
    if error is None or isinstance(error, ModelError):
        return error
    _logger.error("loading failed unexpectedly", exc_info=error)
    return ModelError(f"The model could not be loaded ({error!r}); the core's log says more.")

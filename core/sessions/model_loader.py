"""Which model is wanted, and bringing the engine there."""

import asyncio
import logging
from collections.abc import Iterable
from functools import partial

from ..client_environment import NO_ENVIRONMENT, ClientEnvironment
from ..engine.engine import Engine, LoadedModel
from ..errors import BadRequest, LoadCancelled, ModelError
from ..generation_options import ConversationChoices
from ..messages.model_events import ModelFailed, ModelLoaded, ModelLoading, ModelUnloaded
from ..models.adapters_here import identify_adapter
from ..models.progress import LoadProgress
from .load import Load, find_failure, hand_over
from .model_states import Failed, Fetching, Idle, Loaded, Loading, ModelState, WantedModel
from .subscribers import Subscriber, Subscribers

_logger = logging.getLogger(__name__)


class ModelLoader:
    """Loads the model that was wanted last, frees it when asked, and tells every client.

    A model is wanted by a client, by the settings, or by a turn of a conversation that keeps it.
    """

    def __init__(self, engine: Engine, subscribers: Subscribers, due: asyncio.Event) -> None:
        self._engine = engine
        self._subscribers = subscribers
        self._due = due
        self._load: Load | None = None
        """The load that is due, or that the engine works on."""
        self._loading: asyncio.Task[LoadedModel] | None = None
        """What the engine works on, be it a load that was given up."""
        self._freed: asyncio.Future[None] | None = None
        """What those wait for that want the model freed."""
        self._adapter_revision = ""
        """Of the adapter that the model answers with, before its files were read."""
        self._failures: dict[WantedModel, ModelError] = {}
        """Why models could not be loaded, until that is tried again."""
        self.wanted = WantedModel("")
        """What was wanted last, or what stayed when that failed."""

    @property
    def state(self) -> ModelState:
        """What becomes of the model that was wanted last."""
        if self._load is not None:
            wanted, progress = self._load.wanted, self._load.progress
            return (Fetching if progress.total_bytes else Loading)(wanted, progress)
        if self._engine.model is not None:
            return Loaded(self._engine.model)
        error = self._failures.get(self.wanted)
        if error is None or isinstance(error, LoadCancelled):
            return Idle(self.wanted)
        return Failed(self.wanted, error)

    @property
    def is_behind(self) -> bool:
        """Whether there is something to load or to free."""
        return self._load is not None or self._freed is not None

    def resolve(self, choices: ConversationChoices) -> WantedModel:
        """Returns what answers a turn of a conversation that keeps these choices.

        One that has none of its own is answered by the model that is there, or will be next.
        """
        there = self._present or self.wanted
        if choices.model or choices.adapter:
            return WantedModel(choices.model or there.source, choices.adapter)
        return there

    def can_answer(self, wanted: WantedModel) -> bool:
        """Whether that model is loaded, with its adapter as this was trained last.

        An adapter whose folder is gone answers for as long as it is loaded.
        """
        is_loaded = wanted == self._present
        return is_loaded and identify_adapter(wanted.adapter) in ("", self._adapter_revision)

    def explain_absence(self, wanted: WantedModel) -> ModelError | None:
        """Returns why a model can't be loaded; None if it is there, or nobody has tried yet."""
        if self.can_answer(wanted):
            return None
        if not wanted.source:
            return ModelError("No model is loaded: choose one.")
        return self._failures.get(wanted)

    def tell_progress(self) -> ModelLoading | None:
        """Returns how far the load is that is due or runs; None if there is none."""
        if self._load is None:
            return None
        progress = self._load.progress
        return ModelLoading(
            model=self._load.wanted.source, stage=progress.stage, fraction=progress.fraction
        )

    def tell_news_of(self, model: LoadedModel | None) -> None:
        """Tells every client what has shown itself of a model since, such as that it reuses less.

        Args:
            model: as it was known.
        """
        if model is not None and model != self._engine.model:
            self._tell_present(self._subscribers)

    def want(
        self,
        wanted: WantedModel,
        environment: ClientEnvironment = NO_ENVIRONMENT,
        client: Subscriber | None = None,
        *,
        is_changed: bool = False,
    ) -> None:
        """Asks for a model; another one that is being loaded is given up for it.

        The one that is there stays as it is, with its KV caches. Where there is none, the one that
        was given up is loaded after all should this one fail.

        Args:
            wanted: the model.
            environment: of the client that asks.
            client: who asks, and hears in any case what comes of it; None for the core itself.
            is_changed: whether its name means something else than when it was loaded.
        """
        before = self._load
        clients = hand_over(before, wanted, client)
        is_same = before is not None and (before.wanted, before.environment) == (
            wanted,
            environment,
        )
        if before is not None and is_same and not is_changed:
            before.clients = clients
            return
        self.wanted = wanted
        self._failures.pop(wanted, None)
        if self._loading is not None:
            # It may still put its model in place of the one before.
            self._loading.cancel()
        elif self._stays(wanted) and not is_changed:
            self._load = None
            # Only after the report of another load is it news to all.
            self._tell_present(clients if before is None else self._subscribers)
            return
        self._load = Load(wanted, environment, before, clients)
        self._report(self._load, self._load.progress)
        self._due.set()

    def retry(self) -> None:
        """Lets models be loaded again that could not be: somebody asks something anew."""
        self._failures.clear()
        self._due.set()

    def cancel(self) -> None:
        """Gives up the load that is due or runs; what was downloaded stays on the disk.

        Raises:
            BadRequest: there is none.
        """
        load = self._load
        if load is None:
            raise BadRequest("No model is being loaded.")
        if self._loading is not None:
            self._loading.cancel()
        self._load = None
        self._fail(load, LoadCancelled(f"Loading {load.wanted.source} was cancelled."))

    async def unload(self) -> None:
        """Returns when the model is freed, between two turns; a load under way is given up."""
        if self._load is not None:
            self.cancel()
        if self._freed is None:
            self._freed = asyncio.get_running_loop().create_future()
            self._due.set()
        await asyncio.shield(self._freed)

    async def catch_up(self) -> None:
        """Frees the model if that is due, and loads the one that is wanted now, or gives it up."""
        if self._freed is not None:
            await self._free()
        if self._load is not None:
            await self._carry_out(self._load)

    @property
    def _present(self) -> WantedModel | None:
        model = self._engine.model
        return None if model is None else WantedModel(model.source, model.adapter)

    def _stays(self, wanted: WantedModel) -> bool:
        """Whether that model is loaded and is not about to be freed."""
        return self._freed is None and self.can_answer(wanted)

    def _tell_present(self, clients: Iterable[Subscriber]) -> None:
        """Tells clients which model is loaded."""
        model = self._engine.model
        if model is not None:
            for client in clients:
                client.put(tell_loaded(model, model.source))

    async def _free(self) -> None:
        model = self._engine.model
        self.wanted = self._present or self.wanted
        await self._engine.unload()
        freed, self._freed = self._freed, None
        if model is not None:
            _logger.info("unloaded %s", model.source)
            self._subscribers.publish(ModelUnloaded(source=model.source))
        if freed is not None:
            freed.set_result(None)

    async def _carry_out(self, load: Load) -> None:
        task = asyncio.create_task(
            self._engine.load(
                load.wanted.source,
                partial(self._report, load),
                load.environment,
                load.wanted.adapter,
            ),
            name=load.wanted.source,
        )
        self._loading = task
        revision = identify_adapter(load.wanted.adapter)
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.wait([task])
            raise
        finally:
            self._loading = None
        if load is self._load:
            self._end(load, task, revision)

    def _end(self, load: Load, task: asyncio.Task[LoadedModel], adapter_revision: str) -> None:
        self._load = None
        error = find_failure(task)
        if error is None:
            self._adapter_revision = adapter_revision
            _logger.info("loaded %s", load.wanted.source)
            self._subscribers.publish(tell_loaded(task.result(), load.wanted.source))
            return
        _logger.error("can't load %s: %s", load.wanted.source, error)
        self._fail(load, error)
        if self._engine.model is None and load.given_up:
            self.want(load.given_up.wanted, load.given_up.environment)

    def _fail(self, load: Load, error: ModelError) -> None:
        self._failures[load.wanted] = error
        self._subscribers.publish(
            ModelFailed(model=load.wanted.source, error=type(error).__name__, sentence=str(error))
        )
        self.wanted = self._present or self.wanted
        self._due.set()

    def _report(self, load: Load, progress: LoadProgress) -> None:
        if load is self._load:
            load.progress = progress
            if told := self.tell_progress():
                self._subscribers.publish(told)


def tell_loaded(model: LoadedModel, source: str) -> ModelLoaded:
    """Returns the event that says which model answers from now on."""
    return ModelLoaded(
        model=model.name,
        context_length=model.context_length,
        notice=model.notice,
        source=source,
        adapter=model.adapter,
        server=model.server,
        reuse=model.reuse,
        reuse_reason=model.reuse_reason,
        can_think=model.can_think,
        boxes_in_pixels=model.boxes_in_pixels,
    )

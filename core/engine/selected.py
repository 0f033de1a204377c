"""The engine that a source asks for: the local one for files, the remote one for an address."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from os.path import expanduser, isdir
from pathlib import Path

from ..client_environment import NO_ENVIRONMENT, ClientEnvironment
from ..conversation import Attachment
from ..errors import ModelNotFound, TurnError
from ..generation_options import GenerationOptions
from ..models.endpoints import explain_unknown, find_endpoint
from ..models.progress import LoadProgress
from ..models.sources import DEMO
from ..pictures.waiting import WaitingReader
from ..pictures.workers import PictureWorkers
from ..settings import Settings
from .engine import AnswerEvent, Engine, LoadedModel, PromptMessage
from .kv.spill_folder import SpillFolder
from .limits import Limits
from .remote.remote_engine import RemoteEngine


class SelectedEngine(Engine):
    """Holds one engine at a time, made when first needed; a remote model never loads mlx."""

    def __init__(
        self,
        settings: Settings,
        spills_dir: Path,
        workers: PictureWorkers,
        known_dir: Path | None = None,
    ) -> None:
        """Makes an engine without a model.

        Args:
            settings: budgets and limits.
            spills_dir: where KV caches wait that are out of memory.
            workers: decode pictures.
            known_dir: where what is found out of models is kept for lists; None for nowhere.
        """
        self._workers = workers
        self._settings = settings
        self._endpoints = dict(settings.endpoints)
        """Shared with the remote engine, so that it always knows the newest ones."""
        self._spills_dir = spills_dir
        self._known_dir = known_dir
        self._engine: Engine | None = None

    @property
    def model(self) -> LoadedModel | None:
        """The model of the engine in use."""
        return self._engine.model if self._engine else None

    @property
    def active_bytes(self) -> int:
        """Memory of the engine in use."""
        return self._engine.active_bytes if self._engine else 0

    def use_endpoints(self, settings: Settings) -> None:
        """Takes over the endpoints of new settings, from the next load and answer on."""
        self._endpoints.clear()
        self._endpoints.update(settings.endpoints)

    async def load(
        self,
        source: str,
        report: Callable[[LoadProgress], None],
        environment: ClientEnvironment = NO_ENVIRONMENT,
        adapter: str = "",
    ) -> LoadedModel:
        """Returns the model; an engine of the other kind is closed once this one stands."""
        before = self._engine
        is_remote = find_endpoint(source, self._endpoints) is not None
        if not is_remote:
            self._check_name(source)
        if before is not None and isinstance(before, RemoteEngine) == is_remote:
            return await before.load(source, report, environment, adapter)
        async with AsyncExitStack() as undo:
            engine = self._make_remote() if is_remote else self._make_local()
            undo.push_async_callback(engine.close)
            model = await engine.load(source, report, environment, adapter)
            undo.pop_all()
        self._engine = engine
        if before is not None:
            await before.close()
        return model

    async def measure(self, attachment: Attachment) -> Attachment:
        """Returns the attachment as the model sees it; unchanged while there is no model."""
        return await self._engine.measure(attachment) if self._engine else attachment

    def picture_seconds(self, tokens: int) -> float:
        """Returns about how long a picture takes with the engine in use; 0 while unknown."""
        return self._engine.picture_seconds(tokens) if self._engine else 0.0

    def answer(
        self,
        prompt: tuple[PromptMessage, ...],
        options: GenerationOptions,
        *,
        conversation: int = 0,
        environment: ClientEnvironment = NO_ENVIRONMENT,
    ) -> AsyncIterator[AnswerEvent]:
        """Returns the answer of the engine in use."""
        if self._engine is None:
            raise TurnError("No model is loaded; choose one and ask again.")
        return self._engine.answer(
            prompt, options, conversation=conversation, environment=environment
        )

    async def prepare(
        self,
        prompt: tuple[PromptMessage, ...],
        *,
        thinking: bool | None = None,
        conversation: int = 0,
    ) -> None:
        """Computes ahead with the engine in use."""
        if self._engine:
            await self._engine.prepare(prompt, thinking=thinking, conversation=conversation)

    async def forget(self, conversation: int) -> None:
        """Frees a conversation's KV in the engine in use, and on disk whatever is in use."""
        if self._engine is None or isinstance(self._engine, RemoteEngine):
            await self._change_spills(lambda spills: spills.remove_conversation(conversation))
        else:
            await self._engine.forget(conversation)

    async def keep_only(self, conversations: frozenset[int]) -> None:
        """Frees all other conversations' KV, as `forget` does."""
        if self._engine is None or isinstance(self._engine, RemoteEngine):
            await self._change_spills(lambda spills: spills.keep_only(conversations))
        else:
            await self._engine.keep_only(conversations)

    def stop(self) -> None:
        """Ends the answer of the engine in use."""
        if self._engine:
            self._engine.stop()

    async def unload(self) -> None:
        """Frees the model of the engine in use."""
        if self._engine:
            await self._engine.unload()

    async def close(self) -> None:
        """Ends the engine in use."""
        if self._engine:
            await self._engine.close()

    def _check_name(self, source: str) -> None:
        """Raises `ModelNotFound` for what can only be meant as the name of an endpoint."""
        # Path's own raise for unknown users, and for folders that may not be entered.
        is_folder = isdir(expanduser(source))  # noqa: PTH111, PTH112
        is_other = source == DEMO or is_folder or "/" in source.partition("#")[0]
        if self._endpoints and not is_other:
            raise ModelNotFound(explain_unknown(source, self._endpoints))

    async def _change_spills(self, change: Callable[[SpillFolder], None]) -> None:
        """Changes the folder of spills, which no engine uses now."""
        if self._spills_dir.exists():
            spill_bytes = self._settings.spill_bytes
            await asyncio.to_thread(lambda: change(SpillFolder(self._spills_dir, spill_bytes)))

    def _make_remote(self) -> Engine:
        settings = self._settings
        return RemoteEngine(
            settings.pixel_budget, settings.max_pixels, self._endpoints, self._workers
        )

    def _make_local(self) -> Engine:
        settings = self._settings
        from .mlx_engine import MlxEngine

        reader = WaitingReader(self._workers, asyncio.get_running_loop())
        return MlxEngine(
            Limits(
                settings.pixel_budget,
                settings.max_pixels,
                kv_bits=settings.kv_bits,
                kv_bytes=settings.kv_bytes,
            ),
            read_pixels=reader,
            begin_reading=reader.begin,
            spills_dir=self._spills_dir,
            spill_bytes=settings.spill_bytes,
            known_dir=self._known_dir,
        )

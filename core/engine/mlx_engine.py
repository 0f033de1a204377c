"""The local engine: a model that mlx-vlm runs on this machine, on a thread of its own."""

import asyncio
import gc
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from ..conversation import Attachment
from ..errors import ModelUnsupported, TurnError
from ..models.progress import LoadProgress
from ..models.sources import ModelFiles, fetch_model
from .engine import (
    AnswerEvent,
    AnswerOptions,
    Engine,
    LoadedModel,
    PromptMessage,
)
from .limits import Limits
from .mlx_thread import MlxThread
from .past_turns import LOADED_ANEW, PastTurns
from .relay import Relay
from .stop_signal import StopSignal, never

_EVICTING_DELAY: Final = 0.05
"""Seconds after an answer: its end is stored and shown without sharing the interpreter."""

if TYPE_CHECKING:
    from .kv.spill_folder import SpillFolder
    from .resident import ResidentModel


class MlxEngine(Engine):
    """Runs a checkpoint through MLX, its KV caches and picture features resident.

    MLX is imported on the engine's thread when the first model is loaded.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        spills_dir: Path | None = None,
        spill_bytes: int = 4 * 2**30,
        closing_seconds: float = 8.0,
    ) -> None:
        """Makes an engine without a model.

        Args:
            limits: what its models may take.
            spills_dir: where KV caches wait that are out of memory; None for nowhere.
            spill_bytes: most disk that they take there.
            closing_seconds: how long `close` may write to it; the core waits little longer.
        """
        self._limits = limits
        self._spills_dir = spills_dir
        self._spill_bytes = spill_bytes
        self._closing_seconds = closing_seconds
        self._spills: SpillFolder | None = None
        self._thread = MlxThread()
        self._resident: ResidentModel | None = None
        self._past = PastTurns()
        self._stop = StopSignal()
        """Of the newest answer."""
        self._interrupt = StopSignal()
        """Of the newest work ahead."""
        self._computing: dict[StopSignal, int] = {}
        """Conversations that are being computed or wait for it, by what stops that."""

    @property
    def model(self) -> LoadedModel | None:
        """The model that can answer now."""
        resident = self._resident
        return None if resident is None else resident.model

    @property
    def active_bytes(self) -> int:
        """Memory that weights, KV caches and features hold."""
        resident = self._resident
        return 0 if resident is None else resident.active_bytes

    @property
    def kv_cache_bytes(self) -> int:
        """Memory that KV caches hold, room for growth included."""
        resident = self._resident
        return 0 if resident is None else resident.pool.nbytes

    async def load(self, source: str, report: Callable[[LoadProgress], None]) -> LoadedModel:
        """Loads a model in place of the one before, which stays when this fails.

        Raises:
            ModelError: with one sentence that says what to do.
        """
        files = await fetch_model(source, report)
        report(LoadProgress("loading the weights"))
        given_up = threading.Event()
        try:
            model = await self._thread.run(lambda: self._load(files, given_up))
        finally:
            given_up.set()
        report(LoadProgress("ready", 1.0))
        return model

    async def measure(self, attachment: Attachment) -> Attachment:
        """Returns the attachment with the size that the model will see and its tokens.

        Raises:
            ImageError: the model can't take a picture of this shape.
        """
        resident = self._resident
        if resident is None:
            return attachment
        size = resident.pixels.fit(attachment.width, attachment.height, attachment.name)
        return msgspec.structs.replace(
            attachment, model_width=size.width, model_height=size.height, tokens=size.tokens
        )

    async def answer(
        self,
        prompt: tuple[PromptMessage, ...],
        options: AnswerOptions,
        *,
        conversation: int = 0,
    ) -> AsyncIterator[AnswerEvent]:
        """Yields progress, text and at last one `AnswerEnd`.

        Raises:
            TurnError, ImageError: with one sentence that says what to do; the engine can go on.
        """
        self._interrupt.set()
        stop = self._stop = StopSignal(self._thread.pause)
        relay = Relay()
        started_at = time.perf_counter()

        def compute() -> None:
            resident = self._loaded()
            from .turn import Turn

            Turn(resident, options, started_at, relay.put, stop, conversation).run(prompt)

        with self._noted(stop, conversation):
            turn = self._thread.run(compute)
            turn.add_done_callback(lambda _: relay.close())
            turn.add_done_callback(lambda _: self._evict_later())
            try:
                async for event in relay.events():
                    yield event
                await turn
            finally:
                stop.set()

    async def prepare(self, prompt: tuple[PromptMessage, ...], *, conversation: int = 0) -> None:
        """Encodes and prefills what is known of a prompt, until something else is to be done.

        Raises:
            TurnError, ImageError: why a turn of this prompt could not be computed.
        """
        self._interrupt.set()
        stop = self._interrupt = StopSignal(self._thread.pause, self._thread.has_next)
        with self._noted(stop, conversation):
            try:
                await self._thread.run(lambda: self._prepare(prompt, conversation, stop))
            finally:
                stop.set()
                self._evict_later()

    async def forget(self, conversation: int) -> None:
        """Returns when the KV of a conversation is gone, in memory and on disk.

        Its own answer is stopped; that of another is only paused between two of its steps.
        """
        for stop, computed in self._computing.items():
            if computed == conversation:
                stop.set()
        # Its KV can't be freed while it is in use; what was stopped ends with its next step.
        while not await self._thread.run_between(lambda: self._forget(conversation)):
            pass

    async def keep_only(self, conversations: frozenset[int]) -> None:
        """Returns when the KV of all other conversations is gone, in memory and on disk."""
        kept = conversations.union(self._computing.values())
        await self._thread.run_between(lambda: self._keep_only(kept))

    def stop(self) -> None:
        """Ends the answer that is being computed, if any, as `cancelled`."""
        self._stop.set()

    async def unload(self) -> None:
        """Frees the model and everything that belongs to it."""
        await self._unload(never)

    async def close(self) -> None:
        """Unloads and ends the thread; the engine can't be used again.

        What can't be written to disk within the time for it is lost, the oldest first.
        """
        latest = time.monotonic() + self._closing_seconds
        try:
            await self._unload(lambda: time.monotonic() > latest)
        finally:
            self._thread.close()

    async def _unload(self, is_late: Callable[[], bool]) -> None:
        self._interrupt.set()
        self._stop.set()
        await self._thread.run(lambda: self._free(is_late))

    @contextmanager
    def _noted(self, stop: StopSignal, conversation: int) -> Iterator[None]:
        """Notes which conversation is computed while the block runs, and what stops that."""
        self._computing[stop] = conversation
        try:
            yield
        finally:
            del self._computing[stop]

    def _evict_later(self) -> None:
        """Brings the KV caches under their budget once nothing else is to be done."""
        loop = asyncio.get_running_loop()
        loop.call_later(_EVICTING_DELAY, self._thread.run_when_idle, self._evict)

    def _load(self, files: ModelFiles, given_up: threading.Event) -> LoadedModel:
        """Runs on the thread, as all methods below do."""
        try:
            from .loading import load_checkpoint
            from .memory import memory_limit_bytes
            from .resident import ResidentModel
        except ImportError as error:
            raise ModelUnsupported(
                f"MLX can't be used on this machine ({error}); name a model on another one, "
                f"such as http://host:8080/v1."
            ) from error
        checkpoint = load_checkpoint(files)
        memory_bytes = self._limits.memory_bytes or memory_limit_bytes()
        model = LoadedModel(
            name=files.name,
            source=files.source,
            context_length=checkpoint.context_length,
            weights_bytes=checkpoint.weights_bytes,
            notice=files.notice,
        )
        limits = self._limits._replace(memory_bytes=memory_bytes)
        if not given_up.is_set():
            self._free()
            self._resident = ResidentModel(
                model, checkpoint, limits, self._open_spills(), self._past
            )
            self._resident.measure_work()
        gc.collect()
        return model

    def _loaded(self) -> "ResidentModel":
        if self._resident is None:
            raise TurnError("No model is loaded; choose one first.")
        return self._resident

    def _prepare(
        self, messages: tuple[PromptMessage, ...], conversation: int, stop: StopSignal
    ) -> None:
        if self._resident is not None and not stop.is_set():
            from .prefill_ahead import PrefillAhead

            PrefillAhead(self._resident, conversation, stop).run(messages)

    def _evict(self) -> bool:
        """Returns whether the KV caches are under their budget; False where it was interrupted."""
        resident = self._resident
        return resident is None or resident.pool.shrink_to_budget(self._thread.is_wanted)

    def _forget(self, conversation: int) -> bool:
        """Returns whether the conversation is gone; False where its KV is in use."""
        self._past.remove_conversation(conversation)
        if self._resident is not None:
            self._resident.drafts.drop(conversation)
            return self._resident.pool.drop_conversation(conversation)
        if spills := self._open_spills():
            spills.remove_conversation(conversation)
        return True

    def _keep_only(self, conversations: frozenset[int]) -> None:
        self._past.keep_only(conversations)
        if self._resident is not None:
            self._resident.drafts.keep_only(conversations)
            self._resident.pool.keep_only(conversations)
        elif spills := self._open_spills():
            spills.keep_only(conversations)

    def _open_spills(self) -> "SpillFolder | None":
        from .kv.spill_folder import SpillFolder

        if self._spills is None and self._spills_dir is not None:
            self._spills = SpillFolder(self._spills_dir, self._spill_bytes)
        return self._spills

    def _free(self, is_late: Callable[[], bool] = never) -> None:
        if self._resident is not None:
            self._resident.spill(is_late)
            self._past.mark_lost(LOADED_ANEW)
        self._resident = None
        gc.collect()

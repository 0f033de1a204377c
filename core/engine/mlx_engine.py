"""The local engine: a model that mlx-vlm runs on this machine, on a thread of its own."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from ..client_environment import NO_ENVIRONMENT, ClientEnvironment
from ..conversation import Attachment
from ..generation_options import GenerationOptions
from ..models.progress import LoadProgress
from ..models.sources import fetch_model
from ..stored_pixels import ReadPixels, WantedPixels, read_pixels
from .engine import (
    AnswerEvent,
    Engine,
    LoadedModel,
    PromptMessage,
)
from .found_out import FoundOut
from .limits import Limits
from .mlx_thread import MlxThread
from .model_slot import ModelSlot
from .relay import Relay
from .stop_signal import StopSignal, never

BeginReading = Callable[[WantedPixels], None]
"""Begins to read a picture that will soon be asked for; returns at once."""

_EVICTING_DELAY: Final = 0.05
"""Seconds after an answer: its end is stored and shown without sharing the interpreter."""


class MlxEngine(Engine):
    """Runs a checkpoint through MLX, its KV caches and picture features resident.

    MLX is imported on the engine's thread when the first model is loaded.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        read_pixels: ReadPixels = read_pixels,
        begin_reading: BeginReading | None = None,
        spills_dir: Path | None = None,
        spill_bytes: int = 4 * 2**30,
        closing_seconds: float = 8.0,
        known_dir: Path | None = None,
    ) -> None:
        """Makes an engine without a model.

        Args:
            limits: what its models may take.
            read_pixels: decodes pictures; by itself, on the engine's thread.
            begin_reading: of pictures that `read_pixels` will be asked for; None for no way.
            spills_dir: where KV caches wait that are out of memory; None for nowhere.
            spill_bytes: most disk that they take there.
            closing_seconds: how long `close` may write to it; the core waits little longer.
            known_dir: where what is found out of models is kept for lists; None for nowhere.
        """
        self.slot = ModelSlot(limits, spills_dir, spill_bytes, read_pixels)
        """The model in memory; what it does runs on the thread."""
        self._begin_reading = begin_reading
        self._closing_seconds = closing_seconds
        self._found_out = FoundOut(self.slot, known_dir)
        self._thread = MlxThread()
        self._stop = StopSignal()
        """Of the newest answer."""
        self._interrupt = StopSignal()
        """Of the newest work ahead."""
        self._computing: dict[StopSignal, int] = {}
        """Conversations that are being computed or wait for it, by what stops that."""
        self._answers = 0
        """Answers that are being computed or wait for it."""

    @property
    def model(self) -> LoadedModel | None:
        """The model that can answer now."""
        resident = self.slot.resident
        return None if resident is None else resident.model

    @property
    def active_bytes(self) -> int:
        """Memory that weights, KV caches and features hold."""
        return self.slot.active_bytes

    @property
    def kv_cache_bytes(self) -> int:
        """Memory that KV caches hold, room for growth included."""
        resident = self.slot.resident
        return 0 if resident is None else resident.pool.nbytes

    async def load(
        self,
        source: str,
        report: Callable[[LoadProgress], None],
        environment: ClientEnvironment = NO_ENVIRONMENT,
        adapter: str = "",
    ) -> LoadedModel:
        """Loads a model in place of the one before, which stays when this fails.

        Raises:
            ModelError: with one sentence that says what to do.
        """
        files = await fetch_model(source, report, environment)
        report(LoadProgress("loading the weights"))
        given_up = threading.Event()
        try:
            model = await self._thread.run(lambda: self.slot.load(files, adapter, given_up))
        finally:
            given_up.set()
            self._evict_later()
        await self._found_out.recall_pace(files.revision)
        await self._found_out.keep()
        report(LoadProgress("ready", 1.0))
        return model

    async def measure(self, attachment: Attachment) -> Attachment:
        """Returns the attachment with the size that the model will see and its tokens.

        Raises:
            ImageError: the model can't take a picture of this shape.
        """
        resident = self.slot.resident
        if resident is None:
            return attachment
        it = attachment
        fit = partial(resident.pixels.fit, it.width, it.height, it.label, it.pixel_budget)
        size = fit() if resident.pixels.fits_by_arithmetic else await self._thread.run_between(fit)
        return msgspec.structs.replace(
            attachment, model_width=size.width, model_height=size.height, tokens=size.tokens
        )

    def picture_seconds(self, tokens: int) -> float:
        """Returns about how long a picture takes, by those measured since the model was loaded."""
        resident = self.slot.resident
        return 0.0 if resident is None else resident.picture_pace.seconds(tokens)

    async def answer(
        self,
        prompt: tuple[PromptMessage, ...],
        options: GenerationOptions,
        *,
        conversation: int = 0,
        environment: ClientEnvironment = NO_ENVIRONMENT,  # noqa: ARG002 - it asks no server
    ) -> AsyncIterator[AnswerEvent]:
        """Yields progress, text and at last one `AnswerEnd`.

        Raises:
            TurnError, ImageError: with one sentence that says what to do; the engine can go on.
        """
        self._interrupt.set()
        stop = self._stop = StopSignal(self._thread.pause)
        relay = Relay()
        asked_at = None if self._answers else time.perf_counter()
        if self._answers:
            self._read_ahead(prompt)

        def compute() -> None:
            resident = self.slot.loaded()
            from .turn import Turn

            started_at = asked_at or time.perf_counter()
            Turn(resident, options, started_at, relay.put, stop, conversation).run(prompt)

        with self._noted(stop, conversation), self._counted():
            turn = self._thread.run(compute)
            turn.add_done_callback(lambda _: relay.close())
            turn.add_done_callback(lambda _: self._evict_later())
            try:
                async for event in relay.events():
                    yield event
                await turn
            finally:
                stop.set()
        await self._found_out.keep()

    async def prepare(
        self,
        prompt: tuple[PromptMessage, ...],
        *,
        thinking: bool | None = None,
        conversation: int = 0,
    ) -> None:
        """Encodes and prefills what is known of a prompt, until something else is to be done.

        Raises:
            TurnError, ImageError: why a turn of this prompt could not be computed.
        """
        self._interrupt.set()
        stop = self._interrupt = StopSignal(self._thread.pause, self._thread.has_next)

        def compute() -> None:
            if self.slot.resident is not None and not stop.is_set():
                from .prefill_ahead import PrefillAhead

                PrefillAhead(self.slot.resident, conversation, stop, thinking).run(prompt)

        with self._noted(stop, conversation):
            try:
                await self._thread.run(compute)
            finally:
                stop.set()
                self._evict_later()
        await self._found_out.keep()

    async def forget(self, conversation: int) -> None:
        """Returns when the KV of a conversation is gone, in memory and on disk.

        Its own answer is stopped; that of another is only paused between two of its steps.
        """
        for stop, computed in self._computing.items():
            if computed == conversation:
                stop.set()
        # Its KV can't be freed while it is in use; what was stopped ends with its next step.
        while not await self._thread.run_between(lambda: self.slot.forget(conversation)):
            pass

    async def keep_only(self, conversations: frozenset[int]) -> None:
        """Returns when the KV of all other conversations is gone, in memory and on disk."""
        kept = conversations.union(self._computing.values())
        await self._thread.run_between(lambda: self.slot.keep_only(kept))

    def stop(self) -> None:
        """Ends the answer that was asked for last, if it has not ended, as `cancelled`."""
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
        await self._thread.run(lambda: self.slot.free(is_late))

    def _read_ahead(self, prompt: tuple[PromptMessage, ...]) -> None:
        """Begins to read the pictures of an answer that waits for another one."""
        resident = self.slot.resident
        if resident is None or self._begin_reading is None:
            return
        for image in (image for message in prompt for image in message.images):
            if not resident.pictures.is_known(image):
                self._begin_reading(resident.pixels.wanted(image))

    @contextmanager
    def _counted(self) -> Iterator[None]:
        """Counts an answer while the block runs."""
        self._answers += 1
        try:
            yield
        finally:
            self._answers -= 1

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

    def _evict(self) -> bool:
        return self.slot.evict(self._thread.is_wanted)

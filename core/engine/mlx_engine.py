"""The local engine: a model that mlx-vlm runs on this machine, on a thread of its own."""

import gc
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from ..conversation import Attachment
from ..errors import ModelUnsupported, TurnError
from ..images import ReadPixels, read_pixels
from ..models.progress import LoadProgress
from ..models.sources import ModelFiles, fetch_model
from .engine import (
    AnswerEvent,
    AnswerOptions,
    Engine,
    LoadedModel,
    PromptMessage,
)
from .mlx_thread import MlxThread
from .past_turns import LOADED_ANEW, PastTurns
from .relay import Relay

if TYPE_CHECKING:
    from .kv.spill_folder import SpillFolder
    from .resident import ResidentModel


class MlxEngine(Engine):
    """Runs a checkpoint through MLX, its KV caches and picture features resident.

    MLX is imported on the engine's thread when the first model is loaded.
    """

    def __init__(
        self,
        pixel_budget: int,
        max_pixels: int,
        *,
        read_pixels: ReadPixels = read_pixels,
        memory_bytes: int | None = None,
        kv_bits: int = 0,
        kv_bytes: int = 0,
        spills_dir: Path | None = None,
        spill_bytes: int = 4 * 2**30,
    ) -> None:
        """Makes an engine without a model.

        Args:
            pixel_budget: most image tokens of one picture.
            max_pixels: pictures with more are refused.
            read_pixels: decodes pictures; by itself, on the engine's thread.
            memory_bytes: most memory to hold; None for what the machine has.
            kv_bits: bits of a KV cache's number; 0 for the model's own precision.
            kv_bytes: most memory for KV caches; 0 for what is left beside the model.
            spills_dir: where KV caches wait that are out of memory; None for nowhere.
            spill_bytes: most disk that they take there.
        """
        self._pixel_budget = pixel_budget
        self._max_pixels = max_pixels
        self._read_pixels = read_pixels
        self._memory_bytes = memory_bytes
        self._kv_bits = kv_bits
        self._kv_bytes = kv_bytes
        self._spills_dir = spills_dir
        self._spill_bytes = spill_bytes
        self._spills: SpillFolder | None = None
        self._thread = MlxThread()
        self._resident: ResidentModel | None = None
        self._past = PastTurns()
        self._stop = threading.Event()
        self._interrupt = threading.Event()

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
        stop = self._stop = threading.Event()
        relay = Relay()
        started_at = time.perf_counter()

        def compute() -> None:
            resident = self._loaded()
            from .turn import Turn

            Turn(resident, options, started_at, relay.put, stop, conversation).run(prompt)
            resident.pool.settle(self._thread.is_wanted)

        turn = self._thread.run(compute)
        turn.add_done_callback(lambda _: relay.close())
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
        stop = self._interrupt = threading.Event()
        try:
            await self._thread.run(lambda: self._prepare(prompt, conversation, stop))
        finally:
            stop.set()

    async def forget(self, conversation: int) -> None:
        """Frees the KV of a conversation as soon as the answer that is being computed has ended."""
        self._thread.run(lambda: self._forget(conversation))

    def stop(self) -> None:
        """Ends the answer that is being computed, if any, as `cancelled`."""
        self._stop.set()

    async def unload(self) -> None:
        """Frees the model and everything that belongs to it."""
        self._interrupt.set()
        self._stop.set()
        await self._thread.run(self._free)

    async def close(self) -> None:
        """Unloads and ends the thread; the engine can't be used again."""
        try:
            await self.unload()
        finally:
            self._thread.close()

    def _load(self, files: ModelFiles, given_up: threading.Event) -> LoadedModel:
        """Runs on the thread, as all methods below do."""
        try:
            from .loading import load_checkpoint
            from .memory import memory_limit_bytes
            from .resident import Limits, ResidentModel
        except ImportError as error:
            raise ModelUnsupported(
                f"MLX can't be used on this machine ({error}); name a model on another one, "
                f"such as http://host:8080/v1."
            ) from error
        checkpoint = load_checkpoint(files)
        memory_bytes = self._memory_bytes or memory_limit_bytes()
        model = LoadedModel(
            name=files.name,
            source=files.source,
            context_length=checkpoint.context_length,
            weights_bytes=checkpoint.weights_bytes,
            notice=files.notice,
        )
        limits = Limits(
            self._pixel_budget, self._max_pixels, memory_bytes, self._kv_bits, self._kv_bytes
        )
        if not given_up.is_set():
            self._free()
            self._resident = ResidentModel(
                model, checkpoint, limits, self._open_spills(), self._read_pixels
            )
            self._resident.past = self._past
        gc.collect()
        return model

    def _loaded(self) -> "ResidentModel":
        if self._resident is None:
            raise TurnError("No model is loaded; choose one first.")
        return self._resident

    def _prepare(
        self, messages: tuple[PromptMessage, ...], conversation: int, stop: threading.Event
    ) -> None:
        if self._resident is not None and not stop.is_set():
            from .prefill_ahead import Preparation

            Preparation(self._resident, conversation, stop).run(messages)
            self._resident.pool.settle(self._thread.is_wanted)

    def _forget(self, conversation: int) -> None:
        self._past.forget(conversation)
        if self._resident is not None:
            self._resident.drafts.drop(conversation)
            self._resident.pool.forget(conversation)
        elif spills := self._open_spills():
            spills.forget(conversation)

    def _open_spills(self) -> "SpillFolder | None":
        from .kv.spill_folder import SpillFolder

        if self._spills is None and self._spills_dir is not None:
            self._spills = SpillFolder(self._spills_dir, self._spill_bytes)
        return self._spills

    def _free(self) -> None:
        if self._resident is not None:
            self._resident.spill()
            self._past.lose(LOADED_ANEW)
        self._resident = None
        gc.collect()

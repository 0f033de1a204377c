"""A loaded model with everything that belongs to it. Lives on the MLX thread."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from typing import Any, Final

import mlx.core as mx

from ..stored_pixels import ReadPixels, read_pixels
from .adapters.lora import Lora
from .decoding.ahead import DecodingAhead
from .drafts import Drafts
from .engine import LoadedModel
from .family.family import Chunk
from .kv.layout import KvLayout
from .kv.measuring import measure_layout
from .kv.pool import KvPool
from .kv.prefix import TokenRun
from .kv.spill import Spills, spill_block_tokens
from .kv.spill_block import SpillIdentity
from .kv.spill_folder import SpillFolder
from .limits import Limits
from .loading import Checkpoint
from .memory import memory_limit_bytes, out_of_memory, picture_too_large, spare_memory_bytes
from .past_turns import PastTurns
from .picture import Picture
from .picture_pace import PicturePace
from .prefill_pace import PrefillPace
from .prompt import PromptBuilder
from .stop_signal import never
from .vision import Pictures, Pixels
from .work_memory import WorkMemory, measure_chunk, measure_picture

_FEATURES_SHARE: Final = 16
"""Features take at most this part of the weights: seven pictures of Qwen3-VL-4B at the default
pixel budget. With `_COPY_SHARE`, a tenth of the weights is never exceeded."""

_COPY_SHARE: Final = 64
"""A block's copy, while it is spilled, takes at most this part of the weights."""

_LIBRARIES: Final = ("mlx-vlm", "transformers", "Pillow")
"""What prompts, pictures and KV are computed by: another version may compute something else."""

_LEAST_CHUNK: Final = 8
"""Tokens; where there is no memory for these, there is none for a prompt."""

_ENOUGH: Final = 128
"""Tokens of a chunk for which other conversations are evicted."""


class ResidentModel:
    """A checkpoint, its KV caches and its pictures."""

    def __init__(
        self,
        model: LoadedModel,
        checkpoint: Checkpoint,
        limits: Limits,
        spill_folder: SpillFolder | None = None,
        past: PastTurns | None = None,
        read_pixels: ReadPixels = read_pixels,
    ) -> None:
        """Makes the caches of a loaded checkpoint, all empty.

        Args:
            model: what is known of it.
            checkpoint: its weights and processor.
            limits: what it may take.
            spill_folder: where KV caches wait that are out of memory; None for nowhere.
            past: turns of the time before it was loaded; None for none.
            read_pixels: decodes pictures.
        """
        self.model = model
        self.checkpoint = checkpoint
        self.family = checkpoint.family
        self.prompts = PromptBuilder(self.family)
        self.pixels = Pixels(self.family, limits.pixel_budget, limits.max_pixels, read_pixels)
        spare_bytes = spare_memory_bytes(limits.memory_bytes, checkpoint.weights_bytes)
        features_bytes = limits.features_bytes or min(
            checkpoint.weights_bytes // _FEATURES_SHARE, spare_bytes // 8
        )
        self.pictures = Pictures(self.family, self.pixels, features_bytes)
        self.pool = self._make_pool(limits, spare_bytes - features_bytes, spill_folder)
        self.drafts = Drafts(self.pool, self.pictures)
        self.past = PastTurns() if past is None else past
        self.past.model = checkpoint.revision
        self.pace = PrefillPace()
        self.picture_pace = PicturePace()
        self.ahead = DecodingAhead()
        self.work = WorkMemory()
        self.limits = limits
        self.adapter: Lora | None = None
        """What the model answers with beside its own weights."""

    @property
    def active_bytes(self) -> int:
        """Memory that weights, KV caches and features hold; may be read by any thread."""
        adapter = self.adapter
        weights_bytes = self.checkpoint.weights_bytes + (adapter.nbytes if adapter else 0)
        return weights_bytes + self.pool.nbytes + self.pictures.nbytes

    @property
    def available_bytes(self) -> int:
        """Memory that is free for work: within the limit, and as MLX counts it."""
        unused_bytes = memory_limit_bytes() - int(mx.get_active_memory())
        return max(0, min(self.limits.memory_bytes - self.active_bytes, unused_bytes))

    def switch_adapter(self, adapter: Lora | None) -> None:
        """Has the model answer with an adapter from now on, or with none.

        KV caches stay where they are, each for the adapter that it was computed with; features are
        dropped only where one of the two changes how pictures are encoded.
        """
        before, self.adapter = self.adapter, adapter
        if before is not None:
            before.take_off()
        if adapter is not None:
            adapter.put_on()
        self.family.find_layers()
        if any(it is not None and it.changes_pictures for it in (before, adapter)):
            self.pictures.clear()
        self.prompts.adapter = adapter.folder.digest if adapter else ""
        # What was measured was measured with the other weights.
        self.ahead = DecodingAhead()
        path = adapter.folder.path if adapter else ""
        self.model = replace(self.model, adapter=path)

    def note_reuse(self) -> None:
        """Notes what the family reuses: the first prompt with two pictures may show it is less."""
        kind, reason = self.family.reuse
        if kind != self.model.reuse:
            self.model = replace(self.model, reuse=kind, reuse_reason=reason)

    def measure_work(self) -> None:
        """Measures what a chunk and a picture take, on one layer each."""
        self.work.chunk = measure_chunk(self.family, self.pool.layout)
        self.work.picture = measure_picture(self.family, self.limits.pixel_budget)
        mx.clear_cache()

    def fit_chunk(self, held: int, tokens: int) -> int:
        """Returns how many of the next tokens can be computed at once; others are evicted for them.

        Args:
            held: tokens before them.
            tokens: most that are wanted.

        Raises:
            OutOfMemory: there is no memory even for a few.
        """
        few, enough = min(tokens, _LEAST_CHUNK), min(tokens, _ENOUGH)
        self.check_chunk(held, few)
        self._make_room(self.work.chunk.nbytes(enough, held + enough))
        rows = self.work.chunk.most_rows(held, self.available_bytes)
        return max(few, min(tokens, rows))

    def check_chunk(self, held: int, tokens: int) -> None:
        """Makes sure that so many tokens can be computed at once; others are evicted for them.

        Raises:
            OutOfMemory: there is no memory for them.
        """
        needed = self.work.chunk.nbytes(tokens, held + tokens)
        if needed > self._most_bytes:
            raise out_of_memory(needed, self._most_bytes)
        self._make_room(needed)

    def check_picture(self, picture: Picture) -> None:
        """Makes sure that there is memory to encode a picture; others are evicted for it.

        Raises:
            ImageError: there is not.
        """
        rows = self.family.encoding_rows(picture.shape)
        needed = self.work.picture.nbytes(rows, rows)
        if needed > self._most_bytes:
            raise picture_too_large(picture.source.name, needed, self._most_bytes)
        self._make_room(needed)

    def free_caches(self) -> None:
        """Frees all KV caches and features."""
        self.pool.clear()
        self.pictures.clear()

    def spill(self, is_late: Callable[[], bool] = never) -> None:
        """Writes to disk what later answers can go on from, the newest first.

        Args:
            is_late: asked again and again whether the time for it is over.
        """
        self.drafts.drop_all()
        self.pool.spill_all(is_late)

    @property
    def _most_bytes(self) -> int:
        """Memory that would be free without the other conversations' KV caches."""
        return self.available_bytes + self.pool.evictable_bytes

    def _make_room(self, needed: int) -> None:
        """Evicts others until there is the memory that is needed, or no other is left."""
        if needed > self.available_bytes:
            self.pool.free(needed - self.available_bytes)
            mx.clear_cache()

    def _make_pool(
        self, limits: Limits, spare_bytes: int, spill_folder: SpillFolder | None
    ) -> KvPool:
        layout = make_layout(self.checkpoint, limits.kv_bits)
        spills = None
        if spill_folder is not None:
            copy_bytes = self.checkpoint.weights_bytes // _COPY_SHARE
            block_tokens = limits.block_tokens or spill_block_tokens(copy_bytes, layout.token_bytes)
            identity = self._identity(limits, layout)
            spills = Spills(spill_folder, identity, layout, self.pictures, block_tokens)
        limit_bytes = min(limits.kv_bytes or spare_bytes, spare_bytes)
        # Half of what is left is for the conversation that is being answered.
        idle_bytes = limit_bytes if limits.kv_bytes else limit_bytes // 2
        idle_bytes = limits.kv_idle_bytes or idle_bytes
        return KvPool(layout, limit_bytes, idle_bytes, spills, limits.spare_tokens)

    def _identity(self, limits: Limits, layout: KvLayout) -> SpillIdentity:
        return SpillIdentity(
            source=self.model.source,
            revision=self.checkpoint.revision,
            template=hashlib.sha256(self.checkpoint.chat_template.encode()).hexdigest(),
            library=", ".join(f"{name} {version(name)}" for name in _LIBRARIES),
            number_bytes=layout.number_bytes,
            pixel_budget=limits.pixel_budget,
            kv_bits=layout.bits,
        )


def make_layout(checkpoint: Checkpoint, kv_bits: int) -> KvLayout:
    """Returns how the KV of a checkpoint lies in memory."""
    family = checkpoint.family

    def compute(layers: list[Any], held: int, count: int) -> Any:
        return family.extend(Chunk(TokenRun([0] * (held + count)), held, held + count), layers)

    layout = measure_layout(family.make_layers, compute, kv_bits)
    return replace(layout, is_kept=layout.is_kept and family.reuse.kind != "cold")

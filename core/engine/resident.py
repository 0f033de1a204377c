"""A loaded model with everything that belongs to it. Lives on the MLX thread."""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Final, NamedTuple

from ..images import ReadPixels, read_pixels
from .drafts import Drafts
from .engine import LoadedModel
from .kv.layout import KvLayout
from .kv.pool import KvPool
from .kv.spill import Spills
from .kv.spill_block import SpillIdentity
from .kv.spill_folder import SpillFolder
from .language import LanguageModel
from .loading import Checkpoint
from .memory import spare_memory_bytes
from .past_turns import PastTurns
from .prompt import PromptBuilder
from .vision import Pictures, Pixels

_CHUNK_SECONDS: Final = 0.2
"""How long a chunk of prefill should take: a stop waits no longer."""

_FEATURES_SHARE: Final = 16
"""Features take at most this part of the weights: seven pictures of Qwen3-VL-4B at the default
pixel budget. With `_COPY_SHARE`, a tenth of the weights is never exceeded."""

_COPY_SHARE: Final = 64
"""A block's copy, while it is spilled, takes at most this part of the weights."""


class Limits(NamedTuple):
    """What a model may take."""

    pixel_budget: int
    """Image tokens of one picture."""
    max_pixels: int
    """Pixels of a picture's file."""
    memory_bytes: int
    """Weights, KV caches and all else."""
    kv_bits: int = 0
    """Bits of a KV cache's number; 0 for the model's own precision."""
    kv_bytes: int = 0
    """KV caches of all conversations; 0 for what is left beside the model."""


class PrefillPace:
    """Sizes the chunks of prefill by how fast the last one was."""

    def __init__(self, first: int = 128, least: int = 32, most: int = 2048) -> None:
        self.tokens = first
        """Tokens of the next chunk."""
        self._least = least
        self._most = most

    @contextmanager
    def timing(self, tokens: int) -> Iterator[None]:
        """Measures the computing of a chunk of so many tokens."""
        started_at = time.perf_counter()
        yield
        seconds = time.perf_counter() - started_at
        # The cost of a short rest says nothing about that of a full chunk.
        if tokens == self.tokens:
            fitting = int(tokens * _CHUNK_SECONDS / seconds)
            self.tokens = max(self._least, min(self._most, 2 * tokens, fitting))


class ResidentModel:
    """A checkpoint, its KV caches and its pictures."""

    def __init__(
        self,
        model: LoadedModel,
        checkpoint: Checkpoint,
        limits: Limits,
        spill_folder: SpillFolder | None = None,
        read_pixels: ReadPixels = read_pixels,
    ) -> None:
        self.model = model
        self.checkpoint = checkpoint
        self.language = LanguageModel(checkpoint.model.language_model)
        self.prompts = PromptBuilder(
            checkpoint.processor.tokenizer,
            checkpoint.chat_template,
            checkpoint.model.config.image_token_id,
        )
        self.pixels = Pixels(
            checkpoint.processor.image_processor,
            limits.pixel_budget,
            limits.max_pixels,
            read_pixels,
        )
        spare_bytes = spare_memory_bytes(limits.memory_bytes, checkpoint.weights_bytes)
        features_bytes = min(checkpoint.weights_bytes // _FEATURES_SHARE, spare_bytes // 8)
        self.pictures = Pictures(checkpoint.model.vision_tower, self.pixels, features_bytes)
        self.pool = self._make_pool(limits, spare_bytes - features_bytes, spill_folder)
        self.drafts = Drafts(self.pool, self.pictures)
        self.past = PastTurns()
        self.pace = PrefillPace()

    @property
    def active_bytes(self) -> int:
        """Memory that weights, KV caches and features hold; may be read by any thread."""
        return self.checkpoint.weights_bytes + self.pool.nbytes + self.pictures.nbytes

    def free_caches(self) -> None:
        """Frees all KV caches and features."""
        self.pool.clear()
        self.pictures.clear()

    def spill(self) -> None:
        """Writes to disk what later answers can go on from."""
        self.drafts.drop_all()
        self.pool.spill_all()

    def _make_pool(
        self, limits: Limits, spare_bytes: int, spill_folder: SpillFolder | None
    ) -> KvPool:
        layout = _layout(self.checkpoint, limits.kv_bits)
        spills = None
        if spill_folder is not None:
            copy_bytes = self.checkpoint.weights_bytes // _COPY_SHARE
            identity = self._identity(limits, layout)
            spills = Spills(spill_folder, identity, layout, self.pictures, copy_bytes)
        if limits.kv_bytes:
            limit_bytes = min(limits.kv_bytes, spare_bytes)
            return KvPool(layout, limit_bytes, limit_bytes, spills)
        # The other half is for the conversation that is being answered.
        return KvPool(layout, spare_bytes, spare_bytes // 2, spills)

    def _identity(self, limits: Limits, layout: KvLayout) -> SpillIdentity:
        return SpillIdentity(
            source=self.model.source,
            revision=self.checkpoint.revision,
            adapter="",
            template=hashlib.sha256(self.checkpoint.chat_template.encode()).hexdigest(),
            library=f"mlx-vlm {version('mlx-vlm')}, Pillow {version('pillow')}",
            number_bytes=layout.number_bytes,
            pixel_budget=limits.pixel_budget,
            kv_bits=layout.bits if layout.group_size else 0,
        )


def _layout(checkpoint: Checkpoint, kv_bits: int) -> KvLayout:
    text = checkpoint.model.config.text_config
    numbers = 2 * text.num_hidden_layers * text.num_key_value_heads * text.head_dim
    return KvLayout(
        layer_count=text.num_hidden_layers,
        heads=text.num_key_value_heads,
        head_size=text.head_dim,
        number_bytes=checkpoint.token_bytes // numbers,
        bits=kv_bits,
    )

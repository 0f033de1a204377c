"""A loaded model with everything that belongs to it. Lives on the MLX thread."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from .engine import LoadedModel
from .kv_cache import KvPool
from .language import LanguageModel
from .loading import Checkpoint
from .memory import spare_memory_bytes
from .prompt import PromptBuilder
from .vision import Pictures, Pixels

_CHUNK_SECONDS: Final = 0.2
"""How long a chunk of prefill should take: a stop waits no longer."""

_FEATURES_BYTES: Final = 512 * 2**20
"""Most memory for features: about twenty pictures of Qwen3-VL-4B at the default pixel budget."""


class Limits(NamedTuple):
    """What a model may take."""

    pixel_budget: int
    """Image tokens of one picture."""
    max_pixels: int
    """Pixels of a picture's file."""
    memory_bytes: int
    """Weights, KV caches and all else."""


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

    def __init__(self, model: LoadedModel, checkpoint: Checkpoint, limits: Limits) -> None:
        self.model = model
        self.checkpoint = checkpoint
        self.language = LanguageModel(checkpoint.model.language_model)
        self.prompts = PromptBuilder(
            checkpoint.processor.tokenizer,
            checkpoint.chat_template,
            checkpoint.model.config.image_token_id,
        )
        self.pixels = Pixels(
            checkpoint.processor.image_processor, limits.pixel_budget, limits.max_pixels
        )
        spare_bytes = spare_memory_bytes(limits.memory_bytes, checkpoint.weights_bytes)
        features_bytes = min(_FEATURES_BYTES, spare_bytes // 8)
        self.pictures = Pictures(checkpoint.model.vision_tower, self.pixels, features_bytes)
        self.pool = KvPool(
            self.language.layer_count, checkpoint.token_bytes, spare_bytes - features_bytes
        )
        self.pace = PrefillPace()

    @property
    def active_bytes(self) -> int:
        """Memory that weights, KV caches and features hold; may be read by any thread."""
        return self.checkpoint.weights_bytes + self.pool.nbytes + self.pictures.nbytes

    def free_caches(self) -> None:
        """Frees all KV caches and features."""
        self.pool.clear()
        self.pictures.clear()

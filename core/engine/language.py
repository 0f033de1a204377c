"""Qwen3-VL's language half, called with explicit positions and features.

mlx-vlm keeps the positions of the last prompt on the module, where one conversation's leak into
the next. Here every call is given its own, and nothing stays behind.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import mlx.core as mx
import numpy as np
from mlx_vlm.models.cache import KVCache

from .positions import Positions
from .vision import Features


@dataclass(frozen=True)
class PlacedFeatures:
    """Rows of a picture's features and where in a chunk they stand."""

    start: int
    """Index in the chunk of the first row."""
    features: Features
    first: int
    """First row of the features."""
    end: int
    """Row after the last."""


@dataclass(frozen=True)
class Chunk:
    """Consecutive tokens of a prompt, with the pictures' features that fall among them."""

    tokens: Sequence[int]
    positions: Positions
    pictures: list[PlacedFeatures] = field(default_factory=list)


class LanguageModel:
    """Computes hidden states and logits on a KV cache."""

    def __init__(self, language_model: Any) -> None:
        self._decoder = language_model.model
        self._head = (
            self._decoder.embed_tokens.as_linear
            if language_model.args.tie_word_embeddings
            else language_model.lm_head
        )
        self.layer_count = len(self._decoder.layers)

    def extend(self, chunk: Chunk, layers: list[KVCache]) -> Any:
        """Returns the hidden states of a chunk, not yet evaluated, its KV added to the layers."""
        tokens = mx.array([chunk.tokens])
        embeddings = self._decoder.embed_tokens(tokens)
        visual = np.zeros((1, len(chunk.tokens)), dtype=bool)
        for placed in chunk.pictures:
            stop = placed.start + placed.end - placed.first
            rows = placed.features.embeddings[placed.first : placed.end]
            embeddings[0, placed.start : stop] = rows.astype(embeddings.dtype)
            visual[0, placed.start : stop] = True
        return self._decoder(
            tokens,
            inputs_embeds=embeddings,
            cache=layers,
            position_ids=mx.array(chunk.positions)[:, None],
            visual_pos_masks=mx.array(visual) if chunk.pictures else None,
            deepstack_visual_embeds=_join_deepstack(chunk.pictures),
        )

    def step(self, token: Any, position: int, layers: list[KVCache]) -> Any:
        """Returns the logits after one generated token, shape (1, vocabulary), not evaluated.

        Args:
            token: shape (1,), possibly not evaluated either.
            position: the token's.
            layers: the KV, to which the token's is added.
        """
        hidden = self._decoder(
            token[None], cache=layers, position_ids=mx.full((3, 1, 1), position, dtype=mx.int32)
        )
        return self.logits(hidden)

    def logits(self, hidden: Any) -> Any:
        """Returns the logits after the last of the hidden states, shape (1, vocabulary)."""
        return self._head(hidden[:, -1])


def _join_deepstack(pictures: list[PlacedFeatures]) -> list[Any] | None:
    if not pictures:
        return None
    layers = zip(*(placed.features.deepstack for placed in pictures), strict=True)
    return [
        mx.concatenate(
            [
                layer[placed.first : placed.end]
                for layer, placed in zip(layer_parts, pictures, strict=True)
            ]
        )
        for layer_parts in layers
    ]

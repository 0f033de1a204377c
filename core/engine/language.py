"""Qwen3-VL's language half, called with explicit positions and features.

mlx-vlm keeps the positions of the last prompt on the module, where one conversation's leak into
the next. Here every call is given its own, and nothing stays behind.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any

import mlx.core as mx
import numpy as np

from .mlx_vlm_names import KVCache
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
        self._whole = language_model.model
        self._decoder = copy(language_model.model)
        *layers, last = self._decoder.layers
        self._decoder.layers = [*layers, _LastLayer(last)]
        self._head = (
            self._decoder.embed_tokens.as_linear
            if language_model.args.tie_word_embeddings
            else language_model.lm_head
        )

    def one_layer(self) -> "LanguageModel":
        """Returns the model with a single one of its layers, to measure what they take."""
        single = copy(self)
        single._decoder = copy(self._decoder)
        layers = self._decoder.layers
        single._decoder.layers = [layers[len(layers) // 2]]
        return single

    def extend(self, chunk: Chunk, layers: list[KVCache]) -> Any:
        """Adds a chunk's KV to the layers.

        Returns:
            The hidden state after the chunk's last token, shape (1, 1, size), not yet evaluated.
        """
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

    def steps(self, tokens: Sequence[int], position: int, layers: list[KVCache]) -> Any:
        """Returns the logits after each of several tokens, shape (1, tokens, vocabulary).

        Args:
            tokens: consecutive ones of the text.
            position: the first one's.
            layers: the KV, to which theirs is added.
        """
        positions = mx.arange(position, position + len(tokens), dtype=mx.int32)
        return self._head(
            self._whole(
                mx.array([tokens]),
                cache=layers,
                position_ids=mx.broadcast_to(positions, (3, 1, len(tokens))),
            )
        )

    def logits(self, hidden: Any) -> Any:
        """Returns the logits after a hidden state, shape (1, vocabulary)."""
        return self._head(hidden[:, -1])


class _LastLayer:
    """The decoder's last layer, computed for the last token alone: of the others only the KV."""

    def __init__(self, layer: Any) -> None:
        self._layer = layer

    def __call__(
        self, hidden: Any, mask: Any, cache: KVCache, positions: Any, rotations: Any
    ) -> Any:
        """Returns the hidden state after the last token.

        Args:
            hidden: states before the layer, shape (1, tokens, size).
            mask: of the attention between the tokens.
            cache: the layer's KV, to which that of all tokens is added.
            positions: shape (3, 1, tokens).
            rotations: their cosines and sines, each of shape (1, tokens, head size); None where
                the kernels take the positions themselves.
        """
        if hidden.shape[1] == 1:
            return self._layer(hidden, mask, cache, positions, rotations)
        before = rotations and tuple(part[:, :-1] for part in rotations)
        last = rotations and tuple(part[:, -1:] for part in rotations)
        # MLX computes what is used, and of this that is what goes into the cache.
        self._layer(hidden[:, :-1], mask, cache, positions[..., :-1], before)
        return self._layer(hidden[:, -1:], None, cache, positions[..., -1:], last)


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

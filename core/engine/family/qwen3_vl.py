"""Qwen3-VL, its two halves called by themselves: faster than through mlx-vlm's common contract.

mlx-vlm keeps the positions of the last prompt on the module, where one conversation's leak into
the next. Here every call is given its own, and nothing stays behind.
"""

import re
from collections.abc import Sequence
from copy import copy
from typing import Any

import mlx.core as mx
import numpy as np
from PIL import Image

from ..kv.prefix import ImageSpan
from ..mlx_vlm_names import KVCache
from ..picture import PictureShape, PictureSize
from .family import Chunk, Family, Features, PlacedFeatures, Reuse
from .grid import Grid
from .masks import Masks
from .placing import MarkPlacing
from .positions import next_position, rope_positions
from .template import OwnTemplate
from .vision_tower import without_waste


class Qwen3VL(Family):
    """Qwen3-VL, dense or with experts."""

    reuse = Reuse("full")

    def __init__(self, model: Any, processor: Any, chat_template: str) -> None:
        """Takes the parts of a loaded checkpoint, which stay as they are."""
        tokenizer, token = processor.tokenizer, model.config.image_token_id
        text = str(tokenizer.convert_ids_to_tokens(token))
        self.template = OwnTemplate(tokenizer, chat_template)
        self.placing = MarkPlacing(
            Masks(tokenizer),
            re.compile(re.escape(text)),
            (text, token),
            text,
            lambda picture, _: [token] * (picture.rows * picture.columns),
        )
        self._grid = Grid(processor.image_processor)
        self._model = model
        self.find_layers()

    def find_layers(self) -> None:
        """Takes up the model's layers as they are now."""
        self._tower = without_waste(self._model.vision_tower)
        language = self._model.language_model
        self._decoder = language.model
        """As mlx-vlm made it."""
        self._prefill = _for_last_token(language.model)
        self._head = (
            language.model.embed_tokens.as_linear
            if language.args.tie_word_embeddings
            else language.lm_head
        )

    def fit(self, width: int, height: int, budget: int) -> PictureSize:
        """Returns the size at which the model sees a picture of this size."""
        return self._grid.fit(width, height, budget)

    def shape(self, width: int, height: int) -> PictureShape:
        """Returns the rows and columns of image tokens of a picture of a fitted size."""
        return self._grid.shape(width, height)

    def encode(self, pixels: Image.Image) -> Features:
        """Returns what the vision tower makes of a picture."""
        return Features(*self._run(self._tower, pixels))

    def encoding_rows(self, shape: PictureShape) -> int:
        """Returns how many patches the vision tower gets of a picture."""
        return self._grid.patch_count(shape)

    def make_layers(self) -> list[Any]:
        """Returns empty caches."""
        return [KVCache() for _ in self._decoder.layers]

    def next_position(self, spans: Sequence[ImageSpan], length: int) -> int:
        """Returns the position of the text token that follows `length` tokens."""
        return next_position(spans, length)

    def extend(self, chunk: Chunk, layers: list[Any]) -> Any:
        """Adds the KV of a chunk's tokens; the last layer is computed for the last token alone."""
        tokens = mx.array([chunk.tokens])
        embeddings = self._prefill.embed_tokens(tokens)
        visual = np.zeros((1, len(chunk.tokens)), dtype=bool)
        for placed in chunk.pictures:
            rows, place = _cut(placed.span, chunk)
            embeddings[0, place] = placed.features.embeddings[rows].astype(embeddings.dtype)
            visual[0, place] = True
        positions = rope_positions(chunk.prompt.spans, chunk.end)[:, chunk.start :]
        hidden = self._prefill(
            tokens,
            inputs_embeds=embeddings,
            cache=layers,
            position_ids=mx.array(positions)[:, None],
            visual_pos_masks=mx.array(visual) if chunk.pictures else None,
            deepstack_visual_embeds=_join_deepstack(chunk.pictures, chunk),
        )
        return self._head(hidden[:, -1])

    def step(self, token: Any, position: int, layers: list[Any]) -> Any:
        """Returns the logits after one generated token."""
        return self._continue(token[None], position, layers)[:, -1]

    def steps(self, tokens: Sequence[int], position: int, layers: list[Any]) -> Any:
        """Returns the logits after each of some text tokens."""
        return self._continue(mx.array([tokens]), position, layers)

    def _continue(self, tokens: Any, position: int, layers: list[Any]) -> Any:
        count = tokens.shape[1]
        positions = mx.arange(position, position + count, dtype=mx.int32)
        hidden = self._decoder(
            tokens, cache=layers, position_ids=mx.broadcast_to(positions, (3, 1, count))
        )
        return self._head(hidden)

    def few_layers(self) -> "Qwen3VL":
        """Returns the model with a single one of its decoder layers."""
        single = copy(self)
        single._decoder = copy(self._decoder)
        layers = self._decoder.layers
        single._decoder.layers = [layers[len(layers) // 2]]
        single._prefill = single._decoder
        return single

    def encode_little(self, pixels: Image.Image) -> Any:
        """Returns what a single block of the vision tower makes of a picture."""
        single = copy(self._tower)
        single.blocks = [self._tower.blocks[len(self._tower.blocks) // 2]]
        return self._run(single, pixels)

    def _run(self, tower: Any, pixels: Image.Image) -> Any:
        patches, grid = self._grid.patches(pixels)
        return tower(patches.astype(tower.patch_embed.proj.weight.dtype), grid)


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


def _for_last_token(decoder: Any) -> Any:
    lean = copy(decoder)
    *layers, last = decoder.layers
    lean.layers = [*layers, _LastLayer(last)]
    return lean


def _cut(span: ImageSpan, chunk: Chunk) -> tuple[slice, slice]:
    """Returns which of a picture's rows stand in the chunk, and where in the chunk."""
    first, end = max(span.start, chunk.start), min(span.end, chunk.end)
    return slice(first - span.start, end - span.start), slice(
        first - chunk.start, end - chunk.start
    )


def _join_deepstack(pictures: Sequence[PlacedFeatures], chunk: Chunk) -> list[Any] | None:
    if not pictures:
        return None
    cuts = [_cut(placed.span, chunk)[0] for placed in pictures]
    layers = zip(*(placed.features.deepstack for placed in pictures), strict=True)
    return [
        mx.concatenate([part[rows] for part, rows in zip(parts, cuts, strict=True)])
        for parts in layers
    ]

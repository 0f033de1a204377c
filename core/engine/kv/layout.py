"""How a model's KV caches lie in memory: in the model's own precision, or quantised by mlx-vlm."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import mlx.core as mx
import numpy as np

from ..mlx_vlm_names import KVCache, QuantizedKVCache, should_quantize_kv_layer

_GROUP_SIZES: Final = (64, 32)
"""Numbers that share a scale; the first that divides the head is taken."""

KvLayer: TypeAlias = KVCache | QuantizedKVCache
"""The KV of one decoder layer."""

Parts = Sequence[Any]
"""A layer's arrays, of keys and then of values, with the tokens on the last axis but one."""

ArrayKind: TypeAlias = tuple[Sequence[int], Any]
"""Shape of such an array, with any number of tokens, and the type of its numbers."""


@dataclass(frozen=True)
class KvLayout:
    """Shapes and precision of a model's KV."""

    layer_count: int
    heads: int
    """Of keys and values."""
    head_size: int
    """Numbers of a key."""
    dtype: Any
    """Of numbers that are not quantised."""
    bits: int = 0
    """Bits of a quantised number; 0 for the model's own precision."""

    @property
    def number_bytes(self) -> int:
        """Memory of a number that is not quantised."""
        return int(self.dtype.size)

    @property
    def group_size(self) -> int:
        """Numbers that share a scale; 0 where nothing is or can be quantised."""
        fitting = [size for size in _GROUP_SIZES if self.bits and self.head_size % size == 0]
        return fitting[0] if fitting else 0

    @property
    def token_bytes(self) -> int:
        """Memory of one token's KV in all layers."""
        exact = self.head_size * self.number_bytes
        quantised = 0
        if self.group_size:
            scales = 2 * (self.head_size // self.group_size) * self.number_bytes
            quantised = self.head_size * self.bits // 8 + scales
        rows = [quantised if self._quantises(index) else exact for index in range(self.layer_count)]
        return 2 * self.heads * sum(rows)

    def make_layers(self) -> list[KvLayer]:
        """Returns empty layers."""
        return [
            QuantizedKVCache(self.group_size, self.bits) if self._quantises(index) else KVCache()
            for index in range(self.layer_count)
        ]

    def reserve(self, layers: Sequence[KvLayer], capacity: int) -> None:
        """Gives layers with less room buffers for `capacity` tokens, one layer after the other.

        Left to themselves they grow in steps of their own, each of which copies all that they
        hold, to sizes that no limit knows of.
        """
        for index, layer in enumerate(layers):
            if layer_capacity(layer) < capacity:
                held = layer_parts(layer, 0, layer.offset)
                room = capacity - layer.offset
                arrays = join_parts([held], room) if held else self._zeros(index, capacity)
                _take(layer, arrays, layer.offset)

    def _zeros(self, index: int, capacity: int) -> list[Any]:
        kinds = [(self.head_size, self.dtype)]
        if self._quantises(index):
            scales = (self.head_size // self.group_size, self.dtype)
            kinds = [(self.head_size * self.bits // 32, mx.uint32), scales, scales]
        shape = (1, self.heads, capacity)
        return [mx.zeros((*shape, width), dtype=dtype) for width, dtype in 2 * kinds]

    def _quantises(self, index: int) -> bool:
        return bool(self.group_size) and should_quantize_kv_layer(index, self.layer_count)


def layer_parts(layer: KvLayer, start: int, stop: int) -> Parts:
    """Returns the layer's arrays cut to some of its tokens; none where the layer is empty."""
    if layer.offset == 0:
        return []
    arrays = (
        (*layer.keys, *layer.values)
        if isinstance(layer, QuantizedKVCache)
        else (layer.keys, layer.values)
    )
    return [array[..., start:stop, :] for array in arrays]


def layer_capacity(layer: KvLayer) -> int:
    """Returns how many tokens the layer's buffers have room for."""
    if layer.keys is None:
        return 0
    keys = layer.keys[0] if isinstance(layer, QuantizedKVCache) else layer.keys
    return int(keys.shape[-2])


def append_parts(layer: KvLayer, pieces: Sequence[Parts], capacity: int = 0) -> None:
    """Adds the tokens of each piece to the layer, evaluated, in new buffers.

    Args:
        layer: what is extended.
        pieces: the arrays to add, in order.
        capacity: tokens that there shall be room for; 0 for what is added and no more.
    """
    held = layer_parts(layer, 0, layer.offset)
    pieces = [held, *pieces] if held else pieces
    length = sum(piece[0].shape[-2] for piece in pieces)
    _take(layer, join_parts(pieces, max(0, capacity - length)), length)


def make_room(layer: KvLayer, kinds: Sequence[ArrayKind], tokens: int, capacity: int) -> list[Any]:
    """Adds tokens to the layer, in new buffers, whose numbers are written afterwards.

    Args:
        layer: what is extended.
        kinds: of its arrays.
        tokens: how many to add.
        capacity: as in `append_parts`.

    Returns:
        Of each array the bytes of the new tokens, to be written to: a view of shape (..., `tokens`,
        bytes of a row).
    """
    start, length = layer.offset, layer.offset + tokens
    capacity = max(length, capacity)
    arrays = [mx.zeros((*shape[:-2], capacity, shape[-1]), dtype=dtype) for shape, dtype in kinds]
    for array, part in zip(arrays, layer_parts(layer, 0, start), strict=False):
        array[..., :start, :] = part
    _take(layer, arrays, length)
    return [np.asarray(array.view(mx.uint8))[..., start:length, :] for array in arrays]


def join_parts(pieces: Sequence[Parts], room: int = 0) -> list[Any]:
    """Returns the arrays of consecutive pieces as one, with `room` tokens of spare room behind."""
    return [_join(column, room) for column in zip(*pieces, strict=True)]


def _take(layer: KvLayer, arrays: list[Any], length: int) -> None:
    """Gives the layer other buffers, evaluated."""
    mx.eval(arrays)
    half = len(arrays) // 2
    if isinstance(layer, QuantizedKVCache):
        layer.keys, layer.values = tuple(arrays[:half]), tuple(arrays[half:])
    else:
        layer.keys, layer.values = arrays
    layer.offset = length


def _join(arrays: Sequence[Any], room: int) -> Any:
    *outer, _, width = arrays[0].shape
    spare = mx.zeros((*outer, room, width), dtype=arrays[0].dtype)
    return mx.contiguous(mx.concatenate([*arrays, spare], axis=-2))

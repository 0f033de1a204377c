"""The KV of one decoder layer that can be cut to any of its tokens: its arrays and their room."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import mlx.core as mx
import numpy as np

from ..mlx_vlm_names import KVCache, QuantizedKVCache

KvLayer: TypeAlias = KVCache | QuantizedKVCache
"""The KV of one decoder layer."""

Parts = Sequence[Any]
"""A layer's arrays, of keys and then of values, with the tokens on the last axis but one."""

ArrayKind: TypeAlias = tuple[Sequence[int], Any]
"""Shape of such an array, with any number of tokens, and the type of its numbers."""


def layer_arrays(layer: KvLayer) -> Parts:
    """Returns the layer's buffers, with their room for more tokens; none where it has none."""
    if layer.keys is None:
        return []
    if isinstance(layer, QuantizedKVCache):
        return [*layer.keys, *layer.values]
    return [layer.keys, layer.values]


def layer_parts(layer: KvLayer, start: int, stop: int) -> Parts:
    """Returns the layer's arrays cut to some of its tokens; none where the layer is empty."""
    if layer.offset == 0:
        return []
    return [array[..., start:stop, :] for array in layer_arrays(layer)]


def layer_capacity(layer: KvLayer) -> int:
    """Returns how many tokens the layer's buffers have room for."""
    if layer.keys is None:
        return 0
    keys = layer.keys[0] if isinstance(layer, QuantizedKVCache) else layer.keys
    return int(keys.shape[-2])


def reserve_room(layer: KvLayer, kinds: Sequence[ArrayKind], capacity: int) -> None:
    """Gives a layer with less room buffers for `capacity` tokens.

    Args:
        layer: keeps what it holds.
        kinds: of its arrays.
        capacity: tokens.
    """
    if layer_capacity(layer) < capacity:
        held = layer_parts(layer, 0, layer.offset)
        room = capacity - layer.offset
        arrays = join_parts([held], room) if held else [_zeros(kind, capacity) for kind in kinds]
        set_arrays(layer, arrays, layer.offset)


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
    set_arrays(layer, join_parts(pieces, max(0, capacity - length)), length)


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
    arrays = [_zeros(kind, capacity) for kind in kinds]
    for array, part in zip(arrays, layer_parts(layer, 0, start), strict=False):
        array[..., :start, :] = part
    set_arrays(layer, arrays, length)
    return [np.asarray(array.view(mx.uint8))[..., start:length, :] for array in arrays]


def join_parts(pieces: Sequence[Parts], room: int = 0) -> list[Any]:
    """Returns the arrays of consecutive pieces as one, with `room` tokens of spare room behind."""
    return [_join(column, room) for column in zip(*pieces, strict=True)]


def set_arrays(layer: KvLayer, arrays: list[Any], length: int) -> None:
    """Gives the layer other buffers, evaluated."""
    mx.eval(arrays)
    half = len(arrays) // 2
    if isinstance(layer, QuantizedKVCache):
        layer.keys, layer.values = tuple(arrays[:half]), tuple(arrays[half:])
    else:
        layer.keys, layer.values = arrays
    layer.offset = length


def _zeros(kind: ArrayKind, tokens: int) -> Any:
    shape, dtype = kind
    return mx.zeros((*shape[:-2], tokens, shape[-1]), dtype=dtype)


def _join(arrays: Sequence[Any], room: int) -> Any:
    *outer, _, width = arrays[0].shape
    spare = mx.zeros((*outer, room, width), dtype=arrays[0].dtype)
    return mx.contiguous(mx.concatenate([*arrays, spare], axis=-2))

"""How a model's KV caches lie in memory: which of them can be cut to any token, and what they take.

A cache of mlx-vlm is one of three kinds. The keys and values of tokens can be cut to any of them. A
state, as layers that are recurrent or a convolution have it, can only be copied as it is at one
length. What stays empty, as in layers that read another layer's KV, counts as neither.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, NamedTuple

from ..mlx_vlm_names import CacheList, QuantizedKVCache
from .layers import ArrayKind, KvLayer, layer_arrays, reserve_room, set_arrays
from .windowed import WindowedKVCache, WindowedQuantizedKVCache


class CacheKind(NamedTuple):
    """What one cache of a model is."""

    arrays: tuple[ArrayKind, ...] = ()
    """Of its keys, then of its values; empty where it can't be cut to any token."""
    holds_state: bool = False
    window: int = 0
    """Tokens that its layer attends to; 0 for all."""
    group_size: int = 0
    """Numbers that share a scale; 0 where it is not quantised."""

    @property
    def token_bytes(self) -> int:
        """Memory of one token."""
        return sum(prod(shape) // shape[-2] * dtype.size for shape, dtype in self.arrays)


@dataclass(frozen=True)
class KvLayout:
    """Kinds, shapes and precision of a model's caches, as they were measured."""

    make_plain_layers: Callable[[], list[Any]]
    """Makes empty caches, one a decoder layer, as mlx-vlm does."""
    kinds: tuple[CacheKind, ...]
    """Of each cache, those inside of others included."""
    bits: int = 0
    """Bits of a quantised number; 0 where nothing is quantised."""
    number_bytes: int = 4
    """Memory of a number that is not quantised."""
    state_bytes: int = 0
    """Memory of all states, whatever the number of tokens."""
    state_token_bytes: int = 0
    """Memory that states take more for each token."""
    is_kept: bool = True
    """Whether what was computed can be used again at all."""

    @property
    def token_bytes(self) -> int:
        """Memory of one token in all layers."""
        return sum(kind.token_bytes for kind in self.kinds) + self.state_token_bytes

    @property
    def is_trimmable(self) -> bool:
        """Whether the caches can be cut back to any length."""
        return not any(kind.holds_state for kind in self.kinds)

    def nbytes(self, tokens: int) -> int:
        """Returns the memory of a branch with room for `tokens` tokens."""
        return self.token_bytes * tokens + self.state_bytes

    def make_layers(self) -> list[Any]:
        """Returns empty caches, one a decoder layer."""
        kinds = iter(self.kinds)
        return [self._replace(layer, kinds) for layer in self.make_plain_layers()]

    def token_caches(self, layers: Iterable[Any]) -> list[KvLayer]:
        """Returns the caches that can be cut to any token."""
        return [cache for cache, kind in self._both(layers) if kind.arrays]

    def state_caches(self, layers: Iterable[Any]) -> list[Any]:
        """Returns the caches that hold a state."""
        return [cache for cache, kind in self._both(layers) if kind.holds_state]

    def reserve(self, layers: Sequence[Any], capacity: int) -> None:
        """Gives caches with less room buffers for `capacity` tokens, one after the other.

        Left to themselves they grow in steps of their own, each of which copies all that they
        hold, to sizes that no limit knows of.
        """
        for cache, kind in self._both(layers):
            if kind.arrays:
                reserve_room(cache, kind.arrays, capacity)

    def move_tokens(self, layers: Sequence[Any], target: Sequence[Any]) -> None:
        """Gives the buffers of all tokens to empty caches."""
        pairs = zip(self.token_caches(layers), self.token_caches(target), strict=True)
        for cache, empty in pairs:
            set_arrays(empty, list(layer_arrays(cache)), cache.offset)

    def _both(self, layers: Iterable[Any]) -> Iterator[tuple[Any, CacheKind]]:
        return zip(flatten(layers), self.kinds, strict=False)

    def _replace(self, cache: Any, kinds: Iterator[CacheKind]) -> Any:
        """Returns the cache, or ours in its place; those inside of others are replaced there."""
        if isinstance(cache, CacheList):
            cache.caches = tuple(self._replace(inner, kinds) for inner in cache.caches)
            return cache
        kind = next(kinds)
        if kind.window and kind.group_size:
            return WindowedQuantizedKVCache(kind.window, kind.group_size, self.bits)
        if kind.window:
            return WindowedKVCache(kind.window)
        if kind.group_size:
            return QuantizedKVCache(kind.group_size, self.bits)
        return cache


def flatten(layers: Iterable[Any]) -> Iterator[Any]:
    """Yields all caches, with those inside of others in their place."""
    for cache in layers:
        if isinstance(cache, CacheList):
            yield from flatten(cache.caches)
        else:
            yield cache
